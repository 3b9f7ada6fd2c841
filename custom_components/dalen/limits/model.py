"""What a limit is: an upper bound in watts with a source, a reason and an end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from . import stored


class LimitSource(StrEnum):
    """Who asked for a limit."""

    RESIDENT = "resident"
    SCHEDULE = "schedule"
    PRICE = "price"
    HUB = "hub"
    EMERGENCY = "emergency"
    SAFE_MODE = "safe_mode"
    INSTALLER = "installer"


# Only people in the house may leave a limit open-ended. Whatever a machine or
# somebody outside the house orders has to end by itself.
ORDER_SOURCES = frozenset(
    {
        LimitSource.HUB,
        LimitSource.EMERGENCY,
        LimitSource.SAFE_MODE,
        LimitSource.PRICE,
        LimitSource.SCHEDULE,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """An upper bound for the electric power of the heat pump.

    A limit as asked for can hold anything; `admit` decides what holds.
    """

    source: LimitSource
    limit_w: float
    start: datetime
    end: datetime | None
    """The first moment at which the limit no longer holds; None is open-ended."""

    reason: str
    order_id: str | None = None
    """The sender's own name for the order, to report back with."""

    def holds_at(self, now: datetime) -> bool:
        """Tell if now lies in the half-open interval from start to end."""
        return self.start <= now and (self.end is None or now < self.end)

    def as_dict(self) -> dict[str, Any]:
        """Return the limit as JSON can hold it."""
        return {
            "source": self.source.value,
            "limit_w": self.limit_w,
            "start": stored.text(self.start),
            "end": stored.text(self.end),
            "reason": self.reason,
            "order_id": self.order_id,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read what `as_dict` wrote. Raises ValueError when it is not that."""
        with stored.reading("limit"):
            data = stored.section(data)
            order_id, end = data["order_id"], data["end"]
            return cls(
                source=LimitSource(data["source"]),
                limit_w=stored.number(data["limit_w"]),
                start=stored.ordered_moment(data["start"]),
                end=None if end is None else stored.ordered_moment(end),
                reason=str(data["reason"]),
                order_id=None if order_id is None else str(order_id),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveLimit:
    """The one limit that holds now, and why."""

    limit_w: float | None
    """Watts, or None when the heat pump is not limited."""

    source: LimitSource | None
    reason: str
    until: datetime | None
    """When the deciding limit ends; None when there is none or no end."""

    released_by: str | None
    """Who or what released the heat pump; None when nobody did."""

    order_id: str | None = None
