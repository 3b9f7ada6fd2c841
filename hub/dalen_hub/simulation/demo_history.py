"""The two days before a demo starts, simulated without caps and stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.grid.load import record_load
from dalen_hub.grid.quarter_hours import QUARTER, QUARTER_S, floor_quarter
from dalen_hub.grid.series import Row
from dalen_hub.store.tables import pump_power, trafo_load
from dalen_hub.store.times import to_epoch
from dalen_hub.store.upsert import upsert

from .arrays import FloatArray, filled
from .neighbourhood import Neighbourhood

LENGTH = timedelta(days=2)
_MINUTE = timedelta(minutes=1)
_READING_MINUTES = 5
_QUARTER_MINUTES = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What the meters would have recorded."""

    start: datetime
    trafo_kw: FloatArray
    """Means of 5 minutes."""
    pumps_w: FloatArray
    """Means of the complete quarter hours, shape (quarter hours, homes)."""


def history_start(now: datetime) -> datetime:
    """Return the quarter hour in which the history of a demo begins."""
    return floor_quarter(now) - LENGTH


def simulate_history(village: Neighbourhood, until: datetime) -> History:
    """Advance a village, minute by minute and without limits, to ``until``.

    The village must stand at the start of a quarter hour.
    """
    start = village.now
    free_w = filled(village.homes.homes, np.inf)
    minutes = (until - start) // _MINUTE
    steps = [
        village.step(start + _MINUTE * (minute + 1), free_w)
        for minute in range(minutes)
    ]
    trafo_kw = np.array([step.trafo_kw for step in steps])
    pumps_w = np.array([step.pumps_w for step in steps])
    return History(
        start=start,
        trafo_kw=_means(trafo_kw, _READING_MINUTES),
        pumps_w=_means(pumps_w, _QUARTER_MINUTES),
    )


async def store_history(
    conn: AsyncConnection, trafo_id: str, ven_ids: Sequence[str], history: History
) -> None:
    """Store a history, but nothing before what a hub has measured already."""
    known = await conn.scalar(
        select(func.max(trafo_load.c.time)).where(trafo_load.c.trafo_id == trafo_id)
    )
    after = to_epoch(history.start) - 1 if known is None else int(known)
    await record_load(conn, trafo_id, _readings(history, after))
    await upsert(conn, pump_power, _pump_rows(history, trafo_id, ven_ids, after))


def _readings(history: History, after: int) -> list[Row]:
    """Return the readings of the transformer's meter after an epoch."""
    step = _MINUTE * _READING_MINUTES
    return [
        Row(where="demo", time=time, load_kw=round(float(load_kw), 2))
        for index, load_kw in enumerate(history.trafo_kw)
        if to_epoch(time := history.start + step * index) > after
    ]


def _pump_rows(
    history: History, trafo_id: str, ven_ids: Sequence[str], after: int
) -> list[dict[str, object]]:
    """Return the quarter hours of each heat pump after an epoch."""
    return [
        {
            "trafo_id": trafo_id,
            "ven_id": ven_id,
            "start": start,
            "duration_s": QUARTER_S,
            "power_w": round(float(power_w), 1),
        }
        for index, row in enumerate(history.pumps_w)
        if (start := to_epoch(history.start + QUARTER * index)) > after
        for ven_id, power_w in zip(ven_ids, row, strict=True)
    ]


def _means(values: FloatArray, width: int) -> FloatArray:
    """Return the means of complete groups along the first axis."""
    groups = len(values) // width
    shape = (groups, width, *values.shape[1:])
    means: FloatArray = values[: groups * width].reshape(shape).mean(axis=1)
    return means
