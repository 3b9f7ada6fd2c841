"""Tests of dalen_hub.audit."""
