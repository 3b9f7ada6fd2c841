"""Identifiers that the hub gives out."""

import re
import secrets
import uuid

IDENTIFIER = re.compile(r"[a-zA-Z0-9_-]{1,128}")
"""What OpenADR 3.1 allows as the id of an object."""


def new_object_id() -> str:
    """Return an id for a program, event or report; later ids sort after earlier."""
    return str(uuid.uuid7())


def new_random_id() -> str:
    """Return 128 random bits: an id that tells nothing and cannot be guessed."""
    return secrets.token_hex(16)


def is_identifier(text: str) -> bool:
    """Tell whether a text has the form of an OpenADR id."""
    return IDENTIFIER.fullmatch(text) is not None
