"""From forecast to events: decide the caps of a transformer and tell its homes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.appkeys import ENGINE, NUDGER
from dalen_hub.caps.events import cap_event, caps_of_day, event_name, sent_caps_w
from dalen_hub.caps.levels import store_levels
from dalen_hub.caps.plan import Participant, QuarterPlan, plan_quarters
from dalen_hub.forecast.model import QuarterForecast
from dalen_hub.forecast.select import forecast_for
from dalen_hub.grid.load import MONITOR_ONLY
from dalen_hub.grid.quarter_hours import floor_quarter, local_date, local_day_quarters
from dalen_hub.grid.trafo import Trafo
from dalen_hub.homes.registry import homes_of_trafo
from dalen_hub.store.database import reading
from dalen_hub.store.tables import event
from dalen_hub.vtn.events import remove_cap_events_before, upsert_cap_event
from dalen_hub.vtn.program_store import ensure_caps_program

KEPT: Final = timedelta(days=7)
"""A home that was offline may still report on the events of these days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What one round did; ``changed`` are the targets of the homes it told."""

    plans: tuple[QuarterPlan, ...]
    changed: frozenset[str]

    @property
    def shortfall_w(self) -> float:
        """Return by how much the floors of the homes exceed the room at worst."""
        return max((plan.level.shortfall_w for plan in self.plans), default=0.0)


async def publish_caps(app: web.Application, trafo: Trafo, now: datetime) -> Published:
    """Decide the caps from the running quarter hour to the end of tomorrow.

    All events change together or not at all; homes are nudged after that.
    """
    days = _days(trafo, now)
    running = floor_quarter(now)
    ahead = [start for starts in days.values() for start in starts if start >= running]
    async with reading(app[ENGINE]) as conn:
        forecasts = await forecast_for(conn, trafo, ahead, now)
    async with app[ENGINE].begin() as conn:
        published = await _write(conn, trafo, days, forecasts, now)
    # No target would mean everybody.
    if published.changed:
        app[NUDGER].changed(published.changed)
    return published


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
    days: Mapping[date, Sequence[datetime]],
    forecasts: Sequence[QuarterForecast],
    now: datetime,
) -> Published:
    """Write levels and events in the transaction of the caller."""
    # Read here and not before: a home that leaves meanwhile must get no event.
    homes = [
        Participant(
            target=home.target,
            nameplate_w=home.nameplate_w,
            floor_w=home.floor_w,
            steerable=home.heat_pump_kind != MONITOR_ONLY,
        )
        for home in await homes_of_trafo(conn, trafo.id)
    ]
    plans = plan_quarters(trafo, forecasts, homes)
    await store_levels(conn, trafo, plans, sum(home.steerable for home in homes), now)
    levels = {plan.start: plan.level for plan in plans}
    program_id = await ensure_caps_program(conn, now)
    await remove_cap_events_before(
        conn,
        trafo_id=trafo.id,
        program_id=program_id,
        event_name=event_name(min(days) - KEPT),
    )
    changed: set[str] = set()
    for day, starts in days.items():
        stored = await _stored(conn, program_id, event_name(day))
        for home in homes:
            before = stored.get(home.target, {})
            body = cap_event(
                program_id=program_id,
                target=home.target,
                day=day,
                starts=starts,
                caps_w=caps_of_day(home, starts, levels, sent_caps_w(before)),
            )
            if body != before and await upsert_cap_event(
                conn,
                trafo_id=trafo.id,
                program_id=program_id,
                home_target=home.target,
                event_name=event_name(day),
                body=body,
                now=now,
            ):
                changed.add(home.target)
    return Published(plans=tuple(plans), changed=frozenset(changed))


async def _stored(
    conn: AsyncConnection, program_id: str, name: str
) -> Mapping[str, Mapping[str, Any]]:
    """Return the events of a day that exist already, by target.

    All in one query: most events do not change at most quarter hours.
    """
    bodies = await conn.scalars(
        select(event.c.body).where(
            event.c.program_id == program_id, event.c.name == name
        )
    )
    return {target: body for body in bodies for target in body.get("targets", ())}
