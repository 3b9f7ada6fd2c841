"""A neighbourhood behind one transformer: steered heat pumps and everything else."""

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from .arrays import FloatArray
from .base_load import LoadNoise, evening_block, household_kw
from .village import HomesParameters, HomesState, settled_state, step_homes
from .weather import Weather, hour_of_day

_EVENING_HOUR = 18.8
_EVENING_HALF_WIDTH_H = 2.6


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsteeredLoad:
    """The load behind a transformer that no hub steers.

    ``evening_kw`` are cars and all-electric heat pumps of the neighbours that
    come on top of the households of an evening, around ``evening_hour``. All of it
    happens ``late_h`` hours later than elsewhere.
    """

    connections: int
    evening_kw: float = 0.0
    evening_hour: float = _EVENING_HOUR
    late_h: float = 0.0

    def mean_kw(self, local_hour: FloatArray | float) -> FloatArray:
        """Return the load without noise at local hours (0..24)."""
        hour = np.mod(local_hour - self.late_h, 24.0)
        evening = evening_block(
            hour, centre=self.evening_hour, half_width_h=_EVENING_HALF_WIDTH_H
        )
        return self.connections * household_kw(hour) + self.evening_kw * evening


@dataclass(frozen=True, slots=True, kw_only=True)
class Loads:
    """The powers of one step: the transformer's meter and what is behind it."""

    trafo_kw: float
    unsteered_kw: float
    pumps_w: FloatArray
    """Electric power of each heat pump, shape (n,)."""


@dataclass(slots=True, kw_only=True)
class Neighbourhood:
    """A neighbourhood whose time advances only when it is told to.

    ``now`` is the instant up to which it has been simulated.
    """

    homes: HomesParameters
    unsteered: UnsteeredLoad
    weather: Weather
    zone: ZoneInfo
    now: datetime
    rng: np.random.Generator
    _noise: LoadNoise = field(init=False)
    _state: HomesState = field(init=False)

    def __post_init__(self) -> None:
        """Settle all houses at the weather of the first instant."""
        local = self.now.astimezone(self.zone)
        self._noise = LoadNoise(rng=self.rng)
        self._state = settled_state(
            self.homes,
            outdoor_c=self.weather.outdoor_c(local),
            local_hour=hour_of_day(local),
            rng=self.rng,
        )

    @property
    def room_c(self) -> FloatArray:
        """Return the room temperature of each home, shape (n,)."""
        return self._state.houses.air_c

    def step(self, until: datetime, limit_w: FloatArray) -> Loads:
        """Advance to ``until``, at most a minute on, under limits of shape (n,)."""
        dt_s = (until - self.now).total_seconds()
        local = self.now.astimezone(self.zone)
        hour = hour_of_day(local)
        self._state, output = step_homes(
            self.homes,
            self._state,
            outdoor_c=self.weather.outdoor_c(local),
            irradiance_w_m2=self.weather.irradiance_w_m2(local),
            local_hour=hour,
            limit_w=limit_w,
            dt_s=dt_s,
            rng=self.rng,
        )
        self.now = until
        unsteered_kw = float(self.unsteered.mean_kw(hour)) * self._noise.step(dt_s)
        pumps_kw = float(output.electric_w.sum()) / 1000.0
        return Loads(
            trafo_kw=unsteered_kw + pumps_kw,
            unsteered_kw=unsteered_kw,
            pumps_w=output.electric_w,
        )
