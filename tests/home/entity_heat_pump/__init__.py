"""Tests of heat pumps that are connected through entities."""
