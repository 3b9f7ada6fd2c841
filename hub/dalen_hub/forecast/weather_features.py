"""Columns of the weather: heat demand, sun, wind, and how they differ from before."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from dalen_hub.forecast.arrays import DAY_S, HOUR_S, Floats, Integers, Regular, mean_of

TEMPERATURE: Final = "temperature_c"
IRRADIANCE: Final = "irradiance_w_m2"
WIND: Final = "wind_m_s"
WEATHER: Final = (TEMPERATURE, IRRADIANCE, WIND)

# Homes are heated below a mean of 16 C, and some are cooled above 18 C.
_HEATING_C: Final = 16.0
_COOLING_C: Final = 18.0
# Turbines give their full power from about this on (m/s near the ground).
_RATED_WIND_M_S: Final = 12.0

type _Columns = tuple[list[Floats], list[Floats]]


def weather_columns(
    weather: Mapping[str, Regular], times_s: Integers, day: Floats
) -> _Columns:
    """Return the linear columns and the random inputs of the weather that is there.

    ``day`` are the Fourier columns of the time of day, shape (n, >= 7).
    """
    linear: list[Floats] = []
    inputs: list[Floats] = []
    for name, columns in _COLUMNS.items():
        if name in weather:
            more_linear, more_inputs = columns(weather[name], times_s, day)
            linear += more_linear
            inputs += more_inputs
    return linear, inputs


def _temperature(series: Regular, times_s: Integers, day: Floats) -> _Columns:
    """Return degrees of heating by the smoothed temperature, as houses feel it."""
    smooth = _smoothed(series)
    smooth_c = smooth.at(times_s)
    heating = np.maximum(0.0, _HEATING_C - smooth_c)
    before = [_heating_ago(smooth, times_s, days) for days in (2, 3, 4, 5, 6, 7)]
    weeks = [before[-1], *(_heating_ago(smooth, times_s, days) for days in (14, 21))]
    now_c = series.at(times_s)
    linear = [
        day[:, :7] * heating[:, None],
        day[:, :5] * now_c[:, None],
        heating - mean_of(before),
        heating - mean_of(weeks),
        before[0],
        np.maximum(0.0, smooth_c - _COOLING_C),
    ]
    return linear, [smooth_c, now_c]


def _irradiance(series: Regular, times_s: Integers, day: Floats) -> _Columns:
    """Return the sun of the time and of the days whose loads are columns."""
    now = series.at(times_s)
    before = [_ago(series, times_s, days) for days in (2, 3, 4, 5, 6, 7)]
    weeks = mean_of([before[-1], *(_ago(series, times_s, days) for days in (14, 21))])
    mean6 = mean_of(before)
    early, late = (series.at(times_s + shift_s) for shift_s in (-HOUR_S, HOUR_S))
    linear = [
        day[:, :5] * now[:, None],
        now - mean6,
        before[0],
        before[-1],
        weeks,
        early,
        late,
    ]
    return linear, [now, mean6, weeks, before[0], early, late]


def _wind(series: Regular, times_s: Integers, _day: Floats) -> _Columns:
    """Return the wind, its powers (turbines, and heat that it takes) and before."""
    now = series.at(times_s)
    before = [_ago(series, times_s, days) for days in (2, 3, 4, 5, 6, 7)]
    mean6 = mean_of(before)
    linear = [
        now,
        now**2,
        np.minimum(now, _RATED_WIND_M_S) ** 3,
        mean6,
        before[0],
        before[-1],
    ]
    return linear, [now, mean6, before[0]]


_COLUMNS: Final = {TEMPERATURE: _temperature, IRRADIANCE: _irradiance, WIND: _wind}


def _ago(series: Regular, times_s: Integers, days: int) -> Floats:
    """Return the values some days before."""
    return series.at(times_s - days * DAY_S)


def _heating_ago(smooth: Regular, times_s: Integers, days: int) -> Floats:
    """Return the degrees of heating some days before."""
    return np.maximum(0.0, _HEATING_C - _ago(smooth, times_s, days))


def _smoothed(series: Regular) -> Regular:
    """Return the exponential mean with a time constant of a day."""
    share = 1.0 / series.steps_per_day
    values = series.values.tolist()
    state = next((value for value in values if value == value), np.nan)  # noqa: PLR0124
    smooth = []
    for value in values:
        # A gap (NaN, which equals nothing) leaves the state as it is.
        if value == value:  # noqa: PLR0124
            state += share * (value - state)
        smooth.append(state)
    return Regular(
        start_s=series.start_s, step_s=series.step_s, values=np.array(smooth)
    )
