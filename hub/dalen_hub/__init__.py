"""Dalen hub: shares the room on a neighbourhood's transformer among its homes."""

__version__ = "0.1.0"
