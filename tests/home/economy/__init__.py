"""Tests of economy/: what limiting brings and costs one house."""
