"""Tests of reports: through the gate, into the tables, and out again."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Table, func, select

from dalen_hub.homes.registry import homes_of_trafo
from dalen_hub.store.database import reading
from dalen_hub.store.tables import (
    home_state,
    pump_power,
    refused_report,
    report as report_table,
)
from tests.hub.helpers import (
    VTN,
    Caller,
    FrozenClock,
    Hub,
    assert_problem,
    cap_event,
    report,
)

REPORTS = f"{VTN}/reports"
QUARTER = 1_795_448_700
"""2026-11-23T15:45:00Z."""


async def home_with_cap(hub: Hub, tier: str = "T1") -> tuple[Caller, str]:
    """Let a home join and give it a cap; return it with the id of the event."""
    operator, home = await hub.operator(), await hub.home(tier)
    async with reading(hub.engine) as conn:
        target = (await homes_of_trafo(conn, "kerkstraat"))[-1].target
    body = cap_event(home.facts["program_id"], [target])
    return home, (await operator.ok("POST", f"{VTN}/events", body))["id"]


async def rows(hub: Hub, table: Table, *names: str) -> list[tuple[Any, ...]]:
    """Return some columns of a table."""
    async with reading(hub.engine) as conn:
        found = await conn.execute(select(*(table.c[name] for name in names)))
        return [tuple(row) for row in found]


async def powers(hub: Hub) -> list[tuple[Any, ...]]:
    """Return what is stored of the power of heat pumps."""
    return await rows(hub, pump_power, "start", "duration_s", "power_w")


async def count(hub: Hub, table: Table) -> int:
    """Count the rows of a table."""
    async with reading(hub.engine) as conn:
        return await conn.scalar(select(func.count()).select_from(table)) or 0


async def test_a_report_becomes_power_and_state(hub: Hub) -> None:
    """Check the report that a home sends every quarter of an hour."""
    home, event_id = await home_with_cap(hub)
    sent = report(event_id, DEMAND=0.48, OPERATING_STATE="RUNNING_CURTAILED")
    made = await home.ok("POST", REPORTS, sent)
    assert made["objectType"] == "REPORT"
    assert made["clientID"] == home.facts["client_id"]
    assert await home.ok("GET", f"{REPORTS}/{made['id']}") == made
    assert await powers(hub) == [(QUARTER, 900, 480.0)]
    states = await rows(hub, home_state, "trafo_id", "ven_id", "start", "state")
    assert states == [
        ("kerkstraat", home.facts["ven_id"], QUARTER, "RUNNING_CURTAILED")
    ]


async def test_a_report_that_is_sent_again_counts_once(hub: Hub) -> None:
    """Check a home whose answer got lost, and one that corrects itself."""
    home, event_id = await home_with_cap(hub)
    for demand in (0.48, 0.48, 0.5):
        await home.ok("POST", REPORTS, report(event_id, DEMAND=demand))
    assert await powers(hub) == [(QUARTER, 900, 500.0)]


async def test_several_resources_add_up(hub: Hub) -> None:
    """Check a home with two heat pumps."""
    home, event_id = await home_with_cap(hub)
    sent = report(event_id, DEMAND=0.4)
    sent["resources"] += report(event_id, DEMAND=0.3)["resources"]
    sent["resources"][1]["resourceName"] = "second"
    await home.ok("POST", REPORTS, sent)
    assert await powers(hub) == [(QUARTER, 900, pytest.approx(700))]


@pytest.mark.parametrize(
    ("tier", "duration", "sent"),
    [
        ("T0", "PT15M", {"DEMAND": 0.48}),
        ("T0", "PT15M", {"OPERATING_STATE": "IDLE_NORMAL", "DEMAND": 0.48}),
        ("T1", "PT5M", {"DEMAND": 0.48}),
        ("T1", "PT15M", {"DEMAND": 0.48, "READING": 19.5}),
        ("T1", "PT15M", {"DEMAND": 0.48, "x-unknown": 1}),
        ("T2", "PT1M", {"DEMAND": 0.48}),
        ("T2", "PT15M", {"READING": 19.5}),
    ],
)
async def test_surplus_refuses_the_whole_report_and_is_counted(
    hub: Hub, tier: str, duration: str, sent: dict[str, Any]
) -> None:
    """Check that nothing of a report beyond the tier is kept."""
    home, event_id = await home_with_cap(hub, tier)
    body = report(event_id, duration=duration, **sent)
    for _ in range(2):
        response = await home.call("POST", REPORTS, body)
        await assert_problem(response, 403, "consent")
    for table in (pump_power, home_state, report_table):
        assert await count(hub, table) == 0
    assert await rows(hub, refused_report, "ven_id", "day", "count") == [
        (home.facts["ven_id"], QUARTER // 86_400, 2)
    ]


@pytest.mark.parametrize(
    ("tier", "duration", "sent"),
    [
        ("T0", "PT15M", {"OPERATING_STATE": "IDLE_OPTED_OUT"}),
        ("T2", "PT5M", {"DEMAND": 0.48}),
        ("T3", "PT1M", {"DEMAND": 0.48, "READING": 19.5}),
    ],
)
async def test_what_a_tier_holds_is_kept(
    hub: Hub, tier: str, duration: str, sent: dict[str, Any]
) -> None:
    """Check the other tiers."""
    home, event_id = await home_with_cap(hub, tier)
    await home.ok("POST", REPORTS, report(event_id, duration=duration, **sent))
    assert await count(hub, refused_report) == 0
    assert await count(hub, report_table) == 1


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ({"DEMAND": 480}, "in W"),
        ({"DEMAND": -0.1}, "from 0 to"),
        ({"DEMAND": 0.4, "start": "2026-11-23T17:00:00Z"}, "future"),
        ({"DEMAND": 0.4, "start": "2026-10-01T17:00:00Z"}, "31 days"),
    ],
)
async def test_a_value_that_cannot_be_stores_nothing(
    hub: Hub, change: dict[str, Any], hint: str
) -> None:
    """Check the unit slip, and intervals far from now."""
    home, event_id = await home_with_cap(hub)
    sent = report(event_id, OPERATING_STATE="IDLE_NORMAL", **change)
    assert hint in await assert_problem(await home.call("POST", REPORTS, sent), 400)
    for table in (pump_power, home_state, report_table):
        assert await count(hub, table) == 0


async def test_a_report_is_corrected_and_removed(hub: Hub, clock: FrozenClock) -> None:
    """Check that the tables follow, and that the gate judges corrections too."""
    home, event_id = await home_with_cap(hub)
    made = await home.ok("POST", REPORTS, report(event_id, DEMAND=0.48))
    path = f"{REPORTS}/{made['id']}"
    clock.forward(timedelta(minutes=1))
    moved = report(event_id, start="2026-11-23T15:30:00Z", DEMAND=0.5)
    changed = await home.ok("PUT", path, moved)
    assert changed["modificationDateTime"] > made["modificationDateTime"]
    assert await powers(hub) == [(QUARTER - 900, 900, 500.0)]
    surplus = report(event_id, READING=19.5)
    await assert_problem(await home.call("PUT", path, surplus), 403, "consent")
    assert await home.ok("GET", path) == changed
    await home.ok("DELETE", path)
    assert await powers(hub) == []
    await assert_problem(await home.call("GET", path), 404)


async def test_reports_are_filtered(hub: Hub) -> None:
    """Check the filters of the list."""
    home, event_id = await home_with_cap(hub)
    await home.ok("POST", REPORTS, report(event_id, DEMAND=0.48))
    for query, found in (
        (f"eventID={event_id}", 1),
        ("eventID=other", 0),
        (f"programID={home.facts['program_id']}", 1),
        ("programID=other", 0),
        ("clientName=home", 1),
        ("clientName=other", 0),
    ):
        assert len(await home.ok("GET", f"{REPORTS}?{query}")) == found, query


async def test_a_home_is_seen_once_a_minute(hub: Hub, clock: FrozenClock) -> None:
    """Check the note of when a home was last here."""

    async def last_seen() -> Any:
        async with reading(hub.engine) as conn:
            return (await homes_of_trafo(conn, "kerkstraat"))[0].last_seen

    home = await hub.home()
    assert await last_seen() is None
    first = clock()
    for seconds, expected in ((0, 0), (59, 0), (1, 60)):
        clock.forward(timedelta(seconds=seconds))
        await home.ok("GET", f"{VTN}/events")
        assert await last_seen() == first + timedelta(seconds=expected)
