"""The COP of the last minutes, for as long as no map is learned."""

from datetime import datetime, timedelta
import math
from typing import Final

from .heat_pump_map import COP_RANGE, MIN_COP_W

SMOOTHED_OVER: Final = timedelta(minutes=10)
GOOD_FOR: Final = timedelta(hours=6)
"""How long the last COP counts after the heat pump went off: the weather is slow."""


class MeasuredCop:
    """A running mean of the COP while the heat pump works."""

    def __init__(self) -> None:
        """Start knowing nothing."""
        self._cop: float | None = None
        self._time: datetime | None = None

    def note(self, time: datetime, cop: float | None, electric_w: float | None) -> None:
        """Take in a COP; one at little power is noise."""
        if cop is None or electric_w is None or not math.isfinite(cop):
            return
        if electric_w < MIN_COP_W or not COP_RANGE[0] <= cop <= COP_RANGE[1]:
            return
        last, known = self._time, self.at(time)
        self._time = time
        if known is None or last is None:
            self._cop = cop
        else:
            share = min(max((time - last) / SMOOTHED_OVER, 0.0), 1.0)
            self._cop = known + (cop - known) * share

    def at(self, now: datetime) -> float | None:
        """Return the COP; None when it is too old."""
        if self._time is None or abs(now - self._time) > GOOD_FOR:
            return None
        return self._cop
