"""Made-up loads with a known cause, for the tests of the forecaster."""

from datetime import UTC, datetime

import numpy as np

from dalen_hub.forecast.arrays import DAY_S, Floats, Regular
from dalen_hub.forecast.features import Known

START = datetime(2026, 1, 5, tzinfo=UTC)
START_S = int(START.timestamp())


def regular(values: Floats, step_s: int = 900, start_s: int = START_S) -> Regular:
    """Return a series."""
    return Regular(start_s=start_s, step_s=step_s, values=values)


def village(
    days: int, *, step_s: int = 1_800, noise_kw: float = 4.0, seed: int = 1
) -> Known:
    """Return a load with an evening peak, weekends, heating and solar panels.

    It goes below 0 at noon in the sun.
    """
    rng = np.random.default_rng(seed)
    times_s = START_S + step_s * np.arange(days * DAY_S // step_s)
    hour = times_s % DAY_S / 3_600
    weekend = ((times_s // DAY_S + 3) % 7) >= 5
    by_day = np.repeat(rng.normal(0.0, 1.0, (days, 2)), DAY_S // step_s, axis=0)
    temperature = 6.0 + 3.0 * by_day[:, 0] + 3.0 * np.sin((hour - 9.0) / 12.0 * np.pi)
    bright = 1.0 / (1.0 + np.exp(-1.5 * by_day[:, 1]))
    sun = 700.0 * bright * np.maximum(0.0, np.sin((hour - 7.0) / 11.0 * np.pi))
    evening = 90.0 * np.exp(-(((hour - 18.0) / 2.5) ** 2))
    load = 110.0 + evening * np.where(weekend, 0.7, 1.0) + 5.0 * (16.0 - temperature)
    load += rng.normal(0.0, noise_kw, times_s.size) - 0.35 * sun
    return Known(
        load=regular(load, step_s),
        weather={
            "temperature_c": regular(temperature, step_s),
            "irradiance_w_m2": regular(sun, step_s),
        },
    )


def without_weather(known: Known) -> Known:
    """Return only the load."""
    return Known(load=known.load, weather={})
