"""From anybody's files to the grid that the forecaster computes on."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from dalen_hub.errors import HubError
from dalen_hub.forecast.arrays import HOUR_S, Integers, Regular, interpolated, on_grid
from dalen_hub.forecast.features import HORIZON_S, Known
from dalen_hub.forecast.weather_features import WEATHER
from dalen_hub.grid.series import SeriesError
from dalen_hub.grid.series_file import SeriesFile, read_series_file

LOAD: Final = "load_kw"
_STEPS_S: Final = (900, 1_800, HOUR_S)
_LONGEST_WEATHER_GAP_S: Final = 6 * HOUR_S


def read_known(load_file: Path, weather_file: Path | None) -> tuple[Known, list[str]]:
    """Read a load and the weather, and return notes about what was repaired.

    Weather columns may stand in the file of the load too; those of the weather file
    go before them. Raises ``HubError`` or ``OSError``.
    """
    load_series = _read(load_file, [LOAD], WEATHER)
    notes = _notes(load_file, load_series)
    step_s = _step_s(load_file, load_series)
    load = on_grid(load_series.times_s, load_series.columns[LOAD], step_s)
    sources = [load_series]
    if weather_file is not None:
        weather_series = _read(weather_file, [], WEATHER)
        if not weather_series.columns:
            raise HubError(
                f"{weather_file.name} has no weather. Name its columns"
                f" {', '.join(WEATHER)}; one of them is enough."
            )
        notes += _notes(weather_file, weather_series)
        sources.append(weather_series)
    return Known(load=load, weather=_weather(load, sources)), notes


def _read(path: Path, required: Sequence[str], optional: Sequence[str]) -> SeriesFile:
    """Read a file; say which one where it cannot be used."""
    try:
        return read_series_file(path, required=required, optional=optional)
    except SeriesError as err:
        text = str(err)
        raise HubError(text if path.name in text else f"{path.name}: {text}") from err


def _notes(path: Path, series: SeriesFile) -> list[str]:
    """Return what a user should know of a file."""
    if series.repeated == 0:
        return []
    return [f"{path.name}: {series.repeated} rows of a repeated time were averaged"]


def _step_s(path: Path, series: SeriesFile) -> int:
    """Return the interval to compute with: 15, 30 or 60 minutes."""
    if series.times_s.size < 2:
        raise HubError(f"{path.name} has one row. Give a series of weeks.")
    usual_s = float(np.median(np.diff(series.times_s)))
    for step_s in _STEPS_S:
        if step_s % usual_s == 0:
            return step_s
    if usual_s < HOUR_S:
        return next(step_s for step_s in _STEPS_S if step_s >= usual_s)
    raise HubError(
        f"{path.name} has one value in {usual_s / HOUR_S:g} hours. Give at least one"
        " an hour."
    )


def _weather(load: Regular, sources: Sequence[SeriesFile]) -> dict[str, Regular]:
    """Return the weather on the grid of the load, and 2 days beyond it."""
    times_s: Integers = np.arange(
        load.start_s, load.end_s + HORIZON_S, load.step_s, dtype=np.int64
    )
    weather = {}
    for name in WEATHER:
        for source in sources:
            if name in source.columns:
                values = interpolated(
                    source.times_s,
                    source.columns[name],
                    onto=times_s,
                    longest_gap_s=_LONGEST_WEATHER_GAP_S,
                )
                weather[name] = Regular(
                    start_s=load.start_s, step_s=load.step_s, values=values
                )
    return weather
