"""From an uploaded forecast to the events of the homes, over HTTP and SQLite."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from dalen_hub.app import PLANNER
from dalen_hub.appkeys import CONFIG, NUDGER
from dalen_hub.caps.publish import publish_caps
from dalen_hub.config import HubConfig
from dalen_hub.store.tables import cap_level
from dalen_hub.store.times import from_epoch

from ..conftest import FrozenClock
from ..helpers import JOIN, MEMBERSHIP, VTN, Caller, Hub, join_body
from ..whole_hub import caps_kw, forecast_body, quarters, upload, whole_hub

# The limit of 320 kW less 2 %.
USABLE_KW = 313.6
NAMEPLATE_KW = 1.8
RUNNING = datetime(2026, 11, 23, 16, tzinfo=UTC)
EVENING = quarters(RUNNING, 8)


@pytest.fixture
async def whole(
    config: HubConfig, engine: AsyncEngine, data_dir: Path, clock: FrozenClock
) -> AsyncGenerator[Hub]:
    """Run a whole hub."""
    async with whole_hub(config, engine, data_dir, clock) as hub:
        yield hub


async def joined(hub: Hub, count: int) -> list[Caller]:
    """Let some homes join, and wait until the hub acted on it."""
    homes = [await hub.home() for _ in range(count)]
    await hub.app[PLANNER].run_due()
    return homes


def room(*rooms_kw: float) -> list[float]:
    """Return the P90 that leaves these rooms."""
    return [USABLE_KW - room_kw for room_kw in rooms_kw]


async def test_forecast_becomes_the_caps_of_a_home(whole: Hub) -> None:
    """The kilowatts are the room, shared, rounded down to 10 W."""
    homes = await joined(whole, 4)
    body = forecast_body(EVENING[0], room(2.0, 2.095, 100.0, 0.0, 2, 2, 2, 2))
    response = await upload(whole, await whole.operator(), body)
    assert response.status == 200
    assert await response.json() == {
        "stored": 8,
        "start": "2026-11-23T16:00:00Z",
        "end": "2026-11-23T18:00:00Z",
        "p90": "given",
    }
    for home in homes:
        caps = await caps_kw(home)
        # 0 kW of room leaves the floor of 300 W that each home declared.
        assert [caps[start] for start in EVENING[:4]] == [0.5, 0.52, NAMEPLATE_KW, 0.3]


async def test_today_and_tomorrow_have_an_event_each(whole: Hub) -> None:
    """They begin at local midnight and cover the whole day."""
    (home,) = await joined(whole, 1)
    events = await home.ok("GET", f"{VTN}/events")
    assert {event["eventName"] for event in events} == {
        "caps-2026-11-23",
        "caps-2026-11-24",
    }
    assert {event["intervalPeriod"]["start"] for event in events} == {
        "2026-11-22T23:00:00Z",
        "2026-11-23T23:00:00Z",
    }
    assert {len(event["intervals"]) for event in events} == {96}
    assert {event["priority"] for event in events} == {2}
    (program,) = await home.ok("GET", f"{VTN}/programs")
    assert {event["programID"] for event in events} == {program["id"]}
    assert program["programName"] == "dalen-caps"


@pytest.mark.parametrize(
    ("now", "intervals"),
    [
        (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), 92),
        (datetime(2026, 10, 24, 22, 30, tzinfo=UTC), 100),
    ],
)
async def test_day_of_clock_change(
    config: HubConfig,
    engine: AsyncEngine,
    data_dir: Path,
    now: datetime,
    intervals: int,
) -> None:
    """The event has as many intervals as the day has quarter hours."""
    async with whole_hub(config, engine, data_dir, FrozenClock(now)) as hub:
        (home,) = await joined(hub, 1)
        events = await home.ok("GET", f"{VTN}/events")
    assert sorted(len(event["intervals"]) for event in events) == sorted(
        [intervals, 96]
    )


async def test_past_quarter_hours_keep_what_was_sent(
    whole: Hub, clock: FrozenClock
) -> None:
    """A later forecast changes the future only, by revising the same event."""
    (home,) = await joined(whole, 1)
    operator = await whole.operator()
    await upload(whole, operator, forecast_body(EVENING[0], room(*[0.5] * 8)))
    before = await home.ok("GET", f"{VTN}/events")
    clock.forward(timedelta(minutes=30))
    await upload(whole, operator, forecast_body(EVENING[0], room(*[0.9] * 8)))
    caps = await caps_kw(home)
    assert [caps[start] for start in EVENING] == [0.5] * 2 + [0.9] * 6
    assert caps[RUNNING - timedelta(minutes=15)] == NAMEPLATE_KW
    after = await home.ok("GET", f"{VTN}/events")
    assert {event["id"] for event in after} == {event["id"] for event in before}


async def test_nothing_is_written_where_nothing_changed(
    whole: Hub, clock: FrozenClock
) -> None:
    """Nobody is nudged in vain, not even everybody."""
    (home,) = await joined(whole, 1)
    await upload(
        whole,
        await whole.operator(),
        forecast_body(RUNNING, [100.0] * 2 * 96),
    )
    before = await home.ok("GET", f"{VTN}/events")
    clock.forward(timedelta(minutes=1))
    with patch.object(whole.app[NUDGER], "changed") as changed:
        published = await publish_caps(whole.app, whole.app[CONFIG].trafos[0], clock())
    assert published.changed == frozenset()
    changed.assert_not_called()
    assert await home.ok("GET", f"{VTN}/events") == before


async def test_only_homes_of_the_trafo_are_told(whole: Hub) -> None:
    """A forecast for one street does not touch the other."""
    other = await whole.home(trafo_id="brink")
    (home,) = await joined(whole, 1)
    await upload(whole, await whole.operator(), forecast_body(RUNNING, room(0.5)))
    assert (await caps_kw(home))[RUNNING] == 0.5
    assert (await caps_kw(other))[RUNNING] == NAMEPLATE_KW


async def test_a_home_that_leaves_gives_its_room_back(whole: Hub) -> None:
    """Its events are gone, the others get more."""
    first, second = await joined(whole, 2)
    await upload(whole, await whole.operator(), forecast_body(RUNNING, room(1.2)))
    assert (await caps_kw(first))[RUNNING] == 0.6
    assert (await second.call("DELETE", MEMBERSHIP)).ok
    await whole.app[PLANNER].run_due()
    assert (await caps_kw(first))[RUNNING] == 1.2


async def test_a_home_that_cannot_be_limited_takes_no_room(whole: Hub) -> None:
    """Its pump is part of the forecast; its cap says the nameplate."""
    (home,) = await joined(whole, 1)
    body = join_body(await whole.invite(), heat_pump_kind="monitor")
    response = await whole.client.post(JOIN, json=body)
    facts = await response.json()
    token = await whole.token(facts["client_id"], facts["client_secret"])
    monitor = Caller(client=whole.client, token=token, facts=facts)
    await upload(whole, await whole.operator(), forecast_body(RUNNING, room(0.5)))
    assert (await caps_kw(home))[RUNNING] == 0.5
    assert (await caps_kw(monitor))[RUNNING] == NAMEPLATE_KW


async def test_decisions_are_kept(whole: Hub) -> None:
    """Level, room and forecast of each quarter hour can be shown later."""
    await joined(whole, 2)
    await upload(whole, await whole.operator(), forecast_body(RUNNING, room(1.0, 99)))
    async with whole.engine.connect() as conn:
        rows = (
            await conn.execute(
                select(cap_level)
                .where(cap_level.c.trafo_id == "kerkstraat")
                .order_by(cap_level.c.start)
            )
        ).all()
    assert from_epoch(rows[0].start) == RUNNING
    assert (rows[0].level_w, rows[1].level_w) == (500, None)
    assert (rows[0].homes, rows[0].forecast_source) == (2, "uploaded")
    assert rows[0].room_kw == pytest.approx(1.0)
    assert from_epoch(rows[-1].start) == datetime(2026, 11, 24, 22, 45, tzinfo=UTC)


async def test_shortfall_of_floors_is_told(whole: Hub, clock: FrozenClock) -> None:
    """Two floors of 300 W in no room are 600 W too much."""
    await joined(whole, 2)
    await upload(whole, await whole.operator(), forecast_body(RUNNING, room(0.0)))
    published = await publish_caps(whole.app, whole.app[CONFIG].trafos[0], clock())
    assert published.shortfall_w == pytest.approx(600)


async def test_events_of_last_week_are_removed(whole: Hub, clock: FrozenClock) -> None:
    """What a home reads does not grow for ever."""
    (home,) = await joined(whole, 1)
    for _ in range(12):
        clock.forward(timedelta(days=1))
        await whole.app[PLANNER].run_due()
    # The token of before expired.
    token = await whole.token(home.facts["client_id"], home.facts["client_secret"])
    home = Caller(client=whole.client, token=token, facts=home.facts)
    names = sorted(e["eventName"] for e in await home.ok("GET", f"{VTN}/events"))
    assert names[0] == "caps-2026-11-28"
    assert names[-1] == "caps-2026-12-06"
