"""Tests of dalen_hub.forecast."""
