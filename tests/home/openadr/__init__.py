"""Tests of the home's OpenADR room."""
