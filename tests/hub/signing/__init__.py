"""Tests of signed orders."""
