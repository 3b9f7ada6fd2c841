"""Lay the intervals of an event out in time (OpenADR 3.1 User Guide 7.3, 7.4).

``randomizeStart`` is not applied: a cap is a bound, and the home itself spreads
the release that follows one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from .errors import TimelineError
from .instants import INFINITE, NOW
from .model import Event, Interval, Period, Value
from .overlay import Piece, has_ended, overlay, spans

HORIZON: Final = timedelta(hours=48)
MAX_SLOTS: Final = 10_000
MAX_TYPES: Final = 16

_EMPTY: Final = Period()


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One value per payload type from ``start`` until ``end`` (None: no end)."""

    start: datetime
    end: datetime | None
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One value of one interval, in time."""

    start: datetime
    end: datetime | None
    type: str
    value: Value


def timeline(
    event: Event, *, now: datetime, horizon: timedelta = HORIZON
) -> list[Slot]:
    """Return the slots of an event, UTC, sorted, never overlapping.

    Where intervals overlap, the one that starts last shows. A start of "now" is
    the instant of the last change of the event, so that a finite event ends
    however often it is read. Repeating events are laid out from ``now`` until
    ``horizon`` later. Raises TimelineError.
    """
    try:
        parts = list(_parts(event, now))
        if parts:
            parts = _within_lifespan(parts, event.duration, now, now + horizon)
    except OverflowError as err:
        raise TimelineError("the event runs past the end of the calendar") from err
    return _slots(parts)


def _parts(event: Event, now: datetime) -> Iterator[_Part]:
    """Yield the values of all intervals, once, where they fall in time."""
    count = 0
    for interval, start, duration in _placed_intervals(event, now):
        for payload in interval.payloads:
            count += len(payload.values)
            if count > MAX_SLOTS:
                raise TimelineError(f"the event has more than {MAX_SLOTS} values")
            bounds = _divide(start, duration, len(payload.values))
            for index, value in enumerate(payload.values):
                yield _Part(
                    start=bounds[index] or start,
                    end=bounds[index + 1],
                    type=payload.type,
                    value=value,
                )


def _placed_intervals(
    event: Event, now: datetime
) -> Iterator[tuple[Interval, datetime, timedelta]]:
    """Yield each interval with its start and duration.

    An interval without a start of its own follows the one before it.
    """
    default = event.period or _EMPTY
    following = default.start
    if following == NOW:
        following = _moment_of_now(event, now)
    for index, interval in enumerate(event.intervals):
        own = interval.period or _EMPTY
        start = following if own.start in {None, NOW} else own.start
        if start is None and own.start == NOW and index == 0:
            start = _moment_of_now(event, now)
        duration = default.duration if own.duration is None else own.duration
        if start is None or duration is None:
            raise TimelineError(f"interval {interval.id} has no start or no duration")
        yield interval, start, duration
        following = _end(start, duration)


def _moment_of_now(event: Event, now: datetime) -> datetime:
    """Return when an event that starts "now" started."""
    return min(event.modified or event.created or now, now)


def _end(start: datetime, duration: timedelta) -> datetime | None:
    """Return the end of a duration; None when it never ends."""
    if duration == INFINITE:
        return None
    try:
        return start + duration
    except OverflowError:
        return None


def _divide(start: datetime, duration: timedelta, parts: int) -> list[datetime | None]:
    """Return the bounds of equal parts of a duration."""
    end = _end(start, duration)
    if parts <= 1:
        return [start, end]
    if end is None:
        raise TimelineError("an interval without an end has several values")
    return [*(start + duration * index / parts for index in range(parts)), end]


def _within_lifespan(
    parts: list[_Part], duration: timedelta | None, now: datetime, until: datetime
) -> list[_Part]:
    """Cut or repeat the parts so that they fill the duration of the event."""
    if duration is None:
        return parts
    first = min(part.start for part in parts)
    lifespan_end = _end(first, duration)
    ends = [part.end for part in parts if part.end is not None]
    if len(ends) == len(parts) and (lifespan_end is None or max(ends) < lifespan_end):
        if lifespan_end is not None:
            until = min(until, lifespan_end)
        parts = _repeat(parts, max(ends) - first, now, until)
    return list(_cut(parts, lifespan_end))


def _repeat(
    parts: list[_Part], cycle: timedelta, now: datetime, until: datetime
) -> list[_Part]:
    """Return the rounds of the parts that fall between two instants.

    The first round is always there when it has still to start.
    """
    first = min(part.start for part in parts)
    if not cycle:
        return []
    begin = max(0, (now - first) // cycle)
    finish = max(0, -((first - until) // cycle))
    if (finish - begin) * len(parts) > MAX_SLOTS:
        raise TimelineError(f"the event repeats into more than {MAX_SLOTS} values")
    rounds = range(begin, max(finish, begin + 1))
    return [_shifted(part, cycle * number) for number in rounds for part in parts]


def _shifted(part: _Part, shift: timedelta) -> _Part:
    """Return a part that falls later."""
    end = None if part.end is None else part.end + shift
    return _Part(start=part.start + shift, end=end, type=part.type, value=part.value)


def _cut(parts: list[_Part], at: datetime | None) -> Iterator[_Part]:
    """Yield what lies before an instant (None: everything)."""
    for part in parts:
        if at is None or (part.end is not None and part.end <= at):
            yield part
        elif part.start < at:
            yield _Part(start=part.start, end=at, type=part.type, value=part.value)


def _slots(parts: list[_Part]) -> list[Slot]:
    """Return the parts of all payload types, side by side."""
    by_type: dict[str, list[Piece[Value]]] = {}
    for part in parts:
        rank = (-part.start.timestamp(),)
        piece = Piece(start=part.start, end=part.end, rank=rank, item=part.value)
        by_type.setdefault(part.type, []).append(piece)
    if len(by_type) > MAX_TYPES:
        raise TimelineError(f"the event has more than {MAX_TYPES} payload types")
    shown = {kind: overlay(pieces) for kind, pieces in by_type.items()}
    return list(_side_by_side(shown))


def _side_by_side(shown: Mapping[str, list[Piece[Value]]]) -> Iterator[Slot]:
    """Yield slots in which the value of no payload type changes."""
    pieces = [piece for row in shown.values() for piece in row]
    position = dict.fromkeys(shown, 0)
    for bound, next_bound in spans(pieces):
        values: dict[str, Value] = {}
        for kind, row in shown.items():
            while position[kind] < len(row) and has_ended(row[position[kind]], bound):
                position[kind] += 1
            if position[kind] < len(row) and row[position[kind]].start <= bound:
                values[kind] = row[position[kind]].item
        if values:
            yield Slot(start=bound, end=next_bound, values=values)
