"""A village that runs twice: half of its homes limited, half of them not.

The second half are the same houses, pumps and residents in the same weather without a
limit: what the first half would have drawn, the truth that no settlement may read.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from dalen_hub.homes.thermal.arrays import Floats
from dalen_hub.settlement.period import Period
from dalen_hub.simulation.village import (
    HomesParameters,
    settled_state,
    step_homes,
    various_homes,
)
from dalen_hub.simulation.weather import Weather, hour_of_day, winter_weather

ZONE = ZoneInfo("Europe/Amsterdam")
START = datetime(2026, 11, 30, 23, tzinfo=UTC)
CAP_W = 400.0
CAPPED_HOURS = range(16, 21)


@dataclass(frozen=True, slots=True, kw_only=True)
class Village:
    """What was measured, and what is true; shapes (q, n)."""

    period: Period
    truth_w: Floats
    boiler_w: Floats
    boiler_truth_w: Floats
    thermal_truth_w: Floats


def cold_winter(seed: int) -> Weather:
    """Return weather whose days differ by some degrees."""
    rng = np.random.default_rng(seed)
    return replace(winter_weather(mean_c=2.0, rng=rng), noise_c=2.5)


def lived_village(
    homes: int,
    days: int,
    *,
    capped_days: Collection[int],
    seed: int,
    weather: Weather | None = None,
) -> Village:
    """Simulate ``days`` of a village, limited from 16 to 21 h on ``capped_days``."""
    rng = np.random.default_rng(seed)
    weather = weather or cold_winter(seed)
    truth = _twice(various_homes(homes, rng))
    state = settled_state(
        truth, outdoor_c=weather.outdoor_c(START), local_hour=0.0, rng=rng
    )
    free_w, capped_w = np.full(2 * homes, np.inf), np.full(2 * homes, np.inf)
    capped_w[:homes] = CAP_W
    rows, starts, outdoor, limited = [], [], [], []
    for quarter in range(days * 96):
        start = START + timedelta(minutes=15 * quarter)
        local = start.astimezone(ZONE)
        capped = quarter // 96 in capped_days and local.hour in CAPPED_HOURS
        outdoor_c, sums = weather.outdoor_c(local), np.zeros((3, 2 * homes))
        for _ in range(15):
            state, output = step_homes(
                truth,
                state,
                outdoor_c=outdoor_c,
                irradiance_w_m2=weather.irradiance_w_m2(local),
                local_hour=hour_of_day(local),
                limit_w=capped_w if capped else free_w,
                dt_s=60.0,
                rng=rng,
            )
            sums += [output.electric_w, output.boiler_w, output.thermal_w]
        rows.append(sums / 15.0)
        starts.append(start)
        outdoor.append(outdoor_c)
        limited.append(capped)
    measured = np.array(rows)
    return Village(
        period=Period(
            starts=starts,
            zone=ZONE,
            power_w=measured[:, 0, :homes],
            limited=np.repeat(np.array(limited)[:, None], homes, axis=1),
            outdoor_c=np.array(outdoor),
            nameplate_w=truth.hybrids.nameplate_w[:homes],
        ),
        truth_w=measured[:, 0, homes:],
        boiler_w=measured[:, 1, :homes],
        boiler_truth_w=measured[:, 1, homes:],
        thermal_truth_w=measured[:, 2, homes:],
    )


def _twice(homes: HomesParameters) -> HomesParameters:
    """Return the same homes twice."""
    return HomesParameters(
        houses=_repeated(homes.houses),
        thermostats=_repeated(homes.thermostats),
        hybrids=_repeated(homes.hybrids),
    )


def _repeated[T](parameters: T) -> T:
    """Return parameters whose arrays are there twice; single values stay."""
    values = {
        name: getattr(parameters, name)
        for name in type(parameters).__dataclass_fields__  # type: ignore[attr-defined]
    }
    twice = {
        name: np.tile(value, 2) for name, value in values.items() if np.ndim(value)
    }
    return replace(parameters, **twice)  # type: ignore[type-var]


def capped_day_errors(village: Village, expected_w: Floats) -> tuple[Floats, Floats]:
    """Return relative errors on limited days: of the fleet (d,), of each home (n,)."""
    days, limited = village.period.days(), village.period.limited[:, 0]
    expected, truth = [], []
    for day in np.unique(days[limited]):
        chosen = limited & (days == day)
        expected.append(expected_w[chosen].sum(axis=0))
        truth.append(village.truth_w[chosen].sum(axis=0))
    wanted, found = np.array(truth), np.array(expected)
    fleet = np.abs(found.sum(axis=1) / wanted.sum(axis=1) - 1.0)
    homes = np.abs(found - wanted).sum(axis=0) / wanted.sum(axis=0)
    return fleet, homes
