"""Tests of joining a neighbourhood."""
