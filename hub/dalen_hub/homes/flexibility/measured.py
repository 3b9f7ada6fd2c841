"""What homes reported of their heat pumps, quarter hour by quarter hour."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Self

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.forecast.weather import weather_between
from dalen_hub.forecast.weather_features import TEMPERATURE
from dalen_hub.grid.quarter_hours import QUARTER, QUARTER_S, quarters_between
from dalen_hub.grid.trafo import Trafo
from dalen_hub.homes.registry import Home
from dalen_hub.homes.thermal.arrays import Bools, Floats, Ints
from dalen_hub.store.tables import cap_level, emergency_stop, home_state, pump_power
from dalen_hub.store.times import from_epoch, to_epoch

from .conditions import QUARTERS_PER_DAY

_CURTAILED: Final = "%_CURTAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """q quarter hours in a row of n homes, which are those that told a power."""

    starts: Sequence[datetime]
    homes: tuple[Home, ...]
    power_w: Floats
    """Mean electric power, shape (q, n); NaN where not reported."""
    curtailed: Bools
    """Where the home told that a limit held, whoever set it, shape (q, n)."""
    ordered: Bools
    """Where the hub ordered a limit or a stop, shape (q,)."""
    outdoor_c: Floats
    """Shape (q,), NaN where unknown."""

    @property
    def nameplate_w(self) -> Floats:
        """Return the most each can draw, shape (n,)."""
        return np.array([home.nameplate_w for home in self.homes])

    def from_first_told(self) -> Self:
        """Return whole days from the first one on which a home told something."""
        told = np.flatnonzero(np.isfinite(self.power_w).any(axis=1))
        first = int(told[0]) // QUARTERS_PER_DAY * QUARTERS_PER_DAY if told.size else 0
        return replace(
            self,
            starts=self.starts[first:],
            power_w=self.power_w[first:],
            curtailed=self.curtailed[first:],
            ordered=self.ordered[first:],
            outdoor_c=self.outdoor_c[first:],
        )


async def measured_between(
    conn: AsyncConnection,
    trafo: Trafo,
    homes: Sequence[Home],
    start: datetime,
    end: datetime,
) -> Measured:
    """Return what was measured in [start, end), whole quarter hours."""
    starts = quarters_between(start, end)
    power_w = np.full((len(starts), len(homes)), np.nan)
    curtailed = np.zeros(power_w.shape, dtype=np.bool_)
    # A query a home reads rows that lie together, and lets others in between.
    for place, home in enumerate(homes):
        power_w[:, place] = await _power_w(conn, home.ven_id, start, len(starts))
        if np.isfinite(power_w[:, place]).any():
            found = await _curtailed(conn, home.ven_id, start, end)
            curtailed[found, place] = True
    told = np.isfinite(power_w).any(axis=0)
    return Measured(
        starts=starts,
        homes=tuple(home for home, is_told in zip(homes, told, strict=True) if is_told),
        power_w=power_w[:, told],
        curtailed=curtailed[:, told],
        ordered=await _ordered(conn, trafo.id, starts),
        outdoor_c=await outdoor_between(conn, trafo, start, end),
    )


async def outdoor_between(
    conn: AsyncConnection, trafo: Trafo, start: datetime, end: datetime
) -> Floats:
    """Return the temperature of the quarter hours of [start, end), NaN if unknown."""
    found = await weather_between(conn, trafo, start, end)
    if TEMPERATURE in found:
        return found[TEMPERATURE].values
    return np.full(len(quarters_between(start, end)), np.nan)


async def _power_w(
    conn: AsyncConnection, ven_id: str, start: datetime, quarters: int
) -> Floats:
    """Return the means of quarter hours; T2 tells three intervals in one of them."""
    begin_s = to_epoch(start)
    rows = await conn.execute(
        select(pump_power.c.start, pump_power.c.duration_s, pump_power.c.power_w).where(
            pump_power.c.ven_id == ven_id,
            pump_power.c.start >= begin_s,
            pump_power.c.start < begin_s + quarters * QUARTER_S,
        )
    )
    table = np.array([tuple(row) for row in rows]).reshape(-1, 3)
    place = ((table[:, 0] - begin_s) // QUARTER_S).astype(np.int64)
    seconds = np.bincount(place, table[:, 1], minlength=quarters)
    energy_ws = np.bincount(place, table[:, 1] * table[:, 2], minlength=quarters)
    means_w: Floats = np.full(quarters, np.nan)
    np.divide(energy_ws, seconds, out=means_w, where=seconds > 0)
    return means_w


async def _curtailed(
    conn: AsyncConnection, ven_id: str, start: datetime, end: datetime
) -> Ints:
    """Return the places of quarter hours in which a limit held for some of the time."""
    rows = await conn.scalars(
        select(home_state.c.start).where(
            home_state.c.ven_id == ven_id,
            home_state.c.start >= to_epoch(start),
            home_state.c.start < to_epoch(end),
            home_state.c.state.like(_CURTAILED),
        )
    )
    places = [(int(row) - to_epoch(start)) // QUARTER_S for row in rows]
    return np.array(places, dtype=np.int64)


async def _ordered(
    conn: AsyncConnection, trafo_id: str, starts: Sequence[datetime]
) -> Bools:
    """Return where a level or a stop of the hub was in force."""
    begin, end = starts[0], starts[-1] + QUARTER
    levels = await conn.scalars(
        select(cap_level.c.start).where(
            cap_level.c.trafo_id == trafo_id,
            cap_level.c.start >= to_epoch(begin),
            cap_level.c.start < to_epoch(end),
            cap_level.c.level_w.is_not(None),
        )
    )
    limited = {from_epoch(start) for start in levels}
    stops = await _stops(conn, trafo_id, begin, end)
    return np.array(
        [
            start in limited
            or any(first < start + QUARTER and start < last for first, last in stops)
            for start in starts
        ],
        dtype=np.bool_,
    )


async def _stops(
    conn: AsyncConnection, trafo_id: str, begin: datetime, end: datetime
) -> Sequence[tuple[datetime, datetime]]:
    """Return when emergency stops were in force."""
    last = func.coalesce(emergency_stop.c.ended_at, emergency_stop.c.until)
    rows = await conn.execute(
        select(emergency_stop.c.started_at, last).where(
            emergency_stop.c.trafo_id == trafo_id,
            emergency_stop.c.started_at < to_epoch(end),
            last > to_epoch(begin),
        )
    )
    return [(from_epoch(row[0]), from_epoch(row[1])) for row in rows]
