"""The safety envelope of the house: what no order can get past.

Owned by the house. A hub cannot change it, whatever it sends.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
import math

from .model import ORDER_SOURCES, Limit, LimitSource

MAX_HORIZON = timedelta(hours=48)
"""How far ahead an order may reach."""

MAX_STOP = timedelta(hours=2)
"""How long one emergency stop may last."""


FLOORED_SOURCES = frozenset({LimitSource.HUB, LimitSource.SAFE_MODE})
"""What the floor binds: orders from outside, and what stands in for them.

A stop may go below it, and whoever lives in the house decides for the house.
"""


class RefusalReason(StrEnum):
    """Why a limit is not admitted."""

    NOT_FINITE = "not_finite"
    NO_TIME_ZONE = "no_time_zone"
    NO_END = "no_end"
    ENDS_BEFORE_START = "ends_before_start"
    ENDED = "ended"
    TOO_FAR_AHEAD = "too_far_ahead"
    TOO_MANY = "too_many"
    STOP_TOO_LONG = "stop_too_long"
    STOP_DAY_BUDGET = "stop_day_budget"
    STOP_MONTH_BUDGET = "stop_month_budget"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A limit that does not hold, with the reason why."""

    limit: Limit
    reason: RefusalReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The bounds of every limit, in watts.

    Raises ValueError when they are not 0 <= floor_w <= nameplate_w with a
    nameplate above zero.
    """

    nameplate_w: float
    """The most that the heat pump can draw. A limit this high limits nothing."""

    floor_w: float
    """The lowest limit that an order from outside can set, but for a stop."""

    def __post_init__(self) -> None:
        """Refuse bounds that are no bounds."""
        if not (is_finite(self.nameplate_w) and self.nameplate_w > 0):
            raise ValueError(
                f"nameplate_w is {self.nameplate_w}: give the largest electric"
                " power of the heat pump in watts, above 0"
            )
        if not (is_finite(self.floor_w) and 0 <= self.floor_w <= self.nameplate_w):
            raise ValueError(
                f"floor_w is {self.floor_w}: give watts from 0 to"
                f" nameplate_w ({self.nameplate_w:g})"
            )

    def clamp(self, limit_w: float, source: LimitSource) -> float:
        """Return the limit in watts, moved into the bounds for its source."""
        lowest_w = self.floor_w if source in FLOORED_SOURCES else 0.0
        return float(min(max(limit_w, lowest_w), self.nameplate_w))


def is_finite(value: float) -> bool:
    """Tell if a number is finite as a float; a huge integer is not."""
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def admit(limit: Limit, envelope: Envelope, now: datetime) -> Limit | Refused:
    """Return the limit as it may hold, or why it may not.

    Watts are moved into the envelope. The end of an order is cut to 48 h from
    now, that of a stop to 2 h after its start.
    """
    if (reason := _refusal(limit, now)) is not None:
        return Refused(limit=limit, reason=reason)
    end = _end(limit, now)
    if end is not None and end <= now:
        return Refused(limit=limit, reason=RefusalReason.ENDED)
    return replace(limit, limit_w=envelope.clamp(limit.limit_w, limit.source), end=end)


def _refusal(limit: Limit, now: datetime) -> RefusalReason | None:
    """Return what is wrong with the limit as it was sent."""
    if not is_finite(limit.limit_w):
        return RefusalReason.NOT_FINITE
    if _is_naive(limit.start) or (limit.end is not None and _is_naive(limit.end)):
        return RefusalReason.NO_TIME_ZONE
    if limit.end is not None and limit.end <= limit.start:
        return RefusalReason.ENDS_BEFORE_START
    if limit.source in ORDER_SOURCES:
        if limit.end is None:
            return RefusalReason.NO_END
        if limit.start - now >= MAX_HORIZON:
            return RefusalReason.TOO_FAR_AHEAD
    return None


def _is_naive(time: datetime) -> bool:
    """Tell if a time cannot be compared because it has no offset."""
    return time.utcoffset() is None


def _end(limit: Limit, now: datetime) -> datetime | None:
    """Return the end of the limit, cut to what its source is allowed.

    Differences are compared, not sums: an order can start or end in year 9999.
    """
    if limit.end is None or limit.source not in ORDER_SOURCES:
        return limit.end
    end = limit.end
    if limit.source is LimitSource.EMERGENCY and end - limit.start > MAX_STOP:
        end = limit.start + MAX_STOP
    return now + MAX_HORIZON if end - now > MAX_HORIZON else end
