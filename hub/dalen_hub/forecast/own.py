"""The hub's own forecast: fitted to the readings of a transformer once a day.

Until there are three weeks of readings, and while the meter is silent, the first
forecaster stands in.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import Pool

from dalen_hub.forecast.arrays import DAY_S, HOUR_S, Floats, Integers, Regular
from dalen_hub.forecast.features import HORIZON_S, Known
from dalen_hub.forecast.first import HISTORY, first_forecast
from dalen_hub.forecast.forecaster import MEDIAN, MINIMUM_DAYS, P90, Forecaster
from dalen_hub.forecast.model import QuarterForecast
from dalen_hub.forecast.unsteered import unsteered_load
from dalen_hub.forecast.weather import Weather, weather_between
from dalen_hub.grid.quarter_hours import QUARTER_S, floor_quarter
from dalen_hub.grid.trafo import Trafo
from dalen_hub.store.times import to_epoch

SOURCE: Final = "own forecaster"
LEARNT_FROM: Final = timedelta(days=120)
"""One season: without weather, older days say little about tomorrow."""
REFIT_AFTER: Final = timedelta(days=1)
_AHEAD: Final = timedelta(seconds=HORIZON_S)
_SLOTS: Final = DAY_S // QUARTER_S
# Of the last week this much must be known, else the lags say nothing.
_RECENT: Final = timedelta(days=7)
_RECENT_KNOWN: Final = 2 * _SLOTS
# The part of a day-ahead forecast that is compared with what came.
_JUDGED_S: Final = (18 * HOUR_S, 42 * HOUR_S)


@dataclass(slots=True, kw_only=True)
class _Fitted:
    """The forecaster of one transformer, and when it was fitted."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    forecaster: Forecaster | None = None
    fitted_at: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        """Return whether a day passed since the last fit."""
        return self.fitted_at is None or now - self.fitted_at >= REFIT_AFTER


# By database: engines with other options share the pool.
_FITTED: WeakKeyDictionary[Pool, dict[str, _Fitted]] = WeakKeyDictionary()


async def own_forecast(
    conn: AsyncConnection, trafo: Trafo, starts: Sequence[datetime], now: datetime
) -> list[QuarterForecast]:
    """Return the hub's own forecast, from what was measured before ``now``."""
    if not starts:
        return []
    end = floor_quarter(now)
    recent = await unsteered_load(conn, trafo.id, end - HISTORY, end)
    made = await _fitted_forecast(conn, trafo, starts, recent, end)
    missing = [start for start in starts if start not in made]
    first = first_forecast(recent, missing, trafo.time_zone, trafo.expected_connections)
    made = {**made, **{quarter.start: quarter for quarter in first}}
    return [made[start] for start in starts]


async def _fitted_forecast(
    conn: AsyncConnection,
    trafo: Trafo,
    starts: Sequence[datetime],
    recent: Mapping[datetime, float],
    now: datetime,
) -> Mapping[datetime, QuarterForecast]:
    """Return the quarter hours that the fitted forecaster can tell."""
    ahead = [each for each in starts if to_epoch(each) - to_epoch(now) <= HORIZON_S]
    if not ahead or sum(now - each <= _RECENT for each in recent) < _RECENT_KNOWN:
        return {}
    fitted = _FITTED.setdefault(conn.sync_engine.pool, {}).setdefault(
        trafo.id, _Fitted()
    )
    # One fit at a time, in a thread: the hub goes on answering meanwhile.
    async with fitted.lock:
        if fitted.is_due(now):
            history = await unsteered_load(conn, trafo.id, now - LEARNT_FROM, now)
            await asyncio.to_thread(
                _refit,
                fitted,
                trafo,
                _known(history, await _weather(conn, trafo, now, LEARNT_FROM)),
                now,
            )
        if fitted.forecaster is None:
            return {}
        known = _known(recent, await _weather(conn, trafo, now, HISTORY))
        return await asyncio.to_thread(_predict, fitted.forecaster, known, ahead, now)


async def _weather(
    conn: AsyncConnection, trafo: Trafo, now: datetime, before: timedelta
) -> Weather:
    """Return the weather of some days before, and as far as a forecast reaches."""
    return await weather_between(conn, trafo, now - before, now + _AHEAD)


def _refit(fitted: _Fitted, trafo: Trafo, known: Known, now: datetime) -> None:
    """Learn from the last day and fit anew, where there are enough readings."""
    if np.isfinite(known.load.values).sum() < MINIMUM_DAYS * _SLOTS:
        fitted.forecaster = None
        return
    now_s = to_epoch(now)
    forecaster = fitted.forecaster or Forecaster(zone=trafo.time_zone)
    forecaster.learn(known, now_s)
    forecaster.fit(known, now_s)
    begin_s, end_s = (now_s + ahead_s for ahead_s in _JUDGED_S)
    judged_s = np.arange(begin_s, end_s, QUARTER_S, dtype=np.int64)
    forecaster.predict(known, judged_s, now_s, remember=True)
    fitted.forecaster, fitted.fitted_at = forecaster, now


def _predict(
    forecaster: Forecaster,
    known: Known,
    starts: Sequence[datetime],
    now: datetime,
) -> Mapping[datetime, QuarterForecast]:
    """Return the forecast of quarter hours."""
    times_s: Integers = np.array([to_epoch(start) for start in starts], dtype=np.int64)
    quantiles = forecaster.predict(known, times_s, to_epoch(now))
    # A limit is shared, never raised by what flows back.
    values: Floats = np.maximum(quantiles, 0.0)
    return {
        start: QuarterForecast(
            start=start,
            p50_kw=float(row[MEDIAN]),
            p90_kw=float(row[P90]),
            source=SOURCE,
        )
        for start, row in zip(starts, values, strict=True)
    }


def _known(history: Mapping[datetime, float], weather: Weather) -> Known:
    """Return known quarter hours on the grid, with the weather."""
    times_s = np.array([to_epoch(start) for start in history], dtype=np.int64)
    begin_s = int(times_s.min())
    values = np.full((int(times_s.max()) - begin_s) // QUARTER_S + 1, np.nan)
    values[(times_s - begin_s) // QUARTER_S] = list(history.values())
    return Known(
        load=Regular(start_s=begin_s, step_s=QUARTER_S, values=values), weather=weather
    )
