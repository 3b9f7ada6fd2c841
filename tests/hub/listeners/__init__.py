"""Tests of dalen_hub.listeners."""
