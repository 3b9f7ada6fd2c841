"""Tests of the settlement."""
