"""Find the phases of homes, once a day, from what they and the meter measured."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
import logging
from typing import Final

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dalen_hub.caps.bottlenecks import Floats
from dalen_hub.caps.fleet import UNKNOWN
from dalen_hub.caps.phases import estimate_phase
from dalen_hub.caps.site import Place
from dalen_hub.caps.site_store import places_of, store_places
from dalen_hub.grid.load import PHASE_COLUMNS, is_used
from dalen_hub.grid.quarter_hours import (
    QUARTER,
    QUARTER_S,
    floor_quarter,
    local_midnight,
)
from dalen_hub.grid.trafo import Trafo
from dalen_hub.store.database import reading
from dalen_hub.store.tables import pump_power, trafo_load
from dalen_hub.store.times import to_epoch

_LOGGER = logging.getLogger(__name__)

_HISTORY: Final = timedelta(days=21)
# At night there is time for it.
_LOCAL_HOUR: Final = timedelta(hours=3)


async def estimate_phases(engine: AsyncEngine, trafo: Trafo, now: datetime) -> None:
    """Look for the phases of the homes that nobody placed, at night."""
    night = local_midnight(now.astimezone(trafo.time_zone).date(), trafo.time_zone)
    if trafo.phases is None or floor_quarter(now) != night + _LOCAL_HOUR:
        return
    end = floor_quarter(now)
    async with reading(engine) as conn:
        known = await places_of(conn, trafo.id)
        phases_kw = await _phases_kw(conn, trafo.id, end)
        pumps_w = await _pumps_w(conn, trafo.id, end)
    places = await asyncio.to_thread(_estimated, known, pumps_w, phases_kw)
    if places:
        async with engine.begin() as conn:
            await store_places(conn, trafo.id, places, now)
        _LOGGER.info("Found the phase of %d homes of %s", len(places), trafo.id)


def _estimated(
    known: Mapping[str, Place], pumps_w: Mapping[str, Floats], phases_kw: Floats
) -> dict[str, Place]:
    """Return the homes whose phase shows, and was not known or was another one."""
    places: dict[str, Place] = {}
    for ven_id, pump_w in pumps_w.items():
        before = known.get(ven_id, Place())
        if before.phase is not None and not before.is_estimated:
            continue
        phase = estimate_phase(pump_w, phases_kw)
        if phase not in {UNKNOWN, before.phase}:
            places[ven_id] = replace(before, phase=phase, is_estimated=True)
    return places


async def _phases_kw(conn: AsyncConnection, trafo_id: str, end: datetime) -> Floats:
    """Return the mean load of the phases per quarter hour, shape (t, 3)."""
    quarter = (trafo_load.c.time // QUARTER_S).label("quarter")
    rows = await conn.execute(
        select(quarter, *(func.avg(trafo_load.c[name]) for name in PHASE_COLUMNS))
        .where(
            trafo_load.c.trafo_id == trafo_id,
            trafo_load.c.time >= to_epoch(end - _HISTORY),
            trafo_load.c.time < to_epoch(end),
            is_used(),
        )
        .group_by(quarter)
    )
    loads_kw = np.full((_HISTORY // QUARTER, len(PHASE_COLUMNS)), np.nan)
    first = to_epoch(end - _HISTORY) // QUARTER_S
    for number, *means in rows:
        loads_kw[number - first] = [np.nan if m is None else m for m in means]
    return loads_kw


async def _pumps_w(
    conn: AsyncConnection, trafo_id: str, end: datetime
) -> Mapping[str, Floats]:
    """Return the mean power of each heat pump per quarter hour, shape (t,) each."""
    quarter = (pump_power.c.start // QUARTER_S).label("quarter")
    energy = func.sum(pump_power.c.power_w * pump_power.c.duration_s)
    rows = await conn.execute(
        select(pump_power.c.ven_id, quarter, energy / func.sum(pump_power.c.duration_s))
        .where(
            pump_power.c.trafo_id == trafo_id,
            pump_power.c.start >= to_epoch(end - _HISTORY),
            pump_power.c.start < to_epoch(end),
        )
        .group_by(pump_power.c.ven_id, quarter)
    )
    first = to_epoch(end - _HISTORY) // QUARTER_S
    found: dict[str, Floats] = {}
    for ven_id, number, power_w in rows:
        empty = np.full(_HISTORY // QUARTER, np.nan)
        found.setdefault(ven_id, empty)[number - first] = power_w
    return found
