"""What the heat pump wants, learned by outdoor temperature while nobody limits it.

Only unlimited time counts: what a limited heat pump draws says nothing about what it
wants. Per degree outdoors it keeps a histogram of power, bounded by the
nameplate, so that one odd reading shifts nothing, and a running COP.
"""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
import math
from typing import Any, Final

from ..limits.stored import number, reading, section

LOWEST_C: Final = -20
HIGHEST_C: Final = 25
LEVELS: Final = 25
"""Levels of power between 0 and nameplate."""

FULL_MINUTES: Final = 3000.0
"""Fifty hours a degree; from there on old minutes fade."""

ENOUGH_MINUTES: Final = 60.0
"""A degree with less is not known."""

MAX_GAP_C: Final = 3
"""How far away a known degree may be to say something about another."""

MAX_HOLD: Final = timedelta(seconds=60)
COP_RANGE: Final = (0.8, 10.0)
MIN_COP_W: Final = 150.0
"""Below it a COP is noise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the heat pump would draw at an outdoor temperature."""

    mean_w: float
    low_w: float
    """One time in ten it draws less."""

    high_w: float
    """One time in ten it draws more."""

    cop: float | None
    minutes: float
    """How many minutes say so."""


class HeatPumpMap:
    """Learn from readings; answer for any outdoor temperature near what it saw."""

    def __init__(self, nameplate_w: float) -> None:
        """Start knowing nothing."""
        if not (math.isfinite(nameplate_w) and nameplate_w > 0):
            raise ValueError(f"nameplate_w {nameplate_w}: give watts above 0")
        self._nameplate_w = nameplate_w
        self._degrees: dict[int, _Degree] = {}
        self._last: datetime | None = None

    def note(
        self,
        time: datetime,
        *,
        outdoor_c: float | None,
        electric_w: float | None,
        cop: float | None = None,
        is_free: bool,
    ) -> None:
        """Take in a reading; free is when it was not limited and not protecting itself."""
        held = MAX_HOLD if self._last is None else min(time - self._last, MAX_HOLD)
        self._last = time
        if not is_free or held <= timedelta():
            return
        outdoor, power = _finite(outdoor_c), _finite(electric_w)
        if outdoor is None or power is None:
            return
        degree = min(max(round(outdoor), LOWEST_C), HIGHEST_C)
        share = min(max(power / self._nameplate_w, 0.0), 1.0)
        known = self._degrees.setdefault(degree, _Degree())
        known.add(share, held / timedelta(minutes=1))
        ratio = _finite(cop)
        if ratio is not None and COP_RANGE[0] <= ratio <= COP_RANGE[1]:
            if power >= MIN_COP_W:
                known.add_cop(ratio, held / timedelta(minutes=1))

    def wanted(self, outdoor_c: float) -> Wanted | None:
        """Return what it would draw; None far from what it saw."""
        below, above = self._nearest(outdoor_c)
        if below is None or above is None:
            only = below if above is None else above
            return None if only is None else self._at(only)
        if below == above:
            return self._at(below)
        share = (outdoor_c - below) / (above - below)
        return _between(self._at(below), self._at(above), share)

    def as_dict(self) -> dict[str, Any]:
        """Return what was learned as JSON can hold it."""
        return {
            "nameplate_w": self._nameplate_w,
            "degrees": {str(c): d.as_dict() for c, d in sorted(self._degrees.items())},
        }

    def restore(self, data: Mapping[str, Any]) -> None:
        """Take over what `as_dict` wrote. Raises ValueError when it is not that.

        What was learned for another nameplate is for another heat pump: it is left.
        """
        with reading("heat pump map"):
            data = section(data)
            degrees = {
                int(key): _Degree.from_dict(value)
                for key, value in section(data["degrees"]).items()
            }
            if not all(LOWEST_C <= c <= HIGHEST_C for c in degrees):
                raise ValueError(f"degrees {sorted(degrees)}")
            nameplate_w = number(data["nameplate_w"])
        if nameplate_w == self._nameplate_w:
            self._degrees = degrees

    def _nearest(self, outdoor_c: float) -> tuple[int | None, int | None]:
        """Return the nearest known degrees at or below, and at or above."""
        known = [c for c, d in self._degrees.items() if d.minutes >= ENOUGH_MINUTES]
        near = [c for c in known if abs(c - outdoor_c) <= MAX_GAP_C]
        below = max((c for c in near if c <= outdoor_c), default=None)
        above = min((c for c in near if c >= outdoor_c), default=None)
        return below, above

    def _at(self, degree: int) -> Wanted:
        """Return what is known of one degree, in watts."""
        known = self._degrees[degree]
        return Wanted(
            mean_w=known.mean() * self._nameplate_w,
            low_w=known.quantile(0.1) * self._nameplate_w,
            high_w=known.quantile(0.9) * self._nameplate_w,
            cop=known.cop,
            minutes=known.minutes,
        )


class _Degree:
    """Minutes per level of power at one degree outdoors."""

    def __init__(self) -> None:
        """Start with no minutes."""
        self._minutes = [0.0] * LEVELS
        self._share_minutes = 0.0
        self._cop_minutes = 0.0
        self.cop: float | None = None

    @property
    def minutes(self) -> float:
        """Return how many minutes count."""
        return sum(self._minutes)

    def add(self, share: float, minutes: float) -> None:
        """Count minutes at a share of the nameplate; old ones fade when it is full."""
        if (known := self.minutes) + minutes > FULL_MINUTES:
            fade = (FULL_MINUTES - minutes) / known
            self._minutes = [count * fade for count in self._minutes]
            self._share_minutes *= fade
        self._minutes[min(int(share * LEVELS), LEVELS - 1)] += minutes
        self._share_minutes += share * minutes

    def add_cop(self, cop: float, minutes: float) -> None:
        """Let the COP follow, slower the more it knows."""
        self._cop_minutes = min(self._cop_minutes + minutes, FULL_MINUTES)
        known = cop if self.cop is None else self.cop
        self.cop = known + (cop - known) * minutes / self._cop_minutes

    def mean(self) -> float:
        """Return the mean share of the nameplate."""
        return min(self._share_minutes / self.minutes, 1.0)

    def quantile(self, share: float) -> float:
        """Return the share of the nameplate that so many minutes stay below."""
        below = list(accumulate(self._minutes))
        wanted = share * below[-1]
        level = bisect_left(below, wanted)
        part = (below[level] - wanted) / self._minutes[level]
        return (level + 1 - part) / LEVELS

    def as_dict(self) -> dict[str, Any]:
        """Return the degree as JSON can hold it, to the tenth of a minute."""
        return {
            "minutes": [round(minutes, 1) for minutes in self._minutes],
            "share_minutes": round(self._share_minutes, 3),
            "cop": self.cop,
            "cop_minutes": round(self._cop_minutes, 1),
        }

    @classmethod
    def from_dict(cls, data: Any) -> _Degree:
        """Read what `as_dict` wrote; raises what the stored readers raise."""
        degree = cls()
        minutes = [number(item) for item in section(data)["minutes"]]
        if len(minutes) != LEVELS or min(minutes) < 0:
            raise ValueError(f"{len(minutes)} levels")
        degree._minutes = minutes
        degree._share_minutes = max(number(data["share_minutes"]), 0.0)
        degree._cop_minutes = max(number(data["cop_minutes"]), 0.0)
        degree.cop = None if data["cop"] is None else number(data["cop"])
        return degree


def _between(low: Wanted, high: Wanted, share: float) -> Wanted:
    """Return what lies between two degrees."""
    cop = low.cop if high.cop is None else high.cop
    if low.cop is not None and high.cop is not None:
        cop = low.cop + (high.cop - low.cop) * share
    return Wanted(
        mean_w=low.mean_w + (high.mean_w - low.mean_w) * share,
        low_w=low.low_w + (high.low_w - low.low_w) * share,
        high_w=low.high_w + (high.high_w - low.high_w) * share,
        cop=cop,
        minutes=min(low.minutes, high.minutes),
    )


def _finite(value: float | None) -> float | None:
    """Return the number when it is one."""
    return value if value is not None and math.isfinite(value) else None
