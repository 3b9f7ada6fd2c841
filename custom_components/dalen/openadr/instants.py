"""Instants and durations of ISO 8601, as far as OpenADR 3 uses them."""

from datetime import UTC, datetime, timedelta
import re
from typing import Final

from .errors import ModelError

# The beginning of time stands for "now" or "follows the one before"
# (OpenADR 3.1 User Guide 7.3).
NOW: Final = datetime.min.replace(tzinfo=UTC)

# P9999Y stands for infinity (OpenADR 3.1 User Guide 7.3).
INFINITE: Final = timedelta.max

_INFINITE_FROM: Final = timedelta(days=9999 * 365)
_NUMBER = r"[0-9]{1,9}"
_DURATION = re.compile(
    rf"P(?=[0-9T])(?:({_NUMBER})Y)?(?:({_NUMBER})M)?(?:({_NUMBER})W)?(?:({_NUMBER})D)?"
    rf"(?:T(?=[0-9])(?:({_NUMBER})H)?(?:({_NUMBER})M)?"
    rf"(?:({_NUMBER}(?:\.[0-9]{{1,9}})?)S)?)?"
)


def parse_instant(text: str) -> datetime:
    """Return the UTC instant of a timestamp with an offset.

    The beginning of time gives NOW, with or without an offset: the standard
    writes it both ways. Raises ModelError for anything else without an offset.
    """
    if text.startswith("0001-01-01"):
        return NOW
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as err:
        raise ModelError(f"{text[:40]!r} is not a timestamp") from err
    if instant.tzinfo is None:
        raise ModelError(
            f"the timestamp {text[:40]!r} has no offset; write Z or +hh:mm"
        )
    try:
        return instant.astimezone(UTC)
    except OverflowError as err:
        raise ModelError(f"the timestamp {text[:40]!r} is out of range") from err


def format_instant(instant: datetime) -> str:
    """Return an aware instant as OpenADR writes it: UTC, whole seconds, Z."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_duration(text: str) -> timedelta:
    """Return an ISO 8601 duration; INFINITE for 9999 years or more.

    A year is 365 days. Months have no fixed length and are refused, as the
    User Guide (7.3) advises against them. Raises ModelError.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ModelError(f"{text[:40]!r} is not a positive ISO 8601 duration")
    years, months, weeks, days, hours, minutes, seconds = match.groups(default="0")
    if int(months):
        raise ModelError(f"the duration {text[:40]!r} has months; write days")
    try:
        duration = timedelta(
            days=int(years) * 365 + int(days),
            weeks=int(weeks),
            hours=int(hours),
            minutes=int(minutes),
            seconds=float(seconds),
        )
    except OverflowError:
        return INFINITE
    return INFINITE if duration >= _INFINITE_FROM else duration
