"""Tests of the commissioning report."""
