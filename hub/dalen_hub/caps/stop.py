"""The emergency stop as a state machine: bounded, acknowledged, self-ending. Pure.

A stop sets the level to 0. It ends when whoever ordered it says so, and by itself
after 120 minutes at the latest. Homes acknowledge it; those that do not are told
again up to three times. After the end the controller raises the level slowly.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final

from dalen_hub.caps.budget import Reading

LONGEST: Final = timedelta(minutes=120)
MOST_A_DAY: Final = timedelta(hours=4)
MOST_A_MONTH: Final = 6
RESENDS: Final = 3
RESEND_AFTER: Final = timedelta(seconds=60)
# Readings this short or shorter may trigger a stop by themselves.
_SHORT: Final = timedelta(minutes=5)
_READINGS: Final = 2
_DAY: Final = timedelta(days=1)
_MONTH: Final = timedelta(days=30)
_REST: Final = timedelta(minutes=30)


class Cause(StrEnum):
    """Who or what ordered a stop."""

    OPERATOR = "operator"
    DSO = "dso"
    OVERLOAD = "overload"


class Ending(StrEnum):
    """Why a stop ended."""

    RELEASED = "released"
    """Whoever ordered it released it."""
    EXPIRED = "expired"
    """Its time was over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One emergency stop; ``ended_at`` None: in force until ``until``.

    ``by`` is the id of the client that ordered it. ``acknowledged`` holds targets.
    """

    cause: Cause
    by: str
    reason: str
    started_at: datetime
    until: datetime
    sent_at: datetime
    ended_at: datetime | None = None
    ended_by: str | None = None
    ending: Ending | None = None
    resends: int = 0
    acknowledged: frozenset[str] = frozenset()

    def in_force(self, now: datetime) -> bool:
        """Return whether homes must be off now."""
        return self.ended_at is None and self.started_at <= now < self.until

    def waiting(self, targets: Iterable[str]) -> frozenset[str]:
        """Return who did not acknowledge yet."""
        return frozenset(targets) - self.acknowledged


class StopError(ValueError):
    """A stop cannot be ordered; the message says what to do."""


def order_stop(
    *,
    cause: Cause,
    by: str,
    reason: str,
    now: datetime,
    duration: timedelta = LONGEST,
) -> Stop:
    """Return a new stop. Raises StopError for a duration that cannot be."""
    if not timedelta(minutes=1) <= duration <= LONGEST:
        raise StopError(
            "A stop lasts from 1 to 120 minutes. Order another one if that is not"
            " enough."
        )
    if not reason.strip():
        raise StopError("Say why: residents read the reason.")
    return Stop(
        cause=cause,
        by=by,
        reason=reason.strip(),
        started_at=now,
        until=now + duration,
        sent_at=now,
    )


def release(stop: Stop, by: str, now: datetime) -> Stop:
    """Return the stop after somebody ended it; one that is over stays as it is."""
    if not stop.in_force(now):
        return expire(stop, now)
    return replace(stop, ended_at=now, ended_by=by, ending=Ending.RELEASED)


def expire(stop: Stop, now: datetime) -> Stop:
    """Return the stop, ended where its time is over."""
    if stop.ended_at is not None or now < stop.until:
        return stop
    return replace(stop, ended_at=stop.until, ending=Ending.EXPIRED)


def acknowledge(stop: Stop, targets: Iterable[str]) -> Stop:
    """Return the stop after some homes told that they follow it."""
    return replace(stop, acknowledged=stop.acknowledged | frozenset(targets))


def resend(
    stop: Stop, targets: Iterable[str], now: datetime
) -> tuple[Stop, frozenset[str]]:
    """Return whom to tell again now: at most three times, a minute apart."""
    waiting = stop.waiting(targets)
    is_due = now - stop.sent_at >= RESEND_AFTER
    if not (stop.in_force(now) and waiting and is_due and stop.resends < RESENDS):
        return stop, frozenset()
    return replace(stop, sent_at=now, resends=stop.resends + 1), waiting


def overloaded(
    readings: Sequence[Reading],
    limit_kw: float,
    now: datetime,
    *,
    count: int = _READINGS,
) -> bool:
    """Return whether the last readings in a row, of at most 5 minutes, exceed a limit.

    Means of a quarter hour come too late for a stop: they never trigger one.
    """
    last = sorted(readings, key=lambda each: each.end)[-count:]
    return (
        len(last) == count
        and now - last[-1].end <= 2 * _SHORT
        and all(b.end - a.end <= _SHORT for a, b in pairwise(last))
        and all(each.length <= _SHORT and each.load_kw > limit_kw for each in last)
    )


def budget_left(stops: Iterable[Stop], now: datetime) -> timedelta:
    """Return how long houses would still obey a stop, as their envelope says.

    At most 4 hours a day and 6 times a month; stops with little rest between them
    are one, of 2 hours at most.
    """
    spans = sorted(
        (each.started_at, min(each.until, each.ended_at or each.until, now))
        for each in stops
        if now - each.started_at <= _MONTH
    )
    if len(spans) >= MOST_A_MONTH:
        return timedelta()
    today = (max(end - max(begin, now - _DAY), timedelta()) for begin, end in spans)
    left = min(LONGEST, MOST_A_DAY - sum(today, timedelta()))
    begun = now
    for begin, end in reversed(spans):
        if begun - end >= _REST:
            break
        begun = begin
    return max(timedelta(), min(left, LONGEST - (now - begun)))
