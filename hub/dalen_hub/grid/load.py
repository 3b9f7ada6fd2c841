"""Measured load of a transformer, and the part of it that is heat pumps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Subquery, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.grid.quarter_hours import QUARTER_S
from dalen_hub.grid.series import Row
from dalen_hub.store.tables import pump_power, trafo_load, ven
from dalen_hub.store.times import from_epoch, to_epoch
from dalen_hub.store.upsert import upsert

PHASE_COLUMNS: Final = ("l1_kw", "l2_kw", "l3_kw")
REPAIRED: Final = "repaired"
FILLED: Final = "filled"
"""Nothing was sent; neighbours in time say what it was."""
DOUBTFUL: Final = "doubtful"
"""Must not be used."""

MONITOR_ONLY: Final = "monitor"
"""The kind of heat pump that tells its power but takes no limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PumpSum:
    """The heat pumps that reported in one quarter hour, added up."""

    power_kw: float
    homes: int


async def record_load(conn: AsyncConnection, trafo_id: str, rows: Sequence[Row]) -> int:
    """Store measured loads in kW and return how many; a known time is replaced."""
    await upsert(
        conn,
        trafo_load,
        [
            {
                "trafo_id": trafo_id,
                "time": to_epoch(row.time),
                "load_kw": row.load_kw,
                **phase_values(row.phases_kw),
                "mark": None,
                "sent": None,
            }
            for row in rows
        ],
    )
    return len(rows)


def phase_values(phases_kw: Sequence[float | None] | None) -> dict[str, float | None]:
    """Return the columns of three phases."""
    return dict(zip(PHASE_COLUMNS, phases_kw or (None,) * 3, strict=True))


def is_used() -> ColumnElement[bool]:
    """Return the condition that a reading is not doubtful."""
    return or_(trafo_load.c.mark.is_(None), trafo_load.c.mark != DOUBTFUL)


async def quarter_hour_load(
    conn: AsyncConnection, trafo_id: str, start: datetime, end: datetime
) -> Mapping[datetime, float]:
    """Return the mean measured load in kW per quarter hour of [start, end).

    Quarter hours without a reading that can be trusted are not in it.
    """
    quarter = (trafo_load.c.time // QUARTER_S).label("quarter")
    rows = await conn.execute(
        select(quarter, func.avg(trafo_load.c.load_kw))
        .where(
            trafo_load.c.trafo_id == trafo_id,
            trafo_load.c.time >= to_epoch(start),
            trafo_load.c.time < to_epoch(end),
            is_used(),
        )
        .group_by(quarter)
    )
    return {from_epoch(index * QUARTER_S): mean_kw for index, mean_kw in rows}


async def quarter_hour_pumps(
    conn: AsyncConnection,
    trafo_id: str,
    start: datetime,
    end: datetime,
    *,
    steered_only: bool = False,
) -> Mapping[datetime, PumpSum]:
    """Return the sum of the reported heat pumps per quarter hour of [start, end).

    ``steered_only`` leaves out the heat pumps that the hub cannot limit (any more):
    those of homes that left, and those that are only monitored.
    """
    homes = _means_of_homes(trafo_id, start, end, steered_only=steered_only)
    rows = await conn.execute(
        select(homes.c.quarter, func.sum(homes.c.mean_w), func.count()).group_by(
            homes.c.quarter
        )
    )
    return {
        from_epoch(index * QUARTER_S): PumpSum(power_kw=sum_w / 1000, homes=count)
        for index, sum_w, count in rows
    }


def _means_of_homes(
    trafo_id: str, start: datetime, end: datetime, *, steered_only: bool
) -> Subquery:
    """Return the query of the mean power in W per quarter hour and home."""
    quarter = (pump_power.c.start // QUARTER_S).label("quarter")
    # A home at tier T2 reports three intervals in a quarter hour, T1 one.
    energy = func.sum(pump_power.c.power_w * pump_power.c.duration_s)
    query = select(
        quarter, (energy / func.sum(pump_power.c.duration_s)).label("mean_w")
    ).where(
        pump_power.c.trafo_id == trafo_id,
        pump_power.c.start >= to_epoch(start),
        pump_power.c.start < to_epoch(end),
    )
    if steered_only:
        steered = select(ven.c.id).where(
            ven.c.left_at.is_(None), ven.c.heat_pump_kind != MONITOR_ONLY
        )
        query = query.where(pump_power.c.ven_id.in_(steered))
    return query.group_by(quarter, pump_power.c.ven_id).subquery()
