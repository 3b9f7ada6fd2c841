"""What the controller may know of a transformer, read from the tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

import numpy as np
from sqlalchemy import Row, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.caps.bottlenecks import Floats
from dalen_hub.caps.budget import Reading
from dalen_hub.caps.heard import Heard
from dalen_hub.grid.load import DOUBTFUL, FILLED, PHASE_COLUMNS
from dalen_hub.grid.quarter_hours import QUARTER, QUARTER_S, floor_quarter
from dalen_hub.grid.trafo import Trafo
from dalen_hub.homes.flexibility.learnt import wants_of
from dalen_hub.homes.registry import Home
from dalen_hub.store.tables import home_state, pump_power, trafo_load
from dalen_hub.store.times import from_epoch, to_epoch

# Two polls, with their jitter.
ONLINE_WITHIN: Final = timedelta(seconds=150)
_READINGS: Final = timedelta(hours=1)
_STATES: Final = timedelta(minutes=45)
_UNCAPPED: Final = timedelta(hours=24)
_REPORT_DELAY: Final = timedelta(minutes=2)
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """What homes reported, by the id of their VEN, in W."""

    want_w: Mapping[str, float]
    """What heat pumps want now."""
    power_w: Mapping[str, float]
    power_start: datetime
    paused: frozenset[str]
    ahead_w: Mapping[str, float] = field(default_factory=dict)
    """The most that they want within a day; what they want now where it is not in it."""


def wanted_ahead_w(homes: Sequence[Home], reports: Reports) -> Floats:
    """Return the most that each wants within a day, in the order of the homes."""
    return _in_order(homes, {**reports.want_w, **reports.ahead_w})


def heard_from(homes: Sequence[Home], reports: Reports, now: datetime) -> Heard:
    """Return what homes told, in their order.

    One that never polled counts as online: it has just joined.
    """
    return Heard(
        online=np.array(
            [
                home.last_seen is None or now - home.last_seen <= ONLINE_WITHIN
                for home in homes
            ],
            dtype=np.bool_,
        ),
        paused=np.array(
            [home.ven_id in reports.paused for home in homes], dtype=np.bool_
        ),
        want_w=_in_order(homes, reports.want_w),
        power_w=_in_order(homes, reports.power_w),
        power_start=reports.power_start,
        power_end=reports.power_start + QUARTER,
    )


async def recent_readings(
    conn: AsyncConnection, trafo_id: str, now: datetime
) -> tuple[Reading, ...]:
    """Return the readings of the last hour that can be trusted, with their phases.

    A meter tells when an interval starts; the next reading tells how long it is.
    What was filled in is no measurement.
    """
    rows = (
        await conn.execute(
            select(trafo_load)
            .where(
                trafo_load.c.trafo_id == trafo_id,
                trafo_load.c.time > to_epoch(now - _READINGS),
                trafo_load.c.time <= to_epoch(now),
                or_(
                    trafo_load.c.mark.is_(None),
                    trafo_load.c.mark.not_in((DOUBTFUL, FILLED)),
                ),
            )
            .order_by(trafo_load.c.time)
        )
    ).all()
    starts = [from_epoch(row.time) for row in rows]
    steps = [after - before for before, after in pairwise(starts)]
    if not rows:
        return ()
    # The last one lasts as long as the one before; alone, it has just ended.
    last = steps[-1] if steps else max(_MINUTE, now - starts[-1])
    return tuple(
        Reading(
            end=start + min(step, QUARTER),
            length=min(step, QUARTER),
            load_kw=row.load_kw,
            bottlenecks_kw=_phases_kw(row),
        )
        for start, step, row in zip(starts, [*steps, last], rows, strict=True)
    )


def _phases_kw(row: Row[Any]) -> tuple[float, ...]:
    """Return the loads of the phases, the bottlenecks after the transformer."""
    phases_kw = [getattr(row, name) for name in PHASE_COLUMNS]
    return tuple(np.nan if load_kw is None else load_kw for load_kw in phases_kw)


async def recent_reports(
    conn: AsyncConnection, trafo: Trafo, homes: Sequence[Home], now: datetime
) -> Reports:
    """Return what homes reported of their pauses and of the power of their pumps.

    What a pump wants follows the weather and the hour where that was learnt; else it
    is the mean of its last quarter hours without a cap.
    """
    power_start = floor_quarter(now - _REPORT_DELAY) - QUARTER
    uncapped_w = await _uncapped_w(conn, trafo.id, now)
    wants = await wants_of(conn, trafo, homes, now)
    return Reports(
        want_w=uncapped_w if wants is None else {**uncapped_w, **wants.now_w},
        power_w=await _power_w(conn, trafo.id, power_start),
        power_start=power_start,
        paused=await _paused(conn, trafo.id, now),
        ahead_w={} if wants is None else wants.ahead_w,
    )


async def _power_w(
    conn: AsyncConnection, trafo_id: str, start: datetime
) -> Mapping[str, float]:
    """Return the mean power of each heat pump over one quarter hour."""
    energy = func.sum(pump_power.c.power_w * pump_power.c.duration_s)
    rows = await conn.execute(
        select(pump_power.c.ven_id, energy / func.sum(pump_power.c.duration_s))
        .where(
            pump_power.c.trafo_id == trafo_id,
            pump_power.c.start >= to_epoch(start),
            pump_power.c.start < to_epoch(start) + QUARTER_S,
        )
        .group_by(pump_power.c.ven_id)
    )
    return {ven_id: float(power_w) for ven_id, power_w in rows}


async def _uncapped_w(
    conn: AsyncConnection, trafo_id: str, now: datetime
) -> Mapping[str, float]:
    """Return the mean power of each heat pump while nobody limited it."""
    same = and_(
        home_state.c.ven_id == pump_power.c.ven_id,
        home_state.c.start == pump_power.c.start,
    )
    rows = await conn.execute(
        select(pump_power.c.ven_id, func.avg(pump_power.c.power_w))
        .select_from(pump_power.outerjoin(home_state, same))
        .where(
            pump_power.c.trafo_id == trafo_id,
            pump_power.c.start >= to_epoch(now - _UNCAPPED),
            or_(home_state.c.state.is_(None), home_state.c.state.like("%_NORMAL")),
        )
        .group_by(pump_power.c.ven_id)
    )
    return {ven_id: float(power_w) for ven_id, power_w in rows}


async def _paused(
    conn: AsyncConnection, trafo_id: str, now: datetime
) -> frozenset[str]:
    """Return the homes whose newest state says that a resident paused."""
    rows = await conn.execute(
        select(home_state.c.ven_id, home_state.c.state)
        .where(
            home_state.c.trafo_id == trafo_id,
            home_state.c.start >= to_epoch(now - _STATES),
        )
        .order_by(home_state.c.start)
    )
    # A later row of a home replaces an earlier one.
    newest = {row.ven_id: row.state for row in rows}
    return frozenset(
        ven_id for ven_id, state in newest.items() if state.endswith("_OPTED_OUT")
    )


def _in_order(homes: Sequence[Home], values: Mapping[str, float]) -> Floats:
    """Return the values of homes in their order, NaN where there is none."""
    return np.array([values.get(home.ven_id, np.nan) for home in homes])
