"""Validators of single values in `hub.yaml`, each with the full message.

A message says what is allowed, what was written, and what to write instead.
"""

from collections.abc import Callable
import ipaddress
import math
import re
from typing import Any, Final
from urllib.parse import urlsplit

import voluptuous as vol

_LOCAL_NAMES: Final = (".local", ".localhost")
_ID: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


def text(example: str) -> Callable[[Any], str]:
    """Return a validator of a line of text."""

    def validate(value: Any) -> str:
        if not isinstance(value, str) or not value.strip() or len(value) > 128:
            raise vol.Invalid(
                f"must be a text of 1 to 128 characters, got {value!r}. Write for"
                f" example {example!r}."
            )
        return value.strip()

    return validate


def above_zero(hint: str) -> Callable[[Any], float]:
    """Return a validator of a finite number above 0."""

    def validate(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise vol.Invalid(f"must be a number, got {value!r}. {hint}")
        if not math.isfinite(value) or value <= 0:
            raise vol.Invalid(f"must be above 0, got {value:g}. {hint}")
        return float(value)

    return validate


def identifier(example: str) -> Callable[[Any], str]:
    """Return a validator of an id: it becomes a part of addresses."""

    def validate(value: Any) -> str:
        if not isinstance(value, str) or not _ID.fullmatch(value):
            raise vol.Invalid(
                f"must be 1 to 32 of a-z, 0-9, _ and -, got {value!r}. Write for"
                f" example {example!r}."
            )
        return value

    return validate


def each(
    schema: dict[Any, Any], noun: str, first: str, *, empty: bool = False
) -> Callable[[Any], list[Any]]:
    """Return a validator of a list that reports the faults of all its items.

    Voluptuous itself stops at the first item that is wrong. Messages call an item
    ``noun``, and ``first`` is its first key.
    """
    item_schema = vol.Schema(schema)

    def validate(value: Any) -> list[Any]:
        if not isinstance(value, list) or not (value or empty):
            raise vol.Invalid(
                f"must be a list with at least one {noun}. Start each with"
                f" '- {first}: …'."
            )
        items, faults = [], []
        for index, item in enumerate(value):
            try:
                items.append(item_schema(item))
            except vol.MultipleInvalid as err:
                err.prepend([index])
                faults.extend(err.errors)
        if faults:
            raise vol.MultipleInvalid(faults)
        return items

    return validate


def is_private_host(host: str) -> bool:
    """Return whether a host is this machine or on a private network."""
    if host == "localhost" or host.endswith(_LOCAL_NAMES):
        return True
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return False


def is_on_local_network(url: str) -> bool:
    """Return whether a URL is one that others on a private network can reach."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return False
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host.endswith(".local")
    return address.is_private and not (address.is_loopback or address.is_unspecified)
