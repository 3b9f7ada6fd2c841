"""The first forecaster: the same quarter hour of the known days of the same type.

Pure: numbers in, numbers out. The median is the mean of those days; the P90 adds
the 90 % quantile of what each day differed from the others, over the time of day
+- 1.5 h.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from dalen_hub.forecast.household import standard_forecast
from dalen_hub.forecast.model import QuarterForecast

type Array = npt.NDArray[np.float64]
type DayType = int

SOURCE: Final = "first forecaster"
HISTORY: Final = timedelta(days=28)
_SLOTS: Final = 96
# Two days, less what a meter may miss.
MINIMUM_KNOWN: Final = round(0.9 * 2 * _SLOTS)
# One value says nothing about how much days differ.
_MINIMUM_ALIKE: Final = 2
_NEIGHBOURS: Final = 6
_QUANTILE: Final = 0.9


def first_forecast(
    history: Mapping[datetime, float],
    starts: Sequence[datetime],
    zone: ZoneInfo,
    connections: int,
) -> list[QuarterForecast]:
    """Return the unsteered load in kW for the quarter hours ``starts``.

    ``history`` gives the known quarter hours in kW. With less than 2 days of it, the
    forecast is the load of ``connections`` standard households with a wide band.
    """
    standard = standard_forecast(starts, zone, connections)
    if len(history) < MINIMUM_KNOWN:
        return standard
    days = _days(history, zone)
    profiles: dict[DayType, tuple[Array, Array]] = {}
    forecasts = []
    for start, fallback in zip(starts, standard, strict=True):
        day_type, slot = _place(start, zone)
        if day_type not in profiles:
            profiles[day_type] = _profile(days, day_type)
        p50_kw, p90_kw = (values[slot] for values in profiles[day_type])
        forecasts.append(_quarter(start, p50_kw, p90_kw) or fallback)
    return forecasts


def _quarter(start: datetime, p50_kw: float, p90_kw: float) -> QuarterForecast | None:
    """Return the forecast, None where this time of day was never measured."""
    if np.isnan(p50_kw) or np.isnan(p90_kw):
        return None
    return QuarterForecast(
        start=start,
        p50_kw=max(0.0, float(p50_kw)),
        p90_kw=max(0.0, float(p50_kw), float(p90_kw)),
        source=SOURCE,
    )


def _days(history: Mapping[datetime, float], zone: ZoneInfo) -> Mapping[date, Array]:
    """Return each day that is known in part as 96 values, NaN where unknown.

    Slots follow the clock on the wall: the hour that summer time repeats is
    averaged, the one that it skips stays unknown.
    """
    sums: dict[date, Array] = {}
    counts: dict[date, Array] = {}
    for start, load_kw in history.items():
        local = start.astimezone(zone)
        slot = _slot(local)
        sums.setdefault(local.date(), np.zeros(_SLOTS))[slot] += load_kw
        counts.setdefault(local.date(), np.zeros(_SLOTS))[slot] += 1
    return {day: _quotient(sums[day], counts[day]) for day in sums}


def _profile(days: Mapping[date, Array], day_type: DayType) -> tuple[Array, Array]:
    """Return P50 and P90 of the 96 slots of a day of ``day_type``.

    Slots that too few days of the type know are taken from all days.
    """
    p50, p90, _ = _mean_and_quantile(np.array(list(days.values())))
    alike = [values for day, values in days.items() if _day_type(day) == day_type]
    if len(alike) < _MINIMUM_ALIKE:
        return p50, p90
    alike_p50, alike_p90, known = _mean_and_quantile(np.array(alike))
    enough = known >= _MINIMUM_ALIKE
    return np.where(enough, alike_p50, p50), np.where(enough, alike_p90, p90)


def _mean_and_quantile(days: Array) -> tuple[Array, Array, Array]:
    """Return mean, 90 % quantile and known days per slot of an array (days, 96)."""
    known = np.count_nonzero(~np.isnan(days), axis=0).astype(np.float64)
    p50 = _quotient(np.nansum(days, axis=0), known)
    # What a day differs from the mean of the others: n / (n - 1) x its residual.
    inflation = np.divide(known, known - 1, out=np.ones(_SLOTS), where=known > 1)
    return p50, p50 + _spread((days - p50) * inflation), known


def _quotient(sums: Array, counts: Array) -> Array:
    """Return sums / counts, NaN where nothing was counted."""
    quotient = np.full(_SLOTS, np.nan)
    np.divide(sums, counts, out=quotient, where=counts > 0)
    return quotient


def _spread(residuals: Array) -> Array:
    """Return the 90 % quantile of the residuals around each slot, at least 0."""
    wrapped = np.concatenate(
        (residuals[:, -_NEIGHBOURS:], residuals, residuals[:, :_NEIGHBOURS]), axis=1
    )
    spread = np.zeros(_SLOTS)
    for slot in range(_SLOTS):
        around = wrapped[:, slot : slot + 2 * _NEIGHBOURS + 1]
        values = around[~np.isnan(around)]
        if values.size:
            spread[slot] = max(0.0, float(np.quantile(values, _QUANTILE)))
    return spread


def _place(start: datetime, zone: ZoneInfo) -> tuple[DayType, int]:
    """Return day type and slot of a quarter hour."""
    local = start.astimezone(zone)
    return _day_type(local.date()), _slot(local)


def _day_type(day: date) -> DayType:
    """Return 0 for a working day, 1 for Saturday, 2 for Sunday."""
    return max(0, day.weekday() - 4)


def _slot(local: datetime) -> int:
    """Return the quarter hour of the day by the clock on the wall."""
    return local.hour * 4 + local.minute // 15
