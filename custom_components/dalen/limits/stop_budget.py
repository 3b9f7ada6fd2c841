"""The budget of emergency stops: 2 h at a time, 4 h a day, 6 a month.

A day and a month are the 24 hours and 30 days before a moment, so that nothing
can be gained around midnight. Stops with less than half an hour of rest between
them are one stop: a house needs that time to recover.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from . import stored
from .envelope import MAX_STOP, RefusalReason

MAX_STOP_A_DAY = timedelta(hours=4)
MAX_STOPS_A_MONTH = 6
REST_BETWEEN_STOPS = timedelta(minutes=30)
DAY = timedelta(hours=24)
MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Stop:
    """One uninterrupted stretch of time that a stop was granted."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StopLedger:
    """The stops that were used or are granted. It never changes: keep the newest."""

    stops: tuple[Stop, ...] = ()
    """In order of time, without overlap."""

    def hand_back(self, now: datetime) -> Self:
        """Return the ledger with the time after now given back."""
        kept = tuple(
            Stop(start=stop.start, end=min(stop.end, now))
            for stop in self.stops
            if stop.start < now and now - stop.end < MONTH
        )
        return type(self)(stops=kept)

    def add(self, start: datetime, end: datetime) -> Self:
        """Return the ledger with one more stretch, joined with what it touches."""
        merged: list[Stop] = []
        for stop in sorted((*self.stops, Stop(start=start, end=end))):
            if merged and stop.start <= merged[-1].end:
                last = merged[-1]
                merged[-1] = Stop(start=last.start, end=max(last.end, stop.end))
            else:
                merged.append(stop)
        return type(self)(stops=tuple(merged))

    def after_jump(self, jump: timedelta) -> Self:
        """Return the ledger after the clock jumped: what was felt stays as recent.

        `hand_back` it to the moment before the jump first.
        """
        moved = (Stop(start=s.start + jump, end=s.end + jump) for s in self.stops)
        return type(self)(stops=tuple(moved))

    def episodes(self) -> list[Stop]:
        """Return the stops as a resident feels them: short rests do not count."""
        felt: list[Stop] = []
        for stop in self.stops:
            if felt and stop.start - felt[-1].end < REST_BETWEEN_STOPS:
                felt[-1] = Stop(start=felt[-1].start, end=stop.end)
            else:
                felt.append(stop)
        return felt

    def stopped(self, start: datetime, end: datetime) -> timedelta:
        """Return how long it was stopped between two moments."""
        overlaps = (
            min(stop.end, end) - max(stop.start, start)
            for stop in self.stops
            if stop.start < end and stop.end > start
        )
        return sum(overlaps, timedelta())

    def as_dict(self) -> dict[str, Any]:
        """Return the ledger as JSON can hold it."""
        return {"stops": [[s.start.isoformat(), s.end.isoformat()] for s in self.stops]}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read what `as_dict` wrote. Raises ValueError when it is not that."""
        try:
            stops = [
                Stop(start=stored.moment(s), end=stored.moment(e))
                for s, e in data["stops"]
            ]
        except (AttributeError, KeyError, TypeError, ValueError) as err:
            raise ValueError(
                f"the ledger of emergency stops cannot be read ({err!r}):"
                " remove it to start with an empty one"
            ) from err
        ledger = cls()
        for stop in stops:
            ledger = ledger.add(stop.start, stop.end)
        return ledger


def grant(
    ledger: StopLedger, start: datetime, end: datetime
) -> datetime | RefusalReason:
    """Return until when a stop from start may last, at most end, or why not.

    The time after start must be free in the ledger: `hand_back` it first.
    """
    episodes = ledger.episodes()
    current = episodes[-1] if episodes else None
    goes_on = current is not None and start - current.end < REST_BETWEEN_STOPS
    first = current.start if current is not None and goes_on else start
    day_left = MAX_STOP_A_DAY - ledger.stopped(start - DAY, start)
    recent = sum(start - episode.end < MONTH for episode in episodes)
    if not goes_on and recent >= MAX_STOPS_A_MONTH:
        return RefusalReason.STOP_MONTH_BUDGET
    if (granted := min(end, start + day_left)) <= start:
        return RefusalReason.STOP_DAY_BUDGET
    granted = min(granted, first + MAX_STOP)
    return granted if granted > start else RefusalReason.STOP_TOO_LONG
