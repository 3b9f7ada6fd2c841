"""What the heat pumps of a transformer want: learnt once a day from what they told."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import Pool

from dalen_hub.grid.quarter_hours import (
    QUARTER,
    floor_quarter,
    local_date,
    local_midnight,
    quarters_between,
)
from dalen_hub.grid.trafo import Trafo
from dalen_hub.homes.registry import Home
from dalen_hub.homes.thermal.arrays import Floats

from .conditions import QUARTERS_PER_DAY, Conditions, conditions
from .fleet import DayNoise, day_noise
from .heat_pump_map import HeatPumpMaps, fit_maps, unlimited
from .measured import Measured, measured_between, outdoor_between

LEARNT_FROM: Final = timedelta(days=28)
_REFIT_AFTER: Final = timedelta(days=1)
_RETRY_AFTER: Final = timedelta(hours=3)
# With less the mean of the last day is the better guess.
_LEAST_DAYS: Final = 4
_LEAST_QUARTERS: Final = 96
_KNOWN_SHARE: Final = 0.9
_AROUND: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """The maps of n homes, and how days differ from them."""

    ven_ids: tuple[str, ...]
    """Of the homes in the order of the maps."""
    maps: HeatPumpMaps
    noise: DayNoise


@dataclass(frozen=True, slots=True, kw_only=True)
class Wants:
    """What heat pumps want, in W by the id of their VEN."""

    now_w: Mapping[str, float]
    ahead_w: Mapping[str, float]
    """The most that each wants within a day."""


@dataclass(slots=True, kw_only=True)
class _Kept:
    """What was learnt of one transformer, and when that was tried."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    learnt: Learnt | None = None
    tried_at: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        """Return whether to learn (again)."""
        after = _RETRY_AFTER if self.learnt is None else _REFIT_AFTER
        return self.tried_at is None or not timedelta() <= now - self.tried_at < after


# By database: engines with other options share the pool.
_KEPT: WeakKeyDictionary[Pool, dict[str, _Kept]] = WeakKeyDictionary()


async def learnt_of(
    conn: AsyncConnection,
    trafo: Trafo,
    homes: Sequence[Home],
    now: datetime,
    *,
    again: bool = False,
) -> Learnt | None:
    """Return what is known of the heat pumps, None where that is too little.

    ``again`` looks anew where nothing was known lately.
    """
    kept = _KEPT.setdefault(conn.sync_engine.pool, {}).setdefault(trafo.id, _Kept())
    async with kept.lock:
        if kept.is_due(now) or (again and kept.learnt is None):
            kept.tried_at = now
            first = local_midnight(
                local_date(now - LEARNT_FROM, trafo.time_zone), trafo.time_zone
            )
            measured = await measured_between(
                conn, trafo, homes, first, floor_quarter(now)
            )
            kept.learnt = await asyncio.to_thread(learn, trafo, measured)
        return kept.learnt


def learn(trafo: Trafo, measured: Measured) -> Learnt | None:
    """Learn from quarter hours without a limit; ``measured`` begins at midnight."""
    measured = measured.from_first_told()
    outdoor_c = filled(measured.outdoor_c)
    free = unlimited(measured.curtailed)
    known = free & np.isfinite(measured.power_w)
    if outdoor_c is None or known.any(axis=1).sum() < _LEAST_DAYS * QUARTERS_PER_DAY:
        return None
    when = conditions(outdoor_c, local_hours(trafo, measured.starts))
    maps = fit_maps(when, measured.power_w, free, measured.nameplate_w)
    return Learnt(
        ven_ids=tuple(home.ven_id for home in measured.homes),
        maps=maps,
        noise=day_noise(measured.power_w, maps.wanted_w(when), free),
    )


async def wants_of(
    conn: AsyncConnection, trafo: Trafo, homes: Sequence[Home], now: datetime
) -> Wants | None:
    """Return what each heat pump wants by the weather and the hour, None if unknown.

    A home of which less than a day without limits is known is left out.
    """
    learnt = await learnt_of(conn, trafo, homes, now)
    if learnt is None:
        return None
    running = floor_quarter(now)
    when = await conditions_between(conn, trafo, running - _AROUND, running + _AROUND)
    if when is None:
        return None
    place = int(_AROUND / QUARTER)
    wanted_w = learnt.maps.wanted_w(when)[place:]
    return Wants(
        now_w=_by_id(learnt, wanted_w[0]), ahead_w=_by_id(learnt, wanted_w.max(axis=0))
    )


async def conditions_between(
    conn: AsyncConnection, trafo: Trafo, start: datetime, end: datetime
) -> Conditions | None:
    """Return weather and hours of [start, end), None where too little is known."""
    outdoor_c = filled(await outdoor_between(conn, trafo, start, end))
    if outdoor_c is None:
        return None
    return conditions(outdoor_c, local_hours(trafo, quarters_between(start, end)))


def filled(outdoor_c: Floats) -> Floats | None:
    """Return a temperature without gaps, None where too little of it is known."""
    known = np.isfinite(outdoor_c)
    if not known.any() or known.mean() < _KNOWN_SHARE:
        return None
    places = np.arange(known.size)
    whole: Floats = np.interp(places, places[known], outdoor_c[known])
    return whole


def local_hours(trafo: Trafo, starts: Sequence[datetime]) -> Floats:
    """Return the middle of each quarter hour on the clock of the wall."""
    local = [start.astimezone(trafo.time_zone) for start in starts]
    return np.array([each.hour + each.minute / 60.0 + 0.125 for each in local])


def _by_id(learnt: Learnt, values_w: Floats) -> Mapping[str, float]:
    """Return the values of the homes that are known well enough."""
    enough = learnt.maps.known_quarters >= _LEAST_QUARTERS
    return {
        ven_id: float(value_w)
        for ven_id, value_w, is_known in zip(
            learnt.ven_ids, values_w, enough, strict=True
        )
        if is_known
    }
