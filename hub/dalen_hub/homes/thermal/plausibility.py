"""Find wrong units before a model is fitted to them."""

from typing import Final

import numpy as np

from dalen_hub.grid.series import SeriesError

from .arrays import Floats
from .house_series import HEAT, INDOOR, IRRADIANCE, OUTDOOR, HouseSeries

_ROOM_C: Final = (-5.0, 40.0)
_WEATHER_C: Final = (-45.0, 45.0)
_MOST_IRRADIANCE_W_M2: Final = 1500.0
# A flat loses some 40 W/K, a school some thousands.
_LOSS_W_PER_K: Final = (15.0, 20_000.0)
# Below it the heat says little about the loss.
_LEAST_DIFFERENCE_K: Final = 3.0


def check_plausible(series: HouseSeries) -> None:
    """Raise ``SeriesError``, which names the likely slip, where a unit is wrong."""
    _check_temperature(INDOOR, series.indoor_c, _ROOM_C)
    _check_temperature(OUTDOOR, series.outdoor_c, _WEATHER_C)
    _check_known(HEAT, series.heat_w)
    if series.has_sun:
        _check_sun(series.irradiance_w_m2)
    if float(np.nanmax(series.heat_w)) <= 0.0:
        raise SeriesError(
            f"{HEAT} is never above 0. Give days on which the house was heated."
        )
    _check_overlap(series)


def _check_known(column: str, values: Floats) -> None:
    """Refuse a column in which nothing is known."""
    if np.isnan(values).all():
        raise SeriesError(f"{column} is empty. Fill it in.")


def _check_temperature(column: str, values: Floats, usual: tuple[float, float]) -> None:
    """Refuse a temperature that is none in degrees Celsius."""
    _check_known(column, values)
    median_c = float(np.nanmedian(values))
    if usual[0] <= median_c <= usual[1]:
        return
    slip = "kelvin" if median_c > 200.0 else "degrees Fahrenheit"
    raise SeriesError(
        f"{column} is about {median_c:.0f}, which looks like {slip}. Give degrees"
        " Celsius."
    )


def _check_sun(values: Floats) -> None:
    """Refuse an irradiance that is none in W/m2."""
    _check_known(IRRADIANCE, values)
    highest = float(np.nanmax(values))
    if highest > _MOST_IRRADIANCE_W_M2:
        raise SeriesError(
            f"{IRRADIANCE} reaches {highest:.0f}. Give W/m2; J/cm2 an hour times 2.78,"
            " J/m2 an hour divided by 3600."
        )


def _check_overlap(series: HouseSeries) -> None:
    """Refuse columns that are never known together."""
    if not (series.driven & ~np.isnan(series.indoor_c)).any():
        raise SeriesError(
            f"{INDOOR}, {OUTDOOR} and {HEAT} are never known at the same time."
        )


def balanced_loss_w_per_k(series: HouseSeries) -> float | None:
    """Return mean heat over mean temperature difference, None where it is small.

    Without sun and people: a rough figure, good enough to find wrong units and to
    tell a flat from a school.
    """
    known = series.driven & ~np.isnan(series.indoor_c)
    difference_k = float((series.indoor_c - series.outdoor_c)[known].mean())
    if difference_k < _LEAST_DIFFERENCE_K:
        return None
    return float(series.heat_w[known].mean()) / difference_k


def unit_remark(balanced_w_per_k: float | None) -> str | None:
    """Return what to check where the heat is not that of a building in W."""
    if balanced_w_per_k is None or balanced_w_per_k <= 0.0:
        return None
    if _LOSS_W_PER_K[0] <= balanced_w_per_k <= _LOSS_W_PER_K[1]:
        return None
    low = balanced_w_per_k < _LOSS_W_PER_K[0]
    slip = "kW (multiply by 1000)" if low else "Wh or J"
    return (
        f"{HEAT} against the temperature difference is {balanced_w_per_k:.2g} W/K, no"
        f" building's: it looks like {slip}. W/K and kWh/K below are in its unit; the"
        " errors in K are right all the same."
    )
