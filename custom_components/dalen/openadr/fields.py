"""Read fields of a JSON object tolerantly: null is absent, extras are ignored."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from .errors import ModelError
from .instants import parse_duration, parse_instant


def as_mapping(value: object, what: str) -> Mapping[str, object]:
    """Return a JSON object; raise ModelError for any other value."""
    if not isinstance(value, dict):
        raise ModelError(f"{what} is not an object")
    return value


def text(source: Mapping[str, object], key: str) -> str | None:
    """Return a string field, None when it is absent or null."""
    value = source.get(key)
    if value is None or isinstance(value, str):
        return value
    raise ModelError(f"{key} is not a text")


def required_text(source: Mapping[str, object], key: str) -> str:
    """Return a string field that must be there and not be empty."""
    if value := text(source, key):
        return value
    raise ModelError(f"{key} is missing")


def whole_number(source: Mapping[str, object], key: str) -> int | None:
    """Return a whole number of 0 or more, None when it is absent or null."""
    value = source.get(key)
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise ModelError(f"{key} is not a whole number of 0 or more")


def items(source: Mapping[str, object], key: str) -> list[object]:
    """Return a list field, empty when it is absent or null."""
    value = source.get(key)
    if value is None:
        return []
    if isinstance(value, list):
        return value
    raise ModelError(f"{key} is not a list")


def instant(source: Mapping[str, object], key: str) -> datetime | None:
    """Return a timestamp field in UTC, None when it is absent or null."""
    return _parsed(source, key, parse_instant)


def duration(source: Mapping[str, object], key: str) -> timedelta | None:
    """Return a duration field, None when it is absent or null."""
    return _parsed(source, key, parse_duration)


def _parsed[T](
    source: Mapping[str, object], key: str, parse: Callable[[str], T]
) -> T | None:
    """Return a text field after parsing, None when it is absent or null."""
    value = text(source, key)
    return None if value is None else parse(value)
