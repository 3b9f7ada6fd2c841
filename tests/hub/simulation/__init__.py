"""Tests of the simulated homes, heat pumps and neighbourhood."""
