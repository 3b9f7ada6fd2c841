"""Statements of a month from what the hub stored."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
import re
from typing import Final

from aiohttp import web
import numpy as np

from dalen_hub.appkeys import CLOCK, CONFIG, ENGINE
from dalen_hub.caps.site_store import places_of
from dalen_hub.errors import HubError
from dalen_hub.grid.quarter_hours import floor_quarter, local_midnight
from dalen_hub.grid.trafo import Trafo
from dalen_hub.homes.flexibility.cost import typical_cop
from dalen_hub.homes.flexibility.learnt import filled
from dalen_hub.homes.flexibility.measured import Measured, measured_between
from dalen_hub.homes.registry import homes_of_trafo
from dalen_hub.store.database import reading

from .period import Period
from .settle import Terms, settle_month
from .statement import Line, Statement

HISTORY: Final = timedelta(days=35)
"""What the baseline is learned from beside the month itself."""
_MONTH: Final = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
FRESH: Final = timedelta(minutes=15)
FRESH_FOR_ALL: Final = timedelta(hours=6)
"""It takes seconds to make one: what anybody can ask for is kept longer."""
_MOST_KEPT: Final = 24
# Where no temperature is known the hour alone tells what a pump wants.
_UNKNOWN_C: Final = 5.0


class NoStatementError(HubError):
    """There is nothing to settle; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A statement, with the homes of its lines."""

    statement: Statement
    ven_ids: tuple[str, ...]
    has_temperature: bool
    is_final: bool
    """Whether the month is over."""
    at: datetime

    @property
    def homes(self) -> int:
        """Return how many homes are in it."""
        return len(self.ven_ids)

    def line_of(self, ven_id: str) -> Line | None:
        """Return the line of one home, None where it told no power."""
        if ven_id not in self.ven_ids:
            return None
        return self.statement.lines[self.ven_ids.index(ven_id)]


@dataclass(slots=True)
class Statements:
    """The statements that were made lately."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    kept: dict[tuple[str, str], Settled] = field(default_factory=dict)

    def keep(self, key: tuple[str, str], made: Settled) -> None:
        """Keep a statement for a while; forget the oldest."""
        self.kept.pop(key, None)
        self.kept[key] = made
        if len(self.kept) > _MOST_KEPT:
            del self.kept[next(iter(self.kept))]


STATEMENTS: Final = web.AppKey("statements", Statements)


async def settled(
    app: web.Application, trafo: Trafo, month: str, *, fresh: timedelta = FRESH
) -> Settled:
    """Return the statement of a local month, such as `2026-11`.

    One that is younger than ``fresh`` is not made anew. Raises ``NoStatementError``.
    """
    now, statements = app[CLOCK](), app[STATEMENTS]
    first, end = _bounds(trafo, month)
    if first >= now:
        raise NoStatementError(f"{month} has not begun. Choose a month up to now.")
    # One at a time: they take memory.
    async with statements.lock:
        made = statements.kept.get((trafo.id, month))
        if made is None or now - made.at >= fresh:
            made = await _made(app, trafo, month, first, min(end, floor_quarter(now)))
            statements.keep((trafo.id, month), made)
        return made


def month_of(trafo: Trafo, moment: datetime) -> str:
    """Return the local month that an instant is in."""
    return moment.astimezone(trafo.time_zone).strftime("%Y-%m")


def month_before(trafo: Trafo, moment: datetime) -> str:
    """Return the last local month that was over at an instant."""
    first = moment.astimezone(trafo.time_zone).replace(day=1)
    return (first.date() - timedelta(days=1)).strftime("%Y-%m")


def _bounds(trafo: Trafo, month: str) -> tuple[datetime, datetime]:
    """Return the instants at which a local month begins and ends."""
    found = _MONTH.fullmatch(month)
    if found is None:
        raise NoStatementError(f"{month[:16]!r} is no month. Write it as 2026-12.")
    year, number = int(found[1]), int(found[2])
    after = date(year + number // 12, number % 12 + 1, 1)
    zone = trafo.time_zone
    return local_midnight(date(year, number, 1), zone), local_midnight(after, zone)


async def _made(
    app: web.Application, trafo: Trafo, month: str, first: datetime, end: datetime
) -> Settled:
    """Make a statement."""
    if end <= first:
        raise NoStatementError(f"{month} has just begun. Come back in an hour.")
    async with reading(app[ENGINE]) as conn:
        homes = await homes_of_trafo(conn, trafo.id)
        measured = await measured_between(conn, trafo, homes, first - HISTORY, end)
        places = await places_of(conn, trafo.id)
    measured = measured.from_first_told()
    in_month = np.array([start >= first for start in measured.starts], dtype=np.bool_)
    if not np.isfinite(measured.power_w[in_month]).any():
        raise NoStatementError(
            f"No home told the power of its heat pump in {month}. Homes do so from"
            " tier T1 on."
        )
    cops = [
        places[home.ven_id].cop if home.ven_id in places else None
        for home in measured.homes
    ]
    statement = await asyncio.to_thread(
        settle_measured, trafo, month, measured, cops, app[CONFIG].terms
    )
    now = app[CLOCK]()
    return Settled(
        statement=statement,
        ven_ids=tuple(home.ven_id for home in measured.homes),
        has_temperature=filled(measured.outdoor_c) is not None,
        is_final=month < month_of(trafo, now),
        at=now,
    )


def settle_measured(
    trafo: Trafo,
    month: str,
    measured: Measured,
    cops: Sequence[float | None],
    terms: Terms,
) -> Statement:
    """Settle a month. ``cops`` are those that the operator told, of each home."""
    known_c = filled(measured.outdoor_c)
    outdoor_c = (
        np.full(len(measured.starts), _UNKNOWN_C) if known_c is None else known_c
    )
    # What a resident's own limit left out is neither paid for nor learned from.
    own = measured.curtailed & ~measured.ordered[:, None]
    period = Period(
        starts=measured.starts,
        zone=trafo.time_zone,
        power_w=np.where(own, np.nan, measured.power_w),
        limited=measured.curtailed & measured.ordered[:, None],
        outdoor_c=outdoor_c,
        nameplate_w=measured.nameplate_w,
    )
    told = np.array([np.nan if cop is None else cop for cop in cops])
    typical = np.broadcast_to(typical_cop(outdoor_c)[:, None], measured.power_w.shape)
    return settle_month(
        period,
        month=month,
        trafo_name=trafo.name,
        names=[home.nickname or home.ven_name for home in measured.homes],
        terms=terms,
        cop=np.where(np.isnan(told), typical, told),
    )
