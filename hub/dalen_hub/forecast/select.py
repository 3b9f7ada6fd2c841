"""Which forecast counts: the uploaded one, else the file, else the hub's own."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.forecast.file import file_forecast
from dalen_hub.forecast.model import QuarterForecast
from dalen_hub.forecast.own import own_forecast
from dalen_hub.forecast.uploaded import uploaded_forecast
from dalen_hub.grid.quarter_hours import QUARTER
from dalen_hub.grid.trafo import Trafo


async def forecast_for(
    conn: AsyncConnection, trafo: Trafo, starts: Sequence[datetime], now: datetime
) -> list[QuarterForecast]:
    """Return the unsteered load for each quarter hour of ``starts``, in their order."""
    if not starts:
        return []
    given = await given_forecast(conn, trafo, min(starts), max(starts) + QUARTER)
    missing = [start for start in starts if start not in given]
    own = {
        quarter.start: quarter
        for quarter in await own_forecast(conn, trafo, missing, now)
    }
    return [given.get(start) or own[start] for start in starts]


async def given_forecast(
    conn: AsyncConnection, trafo: Trafo, start: datetime, end: datetime
) -> Mapping[datetime, QuarterForecast]:
    """Return what was uploaded for [start, end), and else stands in the file."""
    return {
        **await file_forecast(trafo),
        **await uploaded_forecast(conn, trafo.id, start, end),
    }
