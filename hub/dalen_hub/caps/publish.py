"""From forecast and meter to events: decide the caps and tell the homes."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from aiohttp import web
import numpy as np
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.appkeys import ENGINE, HUB_KEY, NUDGER
from dalen_hub.caps.burden import taken_kwh
from dalen_hub.caps.causes import ALL, SMALL, Cause
from dalen_hub.caps.control import Basis, Control, basis_of, step
from dalen_hub.caps.control_state import Source
from dalen_hub.caps.controller import Decision
from dalen_hub.caps.explained import EXPLAINED, explain
from dalen_hub.caps.inputs import heard_from, recent_readings, recent_reports
from dalen_hub.caps.levels import level_in_force
from dalen_hub.caps.overload import stop_on_overload
from dalen_hub.caps.phase_estimates import estimate_phases
from dalen_hub.caps.planner import Again
from dalen_hub.caps.site import site_of
from dalen_hub.caps.site_store import add_burdens, known_of
from dalen_hub.caps.stop import Stop
from dalen_hub.caps.stop_service import follow_stop
from dalen_hub.caps.stop_store import last_stops
from dalen_hub.caps.writing import Round, days_ahead, frame_at, write_round
from dalen_hub.forecast.select import forecast_for
from dalen_hub.grid.quarter_hours import floor_quarter
from dalen_hub.grid.trafo import Trafo
from dalen_hub.grid.upstream.link import dso_limits
from dalen_hub.homes.registry import Home, homes_of_trafo
from dalen_hub.store.database import reading

CONTROLS: Final = web.AppKey[dict[str, Control]]("controls")
"""What the controllers remember, by trafo; ``add_control`` makes it."""

_STOPS_OF: Final = timedelta(hours=3)
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
    """Give the application a memory for its controllers and what they decided."""
    app[CONTROLS] = {}
    app[EXPLAINED] = {}


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
    await _watch_overload(app, trafo, now)
    if Cause.QUARTER in causes:
        await _keep_accounts(app, trafo, before, now)
    async with reading(app[ENGINE]) as conn:
        homes = await homes_of_trafo(conn, trafo.id)
        stopping = await follow_stop(conn, trafo.id, homes, now)
        readings = await recent_readings(conn, trafo.id, now)
        level_w = await level_in_force(conn, trafo.id, floor_quarter(now))
        known = await known_of(conn, trafo, now)
        if before is not None and before.holds(homes, causes, now):
            basis = before.basis
        else:
            basis = await _basis(app, conn, trafo, homes, now)
    ordered = dso_limits(app, trafo.id, [floor_quarter(now)])
    site = site_of(
        trafo,
        homes,
        known,
        load_kw=ordered.load_kw[0],
        pumps_kw=ordered.pumps_kw[0],
    )
    frame_w = frame_at(trafo, floor_quarter(now))
    control, decision = await asyncio.to_thread(
        step,
        before,
        site,
        homes,
        basis,
        readings=readings,
        stop=stopping.stop,
        causes=causes,
        level_w=level_w,
        now=now,
        frame_w=frame_w,
    )
    explained = explain(trafo, site, control, decision, homes, frame_w=frame_w, now=now)
    changed: frozenset[str] = frozenset()
    has_plan = before is None or control.plan is not before.plan
    if has_plan or decision.send or stopping.is_changed or not causes <= SMALL:
        done = Round(
            trafo=trafo,
            control=control,
            decision=decision,
            stopping=stopping,
            explained=explained,
            now=now,
        )
        async with app[ENGINE].begin() as conn:
            changed = await write_round(conn, done, app[HUB_KEY])
    app[CONTROLS][trafo.id] = control
    app[EXPLAINED][trafo.id] = explained
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


async def _watch_overload(app: web.Application, trafo: Trafo, now: datetime) -> None:
    """Order an emergency stop where the meter shows an overload."""
    if trafo.overload_stop is None:
        return
    async with reading(app[ENGINE]) as conn:
        readings = await recent_readings(conn, trafo.id, now)
        stops = await last_stops(conn, trafo.id, now - _STOPS_OF)
    last = max(stops, key=lambda stop: stop.started_at, default=None)
    await stop_on_overload(app, trafo, readings, now, last)


async def _keep_accounts(
    app: web.Application, trafo: Trafo, before: Control | None, now: datetime
) -> None:
    """Note what the last quarter hour took, and look for the phases of homes."""
    if before is not None:
        async with app[ENGINE].begin() as conn:
            homes = {home.target: home for home in await homes_of_trafo(conn, trafo.id)}
            stayed = [target in homes for target in before.targets]
            if all(stayed):
                members = [homes[target] for target in before.targets]
                heard = heard_from(members, before.basis.reports, now)
                taken = taken_kwh(before, heard.want_w)
                ven_ids = [home.ven_id for home in members]
                await add_burdens(conn, trafo.id, ven_ids, taken.tolist(), now)
    await estimate_phases(app[ENGINE], trafo, now)


async def _basis(
    app: web.Application,
    conn: AsyncConnection,
    trafo: Trafo,
    homes: Sequence[Home],
    now: datetime,
) -> Basis:
    """Read what a plan is made of."""
    running = floor_quarter(now)
    ahead = [
        start
        for starts in days_ahead(trafo, now).values()
        for start in starts
        if start >= running
    ]
    forecasts = await forecast_for(conn, trafo, ahead, now)
    ordered = dso_limits(app, trafo.id, ahead)
    return basis_of(
        forecasts,
        await recent_reports(conn, trafo, homes, now),
        now,
        limit_kw=np.minimum(trafo.limit_kw, ordered.load_kw),
        pumps_kw=np.array(ordered.pumps_kw),
    )
