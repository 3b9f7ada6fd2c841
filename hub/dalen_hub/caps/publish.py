"""From forecast and meter to events: decide the caps and tell the homes."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.appkeys import ENGINE, HUB_KEY, NUDGER
from dalen_hub.caps.causes import ALL, SMALL, Cause
from dalen_hub.caps.control import Basis, Control, basis_of, caps_ahead_w, step
from dalen_hub.caps.control_state import Source
from dalen_hub.caps.controller import Decision
from dalen_hub.caps.event_writer import stored_events, write_events
from dalen_hub.caps.events import cap_event, caps_of_day, event_name, sent_caps_w
from dalen_hub.caps.inputs import recent_readings, recent_reports
from dalen_hub.caps.levels import QuarterLevel, level_in_force, store_levels
from dalen_hub.caps.planner import Again
from dalen_hub.caps.site import site_of
from dalen_hub.caps.stop import Stop
from dalen_hub.caps.stop_event import NAME as STOP_NAME
from dalen_hub.caps.stop_service import StopRound, follow_stop
from dalen_hub.forecast.select import forecast_for
from dalen_hub.grid.quarter_hours import floor_quarter, local_date, local_day_quarters
from dalen_hub.grid.trafo import Trafo
from dalen_hub.homes.hub_key import HubKey
from dalen_hub.homes.registry import homes_of_trafo
from dalen_hub.store.database import reading
from dalen_hub.store.times import rfc3339
from dalen_hub.vtn.events import remove_cap_events_before
from dalen_hub.vtn.program_store import ensure_caps_program

KEPT: Final = timedelta(days=7)
"""A home that was offline may still report on the events of these days."""

CONTROLS: Final = web.AppKey[dict[str, Control]]("controls")
"""What the controllers remember, by trafo; ``add_control`` makes it."""

_WHILE_STOPPED: Final = timedelta(seconds=15)
_WHILE_RELEASING: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published(Again):
    """What one round did; ``changed`` are the targets of the homes it told.

    ``at`` is when the next round is due, if before the next quarter hour.
    """

    control: Control
    decision: Decision
    changed: frozenset[str]

    @property
    def shortfall_w(self) -> float:
        """Return by how much the floors of the homes exceed the room at worst."""
        return float(self.control.plan.shortfall_w.max(initial=0.0))


def add_control(app: web.Application) -> None:
    """Give the application a memory for its controllers."""
    app[CONTROLS] = {}


async def publish_caps(
    app: web.Application,
    trafo: Trafo,
    now: datetime,
    causes: frozenset[Cause] = ALL,
) -> Published:
    """Decide the caps from the running quarter hour to the end of tomorrow.

    All events change together or not at all; homes are nudged after that. A round
    for the meter alone writes only where the level moved.
    """
    before = app[CONTROLS].get(trafo.id)
    async with reading(app[ENGINE]) as conn:
        homes = await homes_of_trafo(conn, trafo.id)
        stopping = await follow_stop(conn, trafo.id, homes, now)
        readings = await recent_readings(conn, trafo.id, now)
        level_w = await level_in_force(conn, trafo.id, floor_quarter(now))
        if before is not None and before.holds(homes, causes, now):
            basis = before.basis
        else:
            basis = await _basis(conn, trafo, now)
    control, decision = await asyncio.to_thread(
        step,
        before,
        site_of(trafo, homes),
        homes,
        basis,
        readings=readings,
        stop=stopping.stop,
        causes=causes,
        level_w=level_w,
        now=now,
    )
    changed: frozenset[str] = frozenset()
    has_plan = before is None or control.plan is not before.plan
    if has_plan or decision.send or stopping.is_changed or not causes <= SMALL:
        async with app[ENGINE].begin() as conn:
            changed = await _write(
                conn, trafo, control, decision, stopping, app[HUB_KEY], now
            )
    app[CONTROLS][trafo.id] = control
    # No target would mean everybody.
    if told := changed | stopping.tell_again:
        app[NUDGER].changed(told)
    return Published(
        control=control,
        decision=decision,
        changed=changed,
        at=_again_at(decision, stopping.stop, now),
    )


def _again_at(decision: Decision, stop: Stop | None, now: datetime) -> datetime | None:
    """Return when to look again before the next quarter hour."""
    if stop is not None and stop.in_force(now):
        return min(stop.until, now + _WHILE_STOPPED)
    return now + _WHILE_RELEASING if decision.source is Source.RELEASE else None


async def _basis(conn: AsyncConnection, trafo: Trafo, now: datetime) -> Basis:
    """Read what a plan is made of."""
    running = floor_quarter(now)
    ahead = [
        start
        for starts in _days(trafo, now).values()
        for start in starts
        if start >= running
    ]
    forecasts = await forecast_for(conn, trafo, ahead, now)
    return basis_of(forecasts, await recent_reports(conn, trafo.id, now), now)


def _days(trafo: Trafo, now: datetime) -> Mapping[date, Sequence[datetime]]:
    """Return the quarter hours of the local today and tomorrow."""
    today = local_date(now, trafo.time_zone)
    return {
        day: local_day_quarters(day, trafo.time_zone)
        for day in (today, today + timedelta(days=1))
    }


async def _write(
    conn: AsyncConnection,
    trafo: Trafo,
    control: Control,
    decision: Decision,
    stopping: StopRound,
    key: HubKey,
    now: datetime,
) -> frozenset[str]:
    """Write levels and events in the transaction of the caller."""
    # Read again: a home that left meanwhile must get no event.
    homes = await homes_of_trafo(conn, trafo.id)
    await store_levels(
        conn,
        trafo,
        _levels(control, decision),
        int(control.fleet.steerable.sum()),
        now,
    )
    program_id = await ensure_caps_program(conn, now)
    days = _days(trafo, now)
    await remove_cap_events_before(
        conn,
        trafo_id=trafo.id,
        program_id=program_id,
        event_name=event_name(min(days) - KEPT),
    )
    await remove_cap_events_before(
        conn,
        trafo_id=trafo.id,
        program_id=program_id,
        event_name=f"{STOP_NAME}{rfc3339(now - KEPT)}",
        prefix=STOP_NAME,
    )
    changed = await stopping.write(conn, trafo.id, homes, key, now)
    ahead_w = caps_ahead_w(control, decision, stopping.stop, now)
    decided_w = {
        target: dict(zip(control.plan.starts, caps, strict=True))
        for target, caps in zip(
            control.targets, ahead_w.T.astype(int).tolist(), strict=True
        )
    }
    for day, starts in days.items():
        stored = await stored_events(conn, program_id, event_name(day))
        bodies: dict[str, dict[str, Any]] = {}
        for home in homes:
            if home.target not in decided_w:
                continue  # It joined meanwhile; a round for it follows.
            before = stored.get(home.target)
            bodies[home.target] = cap_event(
                program_id=program_id,
                target=home.target,
                day=day,
                starts=starts,
                caps_w=caps_of_day(
                    int(home.nameplate_w // 10) * 10,
                    starts,
                    decided_w[home.target],
                    sent_caps_w(before.body) if before is not None else {},
                ),
            )
        changed |= await write_events(conn, trafo.id, bodies, stored, now, key)
    return changed


def _levels(control: Control, decision: Decision) -> list[QuarterLevel]:
    """Return the levels to keep: the decided one now, the planned ones later."""
    plan = control.plan
    levels = [
        QuarterLevel(forecast=forecast, room_w=float(room_w), level_w=float(level_w))
        for forecast, room_w, level_w in zip(
            control.basis.forecasts, plan.room_w, plan.level_w, strict=True
        )
    ]
    if levels:
        levels[0] = QuarterLevel(
            forecast=levels[0].forecast,
            room_w=levels[0].room_w,
            level_w=decision.level_w,
        )
    return levels
