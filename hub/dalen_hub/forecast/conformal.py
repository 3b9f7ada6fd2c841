"""Quantiles from what a model missed before, corrected while it is used.

The band of a time of day holds the held-out errors of the times within 1.5 hours
(split conformal). Adaptive conformal inference (Gibbs & Candes 2021) moves each
level while the loads stay below it too often or too seldom.
"""

from dataclasses import dataclass, field
from typing import Final, Self

import numpy as np

from dalen_hub.forecast.arrays import DAY_S, HOUR_S, Floats, Integers, Regular

LEVELS: Final = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
_AROUND_S: Final = 3 * HOUR_S // 2
# Probabilities for which the errors of a time of day are kept.
_GRID: Final = np.linspace(0.0, 1.0, 201)
# How far a level moves for a whole day on one side, about 0.02 an hour.
_STEP: Final = 0.05
_EXTREME: Final = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands:
    """Quantiles of the errors in kW by time of day, shape (steps a day, grid)."""

    step_s: int
    quantiles_kw: Floats

    @classmethod
    def of(cls, errors: Regular) -> Self:
        """Collect errors; a time of day without any takes those of all times."""
        slots = errors.steps_per_day
        slot = (errors.times_s % DAY_S) // errors.step_s
        known = ~np.isnan(errors.values)
        reach = max(1, _AROUND_S // errors.step_s)
        by_slot = [errors.values[known & (slot == each)] for each in range(slots)]
        everything = errors.values[known]
        rows = []
        for each in range(slots):
            near = [by_slot[(each + d) % slots] for d in range(-reach, reach + 1)]
            values = np.concatenate(near)
            rows.append(np.quantile(values if values.size else everything, _GRID))
        return cls(step_s=errors.step_s, quantiles_kw=np.array(rows))

    def offsets(self, times_s: Integers, levels: Floats) -> Floats:
        """Return the quantile of the errors at each time and level, (n, levels)."""
        slots = (times_s % DAY_S) // self.step_s
        table = np.array([np.interp(levels, _GRID, row) for row in self.quantiles_kw])
        return table[slots]


@dataclass(slots=True, kw_only=True)
class AdaptiveLevels:
    """The levels to ask the bands for, so that the wanted ones come out."""

    levels: Floats = field(default_factory=lambda: np.array(LEVELS))

    def learn(self, load_kw: Floats, quantiles_kw: Floats) -> None:
        """Compare loads (n,) with the quantiles that were forecast, (n, levels).

        NaN is left out. One day or less at a time.
        """
        known = ~np.isnan(load_kw) & ~np.isnan(quantiles_kw).any(axis=1)
        if not known.any():
            return
        below = load_kw[known, None] <= quantiles_kw[known]
        moved = self.levels + _STEP * (np.array(LEVELS) - below.mean(axis=0))
        self.levels = np.clip(np.sort(moved), _EXTREME, 1.0 - _EXTREME)
