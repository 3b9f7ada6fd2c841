"""Forecasts that the grid operator, or anybody who may, uploads."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.forecast.model import QuarterForecast
from dalen_hub.store.tables import load_forecast
from dalen_hub.store.times import from_epoch, to_epoch
from dalen_hub.store.upsert import upsert

SOURCE: Final = "uploaded"


async def store_forecast(
    conn: AsyncConnection,
    trafo_id: str,
    forecasts: Sequence[QuarterForecast],
    now: datetime,
) -> int:
    """Store uploaded quarter hours and return how many; the newest issue counts."""
    await upsert(
        conn,
        load_forecast,
        [
            {
                "trafo_id": trafo_id,
                "start": to_epoch(quarter.start),
                "issued_at": to_epoch(now),
                "p50_kw": quarter.p50_kw,
                "p90_kw": quarter.p90_kw,
                "source": quarter.source,
            }
            for quarter in forecasts
        ],
    )
    return len(forecasts)


async def uploaded_forecast(
    conn: AsyncConnection, trafo_id: str, start: datetime, end: datetime
) -> Mapping[datetime, QuarterForecast]:
    """Return the uploaded quarter hours of [start, end) by their start."""
    rows = await conn.execute(
        select(load_forecast).where(
            load_forecast.c.trafo_id == trafo_id,
            load_forecast.c.start >= to_epoch(start),
            load_forecast.c.start < to_epoch(end),
        )
    )
    return {
        from_epoch(row.start): QuarterForecast(
            start=from_epoch(row.start),
            p50_kw=row.p50_kw,
            p90_kw=row.p90_kw,
            source=row.source,
        )
        for row in rows
    }
