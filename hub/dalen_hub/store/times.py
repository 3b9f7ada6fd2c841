"""Instants and durations, between Python, the tables and the wire."""

from datetime import UTC, datetime
from functools import lru_cache
import re

_DURATION = re.compile(
    r"(?P<sign>-?)P(?=\d|T\d)(?:(?P<years>\d{1,6})Y)?(?:(?P<months>\d{1,6})M)?"
    r"(?:(?P<weeks>\d{1,6})W)?(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,6})M)?"
    r"(?:(?P<seconds>\d{1,9}(?:\.\d{1,6})?)S)?)?"
)
_UNIT_S = {
    "years": 365 * 86_400.0,
    "months": 30 * 86_400.0,
    "weeks": 7 * 86_400.0,
    "days": 86_400.0,
    "hours": 3_600.0,
    "minutes": 60.0,
    "seconds": 1.0,
}


def to_epoch(instant: datetime) -> int:
    """Return whole seconds since 1970 of an aware datetime.

    Raises ValueError for a naive one, since its meaning depends on the machine.
    """
    if instant.tzinfo is None:
        raise ValueError(f"{instant} has no time zone; use an aware datetime")
    return int(instant.timestamp())


def from_epoch(seconds: int) -> datetime:
    """Return the instant, in UTC, of whole seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)


def optional_epoch(instant: datetime | None) -> int | None:
    """Return the epoch of an instant, or None when there is none."""
    return None if instant is None else to_epoch(instant)


def optional_instant(seconds: int | None) -> datetime | None:
    """Return the instant of an epoch, or None when there is none."""
    return None if seconds is None else from_epoch(seconds)


def rfc3339(instant: datetime) -> str:
    """Return an instant as OpenADR writes it, such as 2026-11-23T16:00:00Z."""
    text = instant.astimezone(UTC).isoformat(timespec="seconds")
    return text.replace("+00:00", "Z")


@lru_cache(maxsize=4096)
def parse_instant(text: str) -> datetime:
    """Return the instant, in UTC, of an RFC 3339 text with an offset.

    Raises ValueError for every other text.
    """
    try:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is not None:
            return instant.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{text} lies outside the years 1 to 9999") from error
    raise ValueError(f"{text} has no offset; add Z for UTC")


@lru_cache(maxsize=1024)
def parse_duration_s(text: str) -> float:
    """Return the seconds of an ISO 8601 duration such as PT15M.

    A month counts 30 days and a year 365. Raises ValueError for another text.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"{text} is not an ISO 8601 duration such as PT15M")
    seconds = sum(
        float(match[name]) * unit_s
        for name, unit_s in _UNIT_S.items()
        if match[name] is not None
    )
    return -seconds if match["sign"] else seconds
