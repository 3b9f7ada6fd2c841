"""With less than three weeks of history: the mean of the known days.

Nothing is learnt but how much the days differ.
"""

from dataclasses import dataclass
from typing import Final, Self
from zoneinfo import ZoneInfo

import numpy as np

from dalen_hub.forecast.arrays import DAY_S, Floats, Integers, Regular, mean_of
from dalen_hub.forecast.calendar import local_times
from dalen_hub.forecast.day_ahead import usual_issue
from dalen_hub.forecast.features import Known

_DAYS: Final = 21
# One day of a type says little; from two on the others only disturb.
_ENOUGH_ALIKE: Final = 2
# Of the load, where days cannot be compared yet: a standard deviation that puts the
# P90 35 % above the median, as for a standard household.
_UNKNOWN_SPREAD: Final = 0.27
_NORMAL: Final = (-1.64, -1.28, -0.67, -0.25, 0.25, 0.67, 1.28, 1.64)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdStart:
    """The mean of the known days of the same type, at the same time of the day."""

    zone: ZoneInfo
    errors: Regular

    @classmethod
    def fit(cls, known: Known, zone: ZoneInfo) -> Self:
        """Measure how well it would have done so far."""
        load = known.load
        times_s = load.times_s
        expected = _expected(load, times_s, usual_issue(times_s), zone)
        errors_kw = load.values - expected
        if np.count_nonzero(~np.isnan(errors_kw)) < load.steps_per_day:
            errors_kw = _assumed_errors(load)
        return cls(
            zone=zone,
            errors=Regular(start_s=load.start_s, step_s=load.step_s, values=errors_kw),
        )

    def point(self, known: Known, times_s: Integers, issued_s: Integers) -> Floats:
        """Return the load in kW expected at ``times_s``, each as of its issue."""
        expected = _expected(known.load, times_s, issued_s, self.zone)
        measured = known.load.values[~np.isnan(known.load.values)]
        mean_kw = float(measured.mean()) if measured.size else 0.0
        return np.where(np.isnan(expected), mean_kw, expected)


def _expected(
    load: Regular, times_s: Integers, issued_s: Integers, zone: ZoneInfo
) -> Floats:
    """Return the mean of earlier days, NaN where the time was never measured."""
    kind = local_times(times_s, zone).day_type
    every: list[Floats] = []
    alike: list[Floats] = []
    for days in range(1, _DAYS + 1):
        ago_s = times_s - days * DAY_S
        ended = ago_s + load.step_s <= issued_s
        loads = np.where(ended, load.at(ago_s), np.nan)
        every.append(loads)
        same = local_times(ago_s, zone).day_type == kind
        alike.append(np.where(same, loads, np.nan))
    enough = (~np.isnan(np.stack(alike))).sum(axis=0) >= _ENOUGH_ALIKE
    return np.where(enough, mean_of(alike), mean_of(every))


def _assumed_errors(load: Regular) -> Floats:
    """Return errors of a wide normal band around what was measured."""
    measured = load.values[~np.isnan(load.values)]
    spread = _UNKNOWN_SPREAD * float(np.abs(measured).mean()) if measured.size else 1.0
    return np.resize(np.array(_NORMAL) * spread, max(load.values.size, len(_NORMAL)))
