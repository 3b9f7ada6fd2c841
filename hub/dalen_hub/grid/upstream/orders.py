"""What the grid operator asks of a transformer, whatever profile it came in. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
import math
from typing import Final

from dalen_hub.grid.series import Row


class Remark(StrEnum):
    """What the operator should know of a document."""

    REFUSED = "refused"
    """It cannot be used; the last good one stays."""
    LATE = "late"
    """It came after its start: only the rest counts."""
    PARTIAL = "partial"
    """It leaves quarter hours out: the own limit counts there."""
    WITHDRAWN = "withdrawn"
    """The DSO took it back before it was over."""
    REPLACED = "replaced"
    """A newer content took its place."""
    OVERRIDDEN = "overridden"
    """The DSO counts on less flexibility than was offered."""
    PROGRAM = "program"
    """The program is missing, or it is not of the profile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One remark on one document; ``detail`` says more, in English."""

    remark: Remark
    document: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopAsked:
    """An emergency: all heat pumps off, from ``start`` to ``end``."""

    document_id: str
    start: datetime
    end: datetime | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GridOrders:
    """What counts per quarter hour, by its start, in kW; absent: no order.

    ``limits_kw`` bound the whole load of the transformer, ``pumps_kw`` the sum of the
    heat pumps (a flex dispatch). ``safe_mode_kw`` bounds the load wherever there is no
    limit. ``forecasts`` are loads without steered heat pumps, by document.
    """

    limits_kw: Mapping[datetime, float] = field(default_factory=dict)
    pumps_kw: Mapping[datetime, float] = field(default_factory=dict)
    safe_mode_kw: float | None = None
    forecasts: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    stop: StopAsked | None = None
    findings: tuple[Finding, ...] = ()

    def limit_kw(self, start: datetime) -> float:
        """Return the limit of a quarter hour, infinite without one."""
        usual = math.inf if self.safe_mode_kw is None else self.safe_mode_kw
        return self.limits_kw.get(start, usual)

    def group_kw(self, start: datetime) -> float:
        """Return the most that all heat pumps may draw together, infinite without."""
        return self.pumps_kw.get(start, math.inf)


NO_ORDERS: Final = GridOrders()


def lowest(
    maps: Iterable[Mapping[datetime, float]],
) -> dict[datetime, float]:
    """Return the lowest value of each quarter hour: the strictest order counts."""
    together: dict[datetime, float] = {}
    for each in maps:
        for start, value in each.items():
            together[start] = min(value, together.get(start, math.inf))
    return together
