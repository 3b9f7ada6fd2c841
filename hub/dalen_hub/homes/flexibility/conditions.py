"""What decides how much a heat pump wants: the weather, its past, and the clock."""

from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np

from dalen_hub.homes.thermal.arrays import Floats

QUARTERS_PER_HOUR: Final = 4
QUARTERS_PER_DAY: Final = 96
# Heat demand follows the weather of some hours: best of 6..24 h on simulated villages.
_MEMORY_H: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """q quarter hours in a row, fields of shape (q,)."""

    outdoor_c: Floats
    recent_c: Floats
    """Outdoor temperature as the houses remember it: exponential mean of 10 h."""
    local_hour: Floats
    """Middle of the quarter hour on the clock of the wall, 0..24."""

    @property
    def quarters(self) -> int:
        """Return q."""
        return self.outdoor_c.size

    def warmer(self, shift_k: float) -> Self:
        """Return the same with all temperatures shifted."""
        return replace(
            self,
            outdoor_c=self.outdoor_c + shift_k,
            recent_c=self.recent_c + shift_k,
        )

    def part(self, chosen: slice) -> Self:
        """Return some of the quarter hours."""
        return replace(
            self,
            outdoor_c=self.outdoor_c[chosen],
            recent_c=self.recent_c[chosen],
            local_hour=self.local_hour[chosen],
        )


def conditions(
    outdoor_c: Floats, local_hour: Floats, *, recent_c: float | None = None
) -> Conditions:
    """Return the conditions of quarter hours in a row, without gaps.

    ``recent_c`` is what the houses remember at the start; without it the mean of the
    first day stands in.
    """
    if outdoor_c.shape != local_hour.shape or not outdoor_c.size:
        raise ValueError("Give one temperature and one hour for each quarter hour.")
    if not np.isfinite(outdoor_c).all():
        raise ValueError("A temperature is unknown. Fill the gaps of the weather.")
    first_c = float(outdoor_c[:QUARTERS_PER_DAY].mean())
    return Conditions(
        outdoor_c=outdoor_c,
        recent_c=_remembered(outdoor_c, first_c if recent_c is None else recent_c),
        local_hour=local_hour,
    )


def _remembered(outdoor_c: Floats, first_c: float) -> Floats:
    """Return the exponential mean up to each quarter hour."""
    share = 1.0 - np.exp(-1.0 / QUARTERS_PER_HOUR / _MEMORY_H)
    remembered = np.empty_like(outdoor_c)
    mean_c = first_c
    for quarter, now_c in enumerate(outdoor_c):
        mean_c += share * (float(now_c) - mean_c)
        remembered[quarter] = mean_c
    return remembered
