"""Write what a round decided: the levels, and the events of all homes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import numpy as np
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.caps.bottlenecks import Floats
from dalen_hub.caps.control import Control, caps_ahead_w
from dalen_hub.caps.controller import Decision
from dalen_hub.caps.event_reasons import reasons_ahead
from dalen_hub.caps.event_writer import stored_events, write_events
from dalen_hub.caps.events import cap_event, caps_of_day, event_name, sent_caps_w
from dalen_hub.caps.explained import Explained
from dalen_hub.caps.levels import QuarterLevel, store_levels
from dalen_hub.caps.stop_event import NAME as STOP_NAME
from dalen_hub.caps.stop_service import StopRound
from dalen_hub.grid.frames import frame_cap_w
from dalen_hub.grid.quarter_hours import local_date, local_day_quarters
from dalen_hub.grid.trafo import Trafo
from dalen_hub.homes.hub_key import HubKey
from dalen_hub.homes.registry import Home, homes_of_trafo
from dalen_hub.store.times import rfc3339
from dalen_hub.vtn.events import remove_cap_events_before
from dalen_hub.vtn.program_store import ensure_caps_program

KEPT: Final = timedelta(days=7)
"""A home that was offline may still report on the events of these days."""
_STEP_W: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one round decided about a transformer."""

    trafo: Trafo
    control: Control
    decision: Decision
    stopping: StopRound
    explained: Explained
    now: datetime


def days_ahead(trafo: Trafo, now: datetime) -> Mapping[date, Sequence[datetime]]:
    """Return the quarter hours of the local today and tomorrow."""
    today = local_date(now, trafo.time_zone)
    return {
        day: local_day_quarters(day, trafo.time_zone)
        for day in (today, today + timedelta(days=1))
    }


def frame_at(trafo: Trafo, start: datetime) -> float:
    """Return the fixed cap of a quarter hour in whole steps, infinite without one."""
    cap_w = frame_cap_w(trafo.frames, start, trafo.time_zone)
    return float(np.floor(cap_w / _STEP_W) * _STEP_W)


async def write_round(
    conn: AsyncConnection, done: Round, key: HubKey
) -> frozenset[str]:
    """Write levels and events in the caller's transaction; return who has to know."""
    trafo, now = done.trafo, done.now
    # Read again: a home that left meanwhile must get no event.
    homes = await homes_of_trafo(conn, trafo.id)
    steerable = int(done.control.fleet.steerable.sum())
    await store_levels(conn, trafo, _levels(done), steerable, now)
    program_id = await ensure_caps_program(conn, now)
    await _forget(conn, trafo, program_id, now)
    changed = await done.stopping.write(conn, trafo.id, homes, key, now)
    ahead = _Ahead.of(done)
    for day, starts in days_ahead(trafo, now).items():
        stored = await stored_events(conn, program_id, event_name(day))
        bodies: dict[str, dict[str, Any]] = {}
        for home in homes:
            if home.target not in ahead.caps_w:
                continue  # It joined meanwhile; a round for it follows.
            before = stored.get(home.target)
            sent_w = sent_caps_w(before.body) if before is not None else {}
            bodies[home.target] = _body(program_id, home, day, starts, ahead, sent_w)
        changed |= await write_events(conn, trafo.id, bodies, stored, now, key)
    return changed


async def _forget(
    conn: AsyncConnection, trafo: Trafo, program_id: str, now: datetime
) -> None:
    """Remove the events of caps and stops that are over since days."""
    first = event_name(local_date(now, trafo.time_zone) - KEPT)
    stops = f"{STOP_NAME}{rfc3339(now - KEPT)}"
    await remove_cap_events_before(
        conn, trafo_id=trafo.id, program_id=program_id, event_name=first
    )
    await remove_cap_events_before(
        conn,
        trafo_id=trafo.id,
        program_id=program_id,
        event_name=stops,
        prefix=STOP_NAME,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ahead:
    """What was decided for each home from now on, by its target."""

    caps_w: Mapping[str, Mapping[datetime, int]]
    reasons: Mapping[str, Mapping[datetime, str]]

    @classmethod
    def of(cls, done: Round) -> _Ahead:
        """Return the caps and the reasons, fixed frames laid over the plan."""
        control, starts = done.control, done.control.plan.starts
        caps_w = _framed_w(
            done, caps_ahead_w(control, done.decision, done.stopping.stop, done.now)
        )
        reasons = reasons_ahead(done, caps_w, [frame_at(done.trafo, s) for s in starts])
        return cls(
            caps_w=_by_target(control.targets, starts, caps_w.T.astype(int).tolist()),
            reasons=_by_target(control.targets, starts, reasons),
        )


def _by_target[T](
    targets: Sequence[str], starts: Sequence[datetime], rows: Sequence[Sequence[T]]
) -> Mapping[str, Mapping[datetime, T]]:
    """Return rows of values by target and quarter hour."""
    return {
        target: dict(zip(starts, row, strict=True))
        for target, row in zip(targets, rows, strict=True)
    }


def _framed_w(done: Round, caps_w: Floats) -> Floats:
    """Return caps of shape (quarter hours, homes) below the fixed frames."""
    fleet = done.control.fleet
    frames_w = np.array([frame_at(done.trafo, s) for s in done.control.plan.starts])
    return fleet.framed_w(caps_w, frames_w[:, None])


def _body(
    program_id: str,
    home: Home,
    day: date,
    starts: Sequence[datetime],
    ahead: _Ahead,
    sent_w: Mapping[int, int],
) -> dict[str, Any]:
    """Return the event of a home for a day."""
    return cap_event(
        program_id=program_id,
        target=home.target,
        day=day,
        starts=starts,
        caps_w=caps_of_day(
            int(home.nameplate_w // 10) * 10, starts, ahead.caps_w[home.target], sent_w
        ),
        reasons=ahead.reasons[home.target],
    )


def _levels(done: Round) -> list[QuarterLevel]:
    """Return the levels to keep: the decided one now, the planned ones later."""
    plan = done.control.plan
    planned_w = plan.level_w.copy()
    if len(planned_w):
        planned_w[0] = done.decision.level_w
    limits_kw = done.control.basis.outlook.limit_kw
    if limits_kw is None:
        limits_kw = np.full(len(planned_w), done.trafo.limit_kw)
    return [
        QuarterLevel(
            forecast=forecast,
            limit_kw=float(limit_kw),
            room_w=float(room_w),
            level_w=min(float(level_w), frame_at(done.trafo, forecast.start)),
        )
        for forecast, limit_kw, room_w, level_w in zip(
            done.control.basis.forecasts,
            limits_kw,
            plan.room_w,
            planned_w,
            strict=True,
        )
    ]
