"""Tests of dalen_hub.grid."""
