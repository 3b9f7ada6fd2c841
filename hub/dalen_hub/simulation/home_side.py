"""What the homes of one village do with the orders of their hub."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from .arrays import BoolArray, FloatArray
from .courses import MINUTES_PER_DAY
from .hub_side import Orders, Report

QUARTER_MIN: Final = 15
_STAGGER_MIN: Final = 5


@dataclass(slots=True, kw_only=True)
class HomeSide:
    """The homes: each keeps the caps that it heard last, for two days at most.

    A lower cap counts at once. A higher one counts at the minute of five that is a
    home's own, so that heat pumps do not start together.
    """

    nameplate_w: FloatArray
    stagger: FloatArray
    """The minute of each home, shape (n,)."""
    minutes: int
    _ahead_w: FloatArray = field(init=False)
    _obeyed_w: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        """Start without orders."""
        quarters = self.minutes // QUARTER_MIN + MINUTES_PER_DAY // QUARTER_MIN * 3
        size = self.nameplate_w.size
        self._ahead_w = np.full((quarters, size), np.inf)
        self._obeyed_w = np.full(size, np.inf)

    def hear(self, orders: Orders, minute: int, online: BoolArray) -> None:
        """Let the homes with a link store new caps."""
        quarter = minute // QUARTER_MIN
        rows = slice(quarter, quarter + len(orders.ahead_w))
        self._ahead_w[rows, online] = orders.ahead_w[:, online]

    def limits_w(self, minute: int, paused: BoolArray) -> FloatArray:
        """Return the limits that count in a minute, shape (n,)."""
        target_w = self._ahead_w[minute // QUARTER_MIN]
        waits: BoolArray = self.stagger != float(minute % _STAGGER_MIN)
        lowered_w = np.minimum(self._obeyed_w, target_w)
        self._obeyed_w = np.where(waits, lowered_w, target_w)
        return np.where(paused, np.inf, self._obeyed_w)


def with_links(report: Report, online: BoolArray) -> Report:
    """Return what arrives of the reports when some homes have no link."""
    return Report(
        start=report.start,
        power_w=np.where(online, report.power_w, np.nan),
        capped=report.capped,
        paused=report.paused & online,
    )
