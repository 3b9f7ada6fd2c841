"""Read back what was stored as JSON.

The small readers raise what fits; `reading` around them makes it a ValueError.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
import math
from typing import Any

STORE_EVERY = timedelta(minutes=5)
"""How coarse a running time is stored, so that a memory card does not wear out."""

_YEARS = range(2000, 2200)


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Turn every error of rubbish into a ValueError that says what to do."""
    try:
        yield
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as err:
        raise ValueError(
            f"the stored {what} cannot be read ({err!r}): it starts anew"
        ) from err


def section(data: object) -> Mapping[str, Any]:
    """Return data as a mapping. Raises TypeError when it is none."""
    if not isinstance(data, Mapping):
        raise TypeError(f"{data!r:.80} is no mapping")
    return data


def moment(value: Any) -> datetime:
    """Return a stored moment in UTC. Raises ValueError without an offset."""
    time = ordered_moment(value)
    if time.year not in _YEARS:
        raise ValueError(f"{value:.80} is not of this age")
    return time.astimezone(UTC)


def ordered_moment(value: Any) -> datetime:
    """Return a moment of an order: it can name any year."""
    time = datetime.fromisoformat(value)
    if time.utcoffset() is None:
        raise ValueError(f"{value:.80} has no UTC offset")
    return time


def moment_or_none(value: Any) -> datetime | None:
    """Return a stored moment, or None for none."""
    return None if value is None else moment(value)


def text(time: datetime | None) -> str | None:
    """Return a moment as it is stored."""
    return None if time is None else time.isoformat()


def number(value: object) -> float:
    """Return a stored number. Raises TypeError or ValueError when it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r:.80} is no number")
    if not math.isfinite(value):
        raise ValueError(f"{value} is not finite")
    return float(value)


def count(value: object) -> int:
    """Return a stored count, 0 or more."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{value!r:.80} is no count")
    return value


def duration(value: object) -> timedelta:
    """Return a stored duration, which is seconds, 0 or more."""
    if (seconds := number(value)) < 0:
        raise ValueError(f"{seconds} s is no duration")
    return timedelta(seconds=seconds)


def flag(value: object) -> bool:
    """Return a stored yes or no."""
    if not isinstance(value, bool):
        raise TypeError(f"{value!r:.80} is neither true nor false")
    return value


def floor(time: datetime) -> datetime:
    """Return the moment, rounded down to how coarse it is stored."""
    every = STORE_EVERY // timedelta(minutes=1)
    return time.replace(minute=time.minute // every * every, second=0, microsecond=0)


def ceil_s(passed: timedelta) -> float:
    """Return seconds, rounded up to how coarse they are stored."""
    return float(-(-passed // STORE_EVERY) * STORE_EVERY.total_seconds())


def floor_s(passed: timedelta) -> float:
    """Return seconds, rounded down to how coarse they are stored."""
    return float(passed // STORE_EVERY * STORE_EVERY.total_seconds())
