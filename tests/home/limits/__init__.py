"""Tests of limits/: which upper limit holds, and why."""
