"""What everybody may see of a transformer: aggregates per quarter hour."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from aiohttp import web
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.appkeys import CLOCK, ENGINE
from dalen_hub.forecast.model import QuarterForecast
from dalen_hub.forecast.select import forecast_for, given_forecast
from dalen_hub.grid.load import PumpSum, quarter_hour_load, quarter_hour_pumps
from dalen_hub.grid.quarter_hours import (
    QUARTER,
    floor_quarter,
    local_date,
    local_day_quarters,
)
from dalen_hub.grid.trafo import Trafo
from dalen_hub.homes.registry import Home, homes_of_trafo
from dalen_hub.store.database import reading
from dalen_hub.store.tables import cap_level, emergency_stop
from dalen_hub.store.times import from_epoch, rfc3339, to_epoch

# Below it a sum says too much about one home (k = 10, as Dutch grid operators use).
MINIMUM_HOMES: Final = 10
# A home polls every minute.
ONLINE_WITHIN: Final = timedelta(minutes=5)


async def chart_body(app: web.Application, trafo: Trafo) -> dict[str, Any]:
    """Return the body of the chart: the local today and tomorrow."""
    now = app[CLOCK]()
    async with reading(app[ENGINE]) as conn:
        homes = await homes_of_trafo(conn, trafo.id)
        quarter_hours = await _quarter_hours(conn, trafo, now)
        stop = await _stop_body(conn, trafo.id, now)
    return {
        "trafo": trafo_body(trafo),
        "now": rfc3339(now),
        "quarter_hours": quarter_hours,
        "stop": stop,
        "homes": {
            "joined": len(homes),
            "online": sum(is_online(home, now) for home in homes),
        },
    }


def trafo_body(trafo: Trafo) -> dict[str, Any]:
    """Return what a transformer is."""
    return {
        "id": trafo.id,
        "name": trafo.name,
        "rating_kva": trafo.rating_kva,
        "limit_kw": trafo.limit_kw,
    }


async def _stop_body(
    conn: AsyncConnection, trafo_id: str, now: datetime
) -> dict[str, Any] | None:
    """Return the emergency stop in force: since when, how long at most, and why."""
    row = (
        await conn.execute(
            select(emergency_stop)
            .where(
                emergency_stop.c.trafo_id == trafo_id,
                emergency_stop.c.ended_at.is_(None),
                emergency_stop.c.until > to_epoch(now),
            )
            .order_by(emergency_stop.c.id.desc())
            .limit(1)
        )
    ).one_or_none()
    if row is None:
        return None
    return {
        "since": rfc3339(from_epoch(row.started_at)),
        "until": rfc3339(from_epoch(row.until)),
        "reason": row.reason,
        "cause": row.cause,
        "acknowledged": len(row.acknowledged),
    }


def is_online(home: Home, now: datetime) -> bool:
    """Return whether a home was seen a short while ago."""
    return home.last_seen is not None and now - home.last_seen <= ONLINE_WITHIN


async def _quarter_hours(
    conn: AsyncConnection, trafo: Trafo, now: datetime
) -> list[dict[str, Any]]:
    """Return the quarter hours of today and tomorrow."""
    zone = trafo.time_zone
    today = local_date(now, zone)
    starts = [
        *local_day_quarters(today, zone),
        *local_day_quarters(today + timedelta(days=1), zone),
    ]
    end = starts[-1] + QUARTER
    load = await quarter_hour_load(conn, trafo.id, starts[0], end)
    pumps = await quarter_hour_pumps(conn, trafo.id, starts[0], end)
    decided = await _decided(conn, trafo.id, starts[0], end)
    forecasts = await _undecided(conn, trafo, starts, decided, now)
    return [
        {
            "start": rfc3339(start),
            "load_kw": _rounded(load.get(start)),
            **(
                _decision_body(decided[start])
                if start in decided
                else _forecast_body(trafo, forecasts.get(start))
            ),
            "pumps_kw": _pumps_kw(pumps.get(start)),
        }
        for start in starts
    ]


async def _decided(
    conn: AsyncConnection, trafo_id: str, start: datetime, end: datetime
) -> Mapping[datetime, Row[Any]]:
    """Return what the hub decided, by quarter hour of [start, end)."""
    rows = await conn.execute(
        select(cap_level).where(
            cap_level.c.trafo_id == trafo_id,
            cap_level.c.start >= to_epoch(start),
            cap_level.c.start < to_epoch(end),
        )
    )
    return {from_epoch(row.start): row for row in rows}


async def _undecided(
    conn: AsyncConnection,
    trafo: Trafo,
    starts: Sequence[datetime],
    decided: Mapping[datetime, object],
    now: datetime,
) -> Mapping[datetime, QuarterForecast]:
    """Return the forecast where the hub decided nothing, as before its start.

    The hub's own forecast is not made for the past: it would know the outcome.
    """
    missing = [start for start in starts if start not in decided]
    if not missing:
        return {}
    ahead = [start for start in missing if start >= floor_quarter(now)]
    given = await given_forecast(conn, trafo, missing[0], missing[-1] + QUARTER)
    made = await forecast_for(conn, trafo, ahead, now)
    return {**given, **{forecast.start: forecast for forecast in made}}


def _decision_body(row: Row[Any]) -> dict[str, Any]:
    """Return a quarter hour as it was decided."""
    return {
        "p50_kw": _rounded(row.p50_kw),
        "p90_kw": _rounded(row.p90_kw),
        "source": row.forecast_source,
        "room_kw": _rounded(row.room_kw),
        "level_w": row.level_w,
    }


def _forecast_body(trafo: Trafo, forecast: QuarterForecast | None) -> dict[str, Any]:
    """Return a quarter hour in which nobody was limited."""
    if forecast is None:
        return dict.fromkeys(("p50_kw", "p90_kw", "source", "room_kw", "level_w"))
    return {
        "p50_kw": _rounded(forecast.p50_kw),
        "p90_kw": _rounded(forecast.p90_kw),
        "source": forecast.source,
        "room_kw": _rounded(trafo.room_kw(forecast.p90_kw)),
        "level_w": None,
    }


def _pumps_kw(pumps: PumpSum | None) -> float | None:
    """Return the sum of the heat pumps where enough of them reported."""
    if pumps is None or pumps.homes < MINIMUM_HOMES:
        return None
    return _rounded(pumps.power_kw)


def _rounded(value_kw: float | None) -> float | None:
    """Return a power in kW with two decimals."""
    return None if value_kw is None else round(value_kw, 2)
