"""Errors that end a command with one line."""


class HubError(Exception):
    """A command cannot go on; the message says what to do."""
