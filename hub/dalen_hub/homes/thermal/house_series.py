"""What was measured in one house, on a regular grid of UTC steps."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from dalen_hub.grid.series import SeriesError

from .arrays import Bools, Floats
from .resampling import fill_short_gaps, step_means

INDOOR: Final = "indoor_c"
OUTDOOR: Final = "outdoor_c"
HEAT: Final = "heat_w"
IRRADIANCE: Final = "irradiance_w_m2"

HOUR_S: Final = 3600.0
DAY_S: Final = 86_400.0
# Errors over a day need no finer steps; slower data are kept as they are.
_STEPS_S: Final = (1800.0, 3600.0)
_HOLD_S: Final = 2.0 * HOUR_S
# Outdoors changes slowly; heat that is not known may be anything.
_LONGEST_GAP_H: Final = {OUTDOOR: 6.0, IRRADIANCE: 2.0, HEAT: 1.0}
_LONGEST_S: Final = 3 * 366 * DAY_S
_LEAST_ROWS: Final = 24
_REGULAR: Final = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseSeries:
    """Means per step of one house; all arrays of shape (n,), NaN where unknown."""

    start_s: float
    """Start of the first step, seconds since 1970 UTC."""
    step_s: float
    indoor_c: Floats
    outdoor_c: Floats
    heat_w: Floats
    """All heat that is known: of the heat pump, the boiler and other sources."""
    irradiance_w_m2: Floats
    has_sun: bool
    """Whether irradiance was measured; if not, it is 0 everywhere."""

    @property
    def steps(self) -> int:
        """Return n."""
        return self.indoor_c.size

    @property
    def days(self) -> float:
        """Return the length in days, gaps counted."""
        return self.steps * self.step_s / DAY_S

    @property
    def steps_per_hour(self) -> int:
        """Return how many steps an hour has."""
        return round(HOUR_S / self.step_s)

    @property
    def driven(self) -> Bools:
        """Return where all that acts upon the house is known."""
        outdoor, heat = np.isnan(self.outdoor_c), np.isnan(self.heat_w)
        driven: Bools = ~(outdoor | heat | np.isnan(self.irradiance_w_m2))
        return driven


def house_series(times_s: Floats, columns: Mapping[str, Floats]) -> HouseSeries:
    """Return irregular measurements as steps of half an hour, or an hour if slower.

    ``times_s`` (strictly rising, shape (n,)) are instants in seconds UTC; columns
    are named as in files, `irradiance_w_m2` may be absent. Raises ``SeriesError``
    where the measurements are too few, too slow or spread over too long a time.
    """
    usual_s = _usual_interval_s(times_s, columns[INDOOR])
    step_s = next(step for step in _STEPS_S if usual_s <= step)
    start_s = float(np.floor(times_s[0] / step_s) * step_s)
    steps = int((times_s[-1] - start_s) // step_s) + 1

    def means(column: str) -> Floats:
        """Return a column on the grid, its short gaps filled where that is fair."""
        grid = step_means(
            times_s,
            columns[column],
            start_s=start_s,
            step_s=step_s,
            steps=steps,
            longest_hold_s=_hold_s(times_s, columns[column]),
        )
        gap_h = _LONGEST_GAP_H.get(column, 0.0)
        return fill_short_gaps(grid, int(gap_h * HOUR_S / step_s))

    return HouseSeries(
        start_s=start_s,
        step_s=step_s,
        indoor_c=means(INDOOR),
        outdoor_c=means(OUTDOOR),
        heat_w=means(HEAT),
        irradiance_w_m2=means(IRRADIANCE) if IRRADIANCE in columns else np.zeros(steps),
        has_sun=IRRADIANCE in columns,
    )


def _usual_interval_s(times_s: Floats, indoor_c: Floats) -> float:
    """Return the usual time between two room temperatures; refuse what is too slow."""
    seen_s = times_s[~np.isnan(indoor_c)]
    if seen_s.size < _LEAST_ROWS:
        raise SeriesError(
            f"There are only {seen_s.size} rows with {INDOOR}. Give at least a week,"
            " an hour or less apart."
        )
    if times_s[-1] - times_s[0] > _LONGEST_S:
        raise SeriesError(
            "The rows span more than three years. Check the dates, or give one winter."
        )
    usual_s = float(np.median(np.diff(seen_s)))
    if usual_s > _STEPS_S[-1]:
        raise SeriesError(
            f"The rows are {usual_s / 60:.0f} minutes apart. Give a row an hour or"
            " more often."
        )
    return usual_s


def _hold_s(times_s: Floats, values: Floats) -> float:
    """Return how long a value of a column holds without a new one.

    In a column that comes regularly a missing value is a gap; in one that tells
    changes only it means that nothing changed, for two hours at most.
    """
    seen_s = times_s[~np.isnan(values)]
    if seen_s.size < _LEAST_ROWS:
        return _HOLD_S
    intervals_s = np.diff(seen_s)
    usual_s = float(np.median(intervals_s))
    alike = np.abs(intervals_s - usual_s) <= 0.1 * usual_s
    return 1.5 * usual_s if np.mean(alike) > _REGULAR else _HOLD_S
