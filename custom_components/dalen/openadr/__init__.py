"""A small asynchronous OpenADR 3.1 VEN on aiohttp, without Home Assistant."""
