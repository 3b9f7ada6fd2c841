"""Caps: the room on a transformer, shared fairly among the homes."""
