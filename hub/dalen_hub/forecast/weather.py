"""The weather at a transformer: what was handed in, else what its file says."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
import logging
from pathlib import Path
from typing import Final

import numpy as np
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.forecast.arrays import HOUR_S, Floats, Integers, Regular, interpolated
from dalen_hub.forecast.weather_features import WEATHER
from dalen_hub.forecast.weather_series import WeatherRow
from dalen_hub.grid.quarter_hours import QUARTER_S, floor_quarter
from dalen_hub.grid.series import SeriesError
from dalen_hub.grid.series_file import SeriesFile, read_series_file
from dalen_hub.grid.trafo import Trafo
from dalen_hub.store.tables import weather
from dalen_hub.store.times import to_epoch
from dalen_hub.store.upsert import upsert

_LOGGER = logging.getLogger(__name__)

_LONGEST_GAP_S: Final = 6 * HOUR_S
_GAP: Final = timedelta(seconds=_LONGEST_GAP_S)

type Weather = Mapping[str, Regular]
"""By name of a column; one of which nothing is known is left out."""


async def store_weather(
    conn: AsyncConnection, trafo_id: str, rows: Sequence[WeatherRow]
) -> None:
    """Store the weather of some instants; a known instant is replaced."""
    values = [
        {
            "trafo_id": trafo_id,
            "time": to_epoch(row.time),
            **{name: row.values.get(name) for name in WEATHER},
        }
        for row in rows
    ]
    await upsert(conn, weather, values)


async def weather_between(
    conn: AsyncConnection, trafo: Trafo, start: datetime, end: datetime
) -> Weather:
    """Return the weather of the quarter hours of [start, end), NaN where unknown."""
    begin_s = to_epoch(floor_quarter(start))
    times_s: Integers = np.arange(begin_s, to_epoch(end), QUARTER_S, dtype=np.int64)
    sources = [await _stored(conn, trafo.id, start - _GAP, end + _GAP)]
    if trafo.weather_file is not None:
        sources.append(await asyncio.to_thread(_of_file, trafo.weather_file))
    found = {}
    for name in WEATHER:
        values = _merged(sources, name, times_s)
        if not np.isnan(values).all():
            found[name] = Regular(start_s=begin_s, step_s=QUARTER_S, values=values)
    return found


def read_weather_file(path: Path) -> SeriesFile:
    """Read a weather file; raise ``SeriesError`` or ``OSError``."""
    series = read_series_file(path, required=(), optional=WEATHER)
    if not series.columns:
        raise SeriesError(
            f"{path.name} has no weather. Name its columns {', '.join(WEATHER)}; one of"
            " them is enough."
        )
    return series


def _merged(
    sources: Sequence[SeriesFile | None], name: str, times_s: Integers
) -> Floats:
    """Return a column, each value from the first source that knows it."""
    values = np.full(times_s.shape, np.nan)
    for source in sources:
        if source is None or name not in source.columns:
            continue
        more = interpolated(
            source.times_s,
            source.columns[name],
            onto=times_s,
            longest_gap_s=_LONGEST_GAP_S,
        )
        values = np.where(np.isnan(values), more, values)
    return values


async def _stored(
    conn: AsyncConnection, trafo_id: str, start: datetime, end: datetime
) -> SeriesFile | None:
    """Return what was handed in for [start, end)."""
    rows = (
        await conn.execute(
            select(weather.c.time, *(weather.c[name] for name in WEATHER))
            .where(
                weather.c.trafo_id == trafo_id,
                weather.c.time >= to_epoch(start),
                weather.c.time < to_epoch(end),
            )
            .order_by(weather.c.time)
        )
    ).all()
    if not rows:
        return None
    table = np.array([tuple(row) for row in rows], dtype=np.float64)
    columns = {name: table[:, place] for place, name in enumerate(WEATHER, 1)}
    return SeriesFile(times_s=table[:, 0], columns=columns, repeated=0)


def _of_file(path: Path) -> SeriesFile | None:
    """Return what a file says now, None where it is unusable."""
    try:
        version = path.stat().st_mtime_ns
    except OSError:
        # Not a time that any file has: a missing file is a version of its own.
        version = -1
    return _parsed(path, version)


@lru_cache(maxsize=16)
def _parsed(path: Path, version: int) -> SeriesFile | None:
    """Return one version of a file; ``version`` is there for the cache."""
    try:
        return read_weather_file(path)
    except (OSError, SeriesError) as err:
        _LOGGER.warning("Weather file %s is left out: %s", path, err)
        return None
