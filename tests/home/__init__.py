"""Tests of the home: the Home Assistant integration and its pure rooms."""
