"""Tests of the whole chain: home and hub together, over real HTTP."""
