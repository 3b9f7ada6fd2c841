"""OpenADR 3.1 towards the homes: the hub is their VTN."""
