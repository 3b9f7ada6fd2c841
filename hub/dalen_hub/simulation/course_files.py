"""Weather and unsteered load of a scenario: from the models, or from files."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np

from dalen_hub.errors import HubError
from dalen_hub.forecast.arrays import interpolated
from dalen_hub.grid.series import SeriesError
from dalen_hub.grid.series_file import SeriesFile, read_series_file

from .arrays import FloatArray
from .courses import (
    HISTORY_DAYS,
    MINUTE,
    MINUTES_PER_DAY,
    START,
    ZONE,
    Courses,
    drawn_base,
    drawn_weather,
)
from .run_options import RunOptions

_DAY: Final = timedelta(days=1)
_GAP_S: Final = 6 * 3600
_QUARTER_S: Final = 900
_QUARTER_MIN: Final = 15


def courses_of(options: RunOptions, minutes: int, base_scale: float) -> Courses:
    """Return the courses of a run. Raises HubError or OSError."""
    villages = options.seeds
    weather_file = _read(options.weather, ["temperature_c"], ["irradiance_w_m2"])
    base_file = _read(options.base, ["load_kw"], [])
    starts = [START] * villages
    if weather_file is not None:
        starts = _coldest(weather_file, minutes, villages, options.weather)
    elif base_file is not None:
        starts = _highest(base_file, minutes, villages, options.base)
    if weather_file is None:
        outdoor_c, sun = drawn_weather(START, minutes, villages)
    else:
        outdoor_c = _stretches(weather_file, "temperature_c", starts, minutes)
        sun = _stretches(weather_file, "irradiance_w_m2", starts, minutes)
    if base_file is None:
        households = base_scale * options.homes
        base_kw, history_kw = drawn_base(START, minutes, villages, households)
    else:
        base_kw, history_kw = _measured_base(base_file, starts, minutes, options.base)
    return Courses(
        start=START,
        outdoor_c=outdoor_c,
        irradiance_w_m2=sun,
        base_kw=base_kw,
        history_kw=history_kw,
    )


def _read(
    path: Path | None, required: list[str], optional: list[str]
) -> SeriesFile | None:
    """Read a file where one is given."""
    if path is None:
        return None
    try:
        return read_series_file(path, required=required, optional=optional)
    except SeriesError as err:
        text = str(err)
        raise HubError(text if path.name in text else f"{path.name}: {text}") from err


def _coldest(
    file: SeriesFile, minutes: int, villages: int, path: Path | None
) -> list[datetime]:
    """Return the starts of the coldest stretches, over and over if there are few."""
    means = _day_means(file, "temperature_c", minutes, path)
    order = sorted(means, key=lambda start: means[start])
    return [order[index % len(order)] for index in range(villages)]


def _highest(
    file: SeriesFile, minutes: int, villages: int, path: Path | None
) -> list[datetime]:
    """Return the starts of the stretches with the highest mean load."""
    means = _day_means(file, "load_kw", minutes, path)
    order = sorted(means, key=lambda start: -means[start])
    return [order[index % len(order)] for index in range(villages)]


def _day_means(
    file: SeriesFile, column: str, minutes: int, path: Path | None
) -> dict[datetime, float]:
    """Return the mean of each stretch that starts at a local midnight."""
    first = datetime.fromtimestamp(float(file.times_s[0]), UTC).astimezone(ZONE)
    day = datetime(first.year, first.month, first.day, tzinfo=ZONE)
    means: dict[datetime, float] = {}
    end_s = float(file.times_s[-1]) + 3600.0
    while (day + minutes * MINUTE).timestamp() <= end_s:
        values = _values(file, column, day, minutes)
        if not np.isnan(values).any():
            means[day] = float(values.mean())
        day += _DAY
    if not means:
        name = "the file" if path is None else path.name
        raise HubError(
            f"{name} has no {minutes // MINUTES_PER_DAY} days in a row without a gap of"
            " 6 hours. Give a longer series or fewer --days; one day more than --days"
            " is needed."
        )
    return means


def _stretches(
    file: SeriesFile, column: str, starts: list[datetime], minutes: int
) -> FloatArray:
    """Return a column by minute, (minutes, S); what is unknown of the sun is 0."""
    if column not in file.columns:
        return np.zeros((minutes, len(starts)))
    values = [_values(file, column, start, minutes) for start in starts]
    return np.nan_to_num(np.stack(values, axis=1))


def _values(file: SeriesFile, column: str, start: datetime, minutes: int) -> FloatArray:
    """Return a column by minute from a start on, NaN where it has a long gap."""
    first = int(start.timestamp())
    every = np.arange(first, first + minutes * 60, 60, dtype=np.int64)
    return interpolated(
        file.times_s, file.columns[column], onto=every, longest_gap_s=_GAP_S
    )


def _measured_base(
    file: SeriesFile, starts: list[datetime], minutes: int, path: Path | None
) -> tuple[FloatArray, FloatArray]:
    """Return the load of stretches and what was known before them.

    Of a start that the file does not have, the days of the highest load stand in.
    """
    begins = _day_means(file, "load_kw", minutes, path)
    busiest = max(begins, key=lambda start: begins[start])
    chosen = [start if start in begins else busiest for start in starts]
    base_kw = _stretches(file, "load_kw", chosen, minutes)
    histories = [_history(file, start) for start in chosen]
    return base_kw, np.stack(histories, axis=1)


def _history(file: SeriesFile, start: datetime) -> FloatArray:
    """Return the quarter hours before a start, NaN where nothing was measured."""
    before = HISTORY_DAYS * MINUTES_PER_DAY
    values = _values(file, "load_kw", start - before * MINUTE, before)
    quarters: FloatArray = values.reshape(-1, _QUARTER_MIN).mean(axis=1)
    return quarters
