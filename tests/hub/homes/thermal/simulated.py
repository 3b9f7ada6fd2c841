"""Houses of the simulation, measured as a home would measure them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from dalen_hub.homes.thermal.arrays import Floats
from dalen_hub.homes.thermal.house_series import HEAT, INDOOR, IRRADIANCE, OUTDOOR
from dalen_hub.simulation.arrays import filled
from dalen_hub.simulation.village import (
    HomesParameters,
    gains_w,
    settled_state,
    step_homes,
    various_homes,
)
from dalen_hub.simulation.weather import hour_of_day, winter_weather

ZONE = ZoneInfo("Europe/Amsterdam")
START = datetime(2026, 1, 5, tzinfo=UTC)
MINUTES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """n houses, a row each ten minutes; what a home measures and what is true."""

    truth: HomesParameters
    times_s: Floats
    room_c: Floats
    outdoor_c: Floats
    irradiance_w_m2: Floats
    heating_w: Floats
    gains_w: Floats

    def columns(self, house: int, *, gains: bool) -> Mapping[str, Floats]:
        """Return the columns of one house; a room sensor shows tenths."""
        heat_w = self.heating_w[:, house] + (self.gains_w if gains else 0.0)
        return {
            INDOOR: np.round(self.room_c[:, house], 1),
            OUTDOOR: self.outdoor_c,
            HEAT: heat_w,
            IRRADIANCE: self.irradiance_w_m2,
        }


def measured_houses(homes: int, days: int, seed: int) -> Measured:
    """Simulate ``days`` of winter in ``homes`` heated houses."""
    rng = np.random.default_rng(seed)
    truth = various_homes(homes, rng)
    weather = winter_weather(mean_c=3.0, swing_c=2.5, rng=rng)
    now, rows = START, []
    state = settled_state(
        truth, outdoor_c=weather.outdoor_c(now), local_hour=1.0, rng=rng
    )
    for _ in range(days * 1440 // MINUTES):
        before_c, heat_w = state.houses.air_c, filled(homes, 0.0)
        local = now.astimezone(ZONE)
        outdoor_c = weather.outdoor_c(local)
        sun_w_m2 = weather.irradiance_w_m2(local)
        for _ in range(MINUTES):
            state, output = step_homes(
                truth,
                state,
                outdoor_c=outdoor_c,
                irradiance_w_m2=sun_w_m2,
                local_hour=hour_of_day(local),
                limit_w=filled(homes, np.inf),
                dt_s=60.0,
                rng=rng,
            )
            heat_w = heat_w + output.thermal_w + output.boiler_w
        mean_c = (before_c + state.houses.air_c) / 2.0
        gain_w = gains_w(hour_of_day(local))
        rows.append(
            (now.timestamp(), mean_c, outdoor_c, sun_w_m2, heat_w / MINUTES, gain_w)
        )
        now += timedelta(minutes=MINUTES)
    columns = [np.array(column, dtype=np.float64) for column in zip(*rows, strict=True)]
    return Measured(
        truth=truth,
        times_s=columns[0],
        room_c=columns[1],
        outdoor_c=columns[2],
        irradiance_w_m2=columns[3],
        heating_w=columns[4],
        gains_w=columns[5],
    )
