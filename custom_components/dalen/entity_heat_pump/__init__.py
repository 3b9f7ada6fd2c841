"""A heat pump through the entities of another integration.

Only ``home_assistant.py`` and ``registry.py`` know Home Assistant. All else works on
readings that are handed in, so that it can be tested without it.
"""
