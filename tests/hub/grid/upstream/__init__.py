"""Tests of the link to the grid operator."""
