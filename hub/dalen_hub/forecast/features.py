"""What a load is forecast from: calendar, known loads of earlier days, weather.

Every column of a row uses only loads of intervals that had ended when the forecast
of that row was issued; weather is what was measured or forecast for the row's time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from dalen_hub.forecast.arrays import DAY_S, Floats, Integers, Regular, mean_of
from dalen_hub.forecast.calendar import DayType, LocalTimes, local_times
from dalen_hub.forecast.weather_features import weather_columns

HORIZON_S: Final = 2 * DAY_S
"""A row may lie this far after its issue: the load of 2 days before is known then."""
# Clock and calendar bend the load more sharply than numbers do.
_CALENDAR_SCALE: Final = 1.5
_MONDAY_FRIDAY: Final = (0, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A load in kW and the weather by column name, on one grid."""

    load: Regular
    weather: Mapping[str, Regular]


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """Columns of the linear member (n, p) and inputs of the random one (n, k)."""

    linear: Floats
    inputs: Floats
    calendar_inputs: Floats


def build_features(
    known: Known, times_s: Integers, issued_s: Integers, zone: ZoneInfo
) -> Features:
    """Return the features of the intervals ``times_s``, issued at ``issued_s``.

    Both are seconds since 1970 UTC of shape (n,). Values may be NaN.
    """
    local = local_times(times_s, zone)
    day = fourier(local.hour / 24.0, 6)
    loads = _loads(known.load, times_s, issued_s)
    weather, weather_inputs = weather_columns(known.weather, times_s, day)
    linear = [
        *_calendar_columns(local, day),
        *_load_columns(loads, local, day),
        *weather,
    ]
    inputs = [loads[name] for name in ("lag2", "lag7", "mean6", "mean3", "day", "lag")]
    return Features(
        linear=np.column_stack(linear),
        inputs=np.column_stack([*inputs, *weather_inputs]),
        calendar_inputs=_CALENDAR_SCALE * _calendar_inputs(local),
    )


def fourier(phase: Floats, order: int) -> Floats:
    """Return 1 and cosine and sine of ``phase`` (in turns), shape (n, 1 + 2 order).

    Lower orders come first.
    """
    columns = [np.ones(phase.shape)]
    for harmonic in range(1, order + 1):
        angle = 2.0 * np.pi * harmonic * phase
        columns += [np.cos(angle), np.sin(angle)]
    return np.column_stack(columns)


def _calendar_columns(local: LocalTimes, day: Floats) -> list[Floats]:
    """Return a daily shape for each type of day, and what Monday and Friday add."""
    columns = [day * (local.day_type == kind)[:, None] for kind in DayType]
    workday = local.day_type == DayType.WORKDAY
    for weekday in _MONDAY_FRIDAY:
        chosen = workday & (local.weekday == weekday)
        columns.append(day[:, :5] * chosen[:, None])
    return columns


def _calendar_inputs(local: LocalTimes) -> Floats:
    """Return clock, type of day and season, each of a deviation of about 1."""
    clock = fourier(local.hour / 24.0, 2)[:, 1:]
    season = fourier(local.year_share, 1)[:, 1:]
    kinds = [local.day_type == kind for kind in (DayType.SATURDAY, DayType.SUNDAY)]
    inputs: Floats = np.column_stack([clock, season, *kinds]) * np.sqrt(2.0)
    return inputs


def _load_columns(
    loads: Mapping[str, Floats], local: LocalTimes, day: Floats
) -> list[Floats]:
    """Return the columns of earlier loads, some by type of day."""
    workday = local.day_type == DayType.WORKDAY
    return [
        day[:, :5] * loads["day"][:, None],
        *(loads[n] for n in ("lag2", "lag7", "lag14", "mean6", "mean3", "lag")),
        loads["day"] - loads["week"],
        loads["lag2"] * workday,
        loads["lag7"] * workday,
        loads["mean6"] * ~workday,
        loads["mean3"] * ~workday,
    ]


def _loads(load: Regular, times_s: Integers, issued_s: Integers) -> dict[str, Floats]:
    """Return the loads of earlier days that were known at the issue.

    ``lag`` is the youngest known day at the same time; ``day`` and ``week`` are
    means up to the issue. A gap is filled from the other days.
    """
    ago = {
        days: _known_at(load, times_s - days * DAY_S, issued_s)
        for days in (1, 2, 3, 4, 5, 6, 7, 14, 21)
    }
    mean6 = mean_of([ago[days] for days in range(2, 8)])
    lag2 = _filled(ago[2], mean6)
    lag7 = _filled(ago[7], mean6)
    return {
        "lag": _filled(ago[1], lag2),
        "lag2": lag2,
        "lag7": lag7,
        "lag14": _filled(ago[14], lag7),
        "mean6": mean6,
        "mean3": mean_of([ago[days] for days in (7, 14, 21)]),
        "day": _filled(_mean_before(load, issued_s, DAY_S), mean6),
        "week": _mean_before(load, issued_s, 7 * DAY_S),
    }


def _known_at(load: Regular, times_s: Integers, issued_s: Integers) -> Floats:
    """Return the loads of intervals, NaN where they had not ended at the issue."""
    return np.where(times_s + load.step_s <= issued_s, load.at(times_s), np.nan)


def _mean_before(load: Regular, issued_s: Integers, length_s: int) -> Floats:
    """Return the mean of the last ``length_s`` before each issue.

    NaN where less than a quarter of it was measured.
    """
    known = ~np.isnan(load.values)
    sums = np.concatenate([[0.0], np.cumsum(np.where(known, load.values, 0.0))])
    counts = np.concatenate([[0], np.cumsum(known)])
    end = (issued_s - load.start_s) // load.step_s
    begin = end - length_s // load.step_s
    end, begin = (np.clip(index, 0, known.size) for index in (end, begin))
    count = counts[end] - counts[begin]
    enough = count >= length_s // load.step_s // 4
    mean = np.full(issued_s.shape, np.nan)
    total = sums[end] - sums[begin]
    np.divide(total, count, out=mean, where=enough & (count > 0))
    return mean


def _filled(values: Floats, fallback: Floats) -> Floats:
    """Return ``values`` and where they are NaN the ``fallback``."""
    return np.where(np.isnan(values), fallback, values)
