"""Tests of what the pumps want and can leave out."""
