"""Tests of the thermal model of a house."""
