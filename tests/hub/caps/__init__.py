"""Tests of dalen_hub.caps."""
