"""Tests of the house in Home Assistant, against real servers."""
