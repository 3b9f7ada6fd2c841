"""The simulated side of a real week: 97 hybrid homes behind one transformer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from dalen_hub.grid.quarter_hours import QUARTER, quarters_between
from dalen_hub.simulation.arrays import FloatArray
from dalen_hub.simulation.neighbourhood import Neighbourhood, UnsteeredLoad
from dalen_hub.simulation.village import various_homes
from tests.system.real_input import ZONE, MeasuredWeather

HOMES: Final = 97
_SEED: Final = 287
_STEP: Final = timedelta(minutes=1)
_STEPS: Final = QUARTER // _STEP
# A house needs this long to follow a set point that rose in the morning.
_MORNING: Final = timedelta(hours=3)

type LimitsAt = Callable[[datetime], FloatArray]
"""The limit in W of each home in the quarter hour that starts then, shape (n,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What the heat pumps did in some quarter hours, and how warm it stayed."""

    pumps_w: FloatArray
    """Mean electric power, shape (quarter hours, n)."""
    too_cold_k: FloatArray
    """Lowest set point of the last hours minus room temperature, same shape."""

    @property
    def sum_kw(self) -> FloatArray:
        """Return the mean power of all heat pumps per quarter hour."""
        kilowatts: FloatArray = self.pumps_w.sum(axis=1) / 1000.0
        return kilowatts


def village(weather: MeasuredWeather) -> Neighbourhood:
    """Return the homes, always the same; the unsteered load is measured instead."""
    rng = np.random.default_rng(_SEED)
    return Neighbourhood(
        homes=various_homes(HOMES, rng),
        unsteered=UnsteeredLoad(connections=0),
        weather=weather,
        zone=ZONE,
        now=weather.start,
        rng=rng,
    )


def run(homes: Neighbourhood, until: datetime, limits_at: LimitsAt) -> Run:
    """Advance in steps of a minute, with new limits at each quarter hour."""
    quarters = quarters_between(homes.now, until)
    pumps_w = np.zeros((len(quarters), HOMES))
    too_cold_k = np.zeros_like(pumps_w)
    for row, start in enumerate(quarters):
        limits_w = limits_at(start)
        for step in range(1, _STEPS + 1):
            loads = homes.step(start + step * _STEP, limits_w)
            pumps_w[row] += loads.pumps_w / _STEPS
        too_cold_k[row] = _asked_c(homes) - homes.room_c
    return Run(pumps_w=pumps_w, too_cold_k=too_cold_k)


def no_limits(_: datetime) -> FloatArray:
    """Return that nobody is limited."""
    return np.full(HOMES, np.inf)


def _asked_c(homes: Neighbourhood) -> FloatArray:
    """Return the temperature that each home can have by now, shape (n,)."""
    thermostats = homes.homes.thermostats
    return np.minimum(
        thermostats.set_point_at(_local_hour(homes.now)),
        thermostats.set_point_at(_local_hour(homes.now - _MORNING)),
    )


def _local_hour(moment: datetime) -> float:
    """Return the hour of the local day (0..24)."""
    local = moment.astimezone(ZONE)
    return local.hour + local.minute / 60.0
