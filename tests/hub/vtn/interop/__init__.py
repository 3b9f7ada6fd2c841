"""Tests of the server with another project's OpenADR 3.1 client."""
