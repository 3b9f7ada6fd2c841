"""Tests of the functions with which the planner publishes caps."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dalen_hub.store.tables import event, event_target
from dalen_hub.vtn.events import (
    remove_cap_events_before,
    remove_events_of_target,
    upsert_cap_event,
    visible_events,
)
from dalen_hub.vtn.programs import ensure_caps_program
from tests.hub.helpers import NOW, VTN, Hub, cap_event

HOME = "home-1"


@pytest.fixture
async def program_id(engine: AsyncEngine) -> str:
    """Make the program of the caps, twice."""
    async with engine.begin() as conn:
        first = await ensure_caps_program(conn, NOW)
        assert await ensure_caps_program(conn, NOW) == first
    return first


async def publish(
    conn: AsyncConnection, program_id: str, limit_kw: float, **change: Any
) -> bool:
    """Publish a cap."""
    body = cap_event("ignored", ["ignored"])
    body["intervals"][0]["payloads"][0]["values"] = [limit_kw]
    wanted = {
        "trafo_id": "kerkstraat",
        "program_id": program_id,
        "home_target": HOME,
        "event_name": "caps-2026-11-23",
        "body": body,
        "now": NOW,
        **change,
    }
    return await upsert_cap_event(conn, **wanted)


async def test_the_same_cap_again_writes_nothing(
    engine: AsyncEngine, program_id: str
) -> None:
    """Check that a revision keeps the id and moves the time stamp."""
    later = NOW + timedelta(minutes=15)
    async with engine.begin() as conn:
        assert await publish(conn, program_id, 0.5)
        (first,) = await visible_events(conn, frozenset({HOME}))
        assert not await publish(conn, program_id, 0.5, now=later)
        assert await visible_events(conn, frozenset({HOME})) == [first]
        assert await publish(conn, program_id, 0.4, now=later)
        (revised,) = await visible_events(conn, frozenset({HOME}))
    assert revised["id"] == first["id"]
    assert revised["modificationDateTime"] == "2026-11-23T16:20:00Z"
    assert revised["programID"] == program_id
    assert revised["targets"] == [HOME]
    assert revised["intervals"][0]["payloads"][0]["values"] == [0.4]


async def test_a_clock_that_goes_back_leaves_the_time_stamp(
    engine: AsyncEngine, program_id: str
) -> None:
    """Check that a home always sees time stamps that do not go back."""
    async with engine.begin() as conn:
        await publish(conn, program_id, 0.5)
        await publish(conn, program_id, 0.4, now=NOW - timedelta(hours=1))
        (revised,) = await visible_events(conn, frozenset({HOME}))
    assert revised["modificationDateTime"] == "2026-11-23T16:05:00Z"


async def test_each_home_and_day_has_its_own_event(
    engine: AsyncEngine, program_id: str
) -> None:
    """Check what makes a cap another cap."""
    async with engine.begin() as conn:
        assert await publish(conn, program_id, 0.5)
        assert await publish(conn, program_id, 0.5, home_target="home-2")
        assert await publish(conn, program_id, 0.5, event_name="caps-2026-11-24")
        assert len(await visible_events(conn, frozenset({HOME}))) == 2


async def test_old_caps_are_removed_by_name(
    engine: AsyncEngine, program_id: str
) -> None:
    """Check that days before a day go, of one trafo only."""
    async with engine.begin() as conn:
        for day in (20, 21, 22):
            for trafo_id in ("kerkstraat", "brink"):
                await publish(
                    conn,
                    program_id,
                    0.5,
                    trafo_id=trafo_id,
                    home_target=trafo_id,
                    event_name=f"caps-2026-11-{day}",
                )
        gone = await remove_cap_events_before(
            conn,
            trafo_id="kerkstraat",
            program_id=program_id,
            event_name="caps-2026-11-22",
        )
        assert gone == 2
        left = await visible_events(conn, frozenset({"kerkstraat"}))
        assert [item["eventName"] for item in left] == ["caps-2026-11-22"]
        assert len(await visible_events(conn, frozenset({"brink"}))) == 3
        assert await conn.scalar(select(func.count()).select_from(event_target)) == 4


async def test_events_of_a_home_that_left_go_and_shared_ones_stay(
    hub: Hub, program_id: str
) -> None:
    """Check an event for two homes of which one left."""
    operator = await hub.operator()
    for targets in (["home-1"], ["home-1", "home-2"], ["home-2"], []):
        await operator.ok("POST", f"{VTN}/events", cap_event(program_id, targets))
    async with hub.engine.begin() as conn:
        await remove_events_of_target(conn, "home-1")
        assert await conn.scalar(select(func.count()).select_from(event)) == 3
        assert len(await visible_events(conn, frozenset({"home-1"}))) == 1
        assert len(await visible_events(conn, frozenset({"home-2"}))) == 3
