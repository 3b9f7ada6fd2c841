"""What the meter of a transformer leaves for the heat pumps. Pure.

The margin grows with the age of the data:
m(a) = m0 + m1 x sqrt((a - 5 min) / 15 min).
What is not steered is the measured load less what the steered heat pumps should
have drawn meanwhile. An error in the latter cancels as long as the same model
says what the next level will draw: the loop closes on the meter.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
import math
from typing import Final

import numpy as np

from dalen_hub.caps.bottlenecks import Floats

MARGIN: Final = 0.02
"""The share of a limit that a plan leaves free."""
_AGE: Final = timedelta(minutes=15)
_FRESH: Final = timedelta(minutes=5)
TOO_OLD: Final = timedelta(minutes=45)
# A plan that is made now counts for a quarter hour more.
_RECENT: Final = TOO_OLD - timedelta(minutes=15)
# A minute is a noisy mean; a few together are not.
_WINDOW: Final = timedelta(minutes=3)
_KEPT: Final = timedelta(hours=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The mean load of a transformer from ``end - length`` to ``end``.

    ``bottlenecks_kw`` are those of the other constraints, NaN where not measured.
    """

    end: datetime
    length: timedelta
    load_kw: float
    bottlenecks_kw: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The forecast of the load that is not steered, per quarter hour.

    Arrays of shape (quarter hours,) that belong to ``starts``, which rise.
    ``limit_kw`` is the limit of the transformer where it changes with time, and
    ``pumps_kw`` the most that all heat pumps together may draw, infinite without an
    order of the grid operator; None: those of the grid hold all the time.
    """

    starts: tuple[datetime, ...]
    p50_kw: Floats
    p90_kw: Floats
    limit_kw: Floats | None = None
    pumps_kw: Floats | None = None
    _middles_s: Floats = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Derive once when each value holds: it is a mean, so in the middle."""
        seconds = [(each - self.starts[0]).total_seconds() for each in self.starts]
        object.__setattr__(self, "_middles_s", np.array(seconds) + 450.0)

    def change_kw(self, before: datetime, after: datetime) -> float:
        """Return by how much the P50 moves from one instant to another."""
        if not self.starts:
            return 0.0
        zero = self.starts[0]
        at_s = [(moment - zero).total_seconds() for moment in (before, after)]
        first, second = np.interp(at_s, self._middles_s, self.p50_kw)
        return float(second - first)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The newest measurement: its mean over [start, end), per constraint in W."""

    start: datetime
    end: datetime
    length: timedelta
    load_w: Floats


def margin(age: timedelta, least: float, per_root: float) -> float:
    """Return the share of a limit that stays free, for data of some age.

    It is ``least`` up to 5 minutes, plus ``per_root`` times the root of what the
    data are older, in quarter hours.
    """
    return least + per_root * math.sqrt(max(age - _FRESH, timedelta()) / _AGE)


def newest(readings: Sequence[Reading], now: datetime, count: int) -> Measured | None:
    """Return the mean of the newest readings, None where they are too old.

    ``count`` is the number of constraints; NaN stands for one that has no meter.
    """
    known = [each for each in readings if each.end <= now + _WINDOW]
    if not known:
        return None
    last = max(known, key=lambda each: each.end)
    if now - last.end > TOO_OLD:
        return None
    together = [each for each in known if each.end > last.end - _WINDOW]
    seconds = np.array([each.length.total_seconds() for each in together])
    loads_kw = np.array([_all_loads(each, count) for each in together])
    return Measured(
        start=min(each.end - each.length for each in together),
        end=last.end,
        length=last.length,
        load_w=1000.0 * (seconds[:, None] * loads_kw).sum(axis=0) / seconds.sum(),
    )


def is_metered(readings: Sequence[Reading], now: datetime) -> bool:
    """Return whether the meter will correct what is planned now."""
    return any(now - each.end <= _RECENT for each in readings)


def _all_loads(reading: Reading, count: int) -> list[float]:
    """Return the load of each constraint, NaN where it was not measured."""
    loads = [reading.load_kw, *reading.bottlenecks_kw][:count]
    return loads + [math.nan] * (count - len(loads))


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the heat pumps were expected to draw from an instant on, in W."""

    since: datetime
    load_w: Floats


def remember(
    history: tuple[Expected, ...], since: datetime, load_w: Floats
) -> tuple[Expected, ...]:
    """Add an expectation and forget what lies more than two hours back."""
    kept = [each for each in history if since - each.since < _KEPT]
    if not kept and history:
        kept = [history[-1]]
    return (*kept, Expected(since=since, load_w=load_w))


def expected_mean_w(
    history: Sequence[Expected], start: datetime, end: datetime, delay: timedelta
) -> Floats:
    """Return the mean that was expected over [start, end), shape (constraints,).

    Heat pumps follow ``delay`` after a decision. Before the first entry it holds.
    """
    length_s = (end - start).total_seconds()
    start, end = start - delay, end - delay
    first = max(0, bisect_right(history, start, key=_since) - 1)
    total = np.zeros_like(history[0].load_w)
    for index in range(first, len(history)):
        begin = start if index == first else history[index].since
        if begin >= end:
            break
        is_last = index + 1 == len(history)
        finish = end if is_last else min(history[index + 1].since, end)
        seconds = max(0.0, (finish - begin).total_seconds())
        total = total + seconds * history[index].load_w
    return total / length_s


def _since(expected: Expected) -> datetime:
    """Return from when on it was expected."""
    return expected.since
