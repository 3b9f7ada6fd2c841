"""An emergency stop over HTTP: ordered by the operator, seen by each home alone."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dalen_hub.app import PLANNER
from dalen_hub.appkeys import CONFIG, HUB_KEY
from dalen_hub.caps.publish import CONTROLS
from dalen_hub.caps.stop import Cause, Ending, StopError
from dalen_hub.caps.stop_orders import StopInForceError, release_stop, start_stop
from dalen_hub.caps.stop_service import follow_stop
from dalen_hub.caps.stop_store import last_stops
from dalen_hub.config import HubConfig
from dalen_hub.grid.parts import OverloadStop
from dalen_hub.homes.registry import homes_of_trafo
from dalen_hub.signing.canonical import without_signature
from dalen_hub.store.database import reading

from ..conftest import FrozenClock
from ..helpers import VTN, Caller, Hub, assert_problem
from ..whole_hub import CHART, caps_kw, forecast_body, upload, whole_hub

STOP = "/api/v1/trafos/kerkstraat/stop"
NAMEPLATE_KW = 1.8
FLOOR_KW = 0.3


@pytest.fixture
async def whole(
    config: HubConfig, engine: AsyncEngine, data_dir: Path, clock: FrozenClock
) -> AsyncGenerator[Hub]:
    """Run a whole hub."""
    async with whole_hub(config, engine, data_dir, clock) as hub:
        yield hub


async def evening(hub: Hub) -> tuple[list[Caller], Caller]:
    """Let homes join; there is room for all."""
    homes = [await hub.home() for _ in range(3)]
    operator = await hub.operator()
    start = hub.clock().replace(minute=0)
    await upload(hub, operator, forecast_body(start, [100.0] * 96))
    return homes, operator


async def stop_events(home: Caller) -> list[dict]:
    """Return the emergency events that a home sees."""
    events = await home.ok("GET", f"{VTN}/events")
    return [event for event in events if event["priority"] == 0]


async def test_a_stop_reaches_every_home_and_no_home_sees_another(whole: Hub) -> None:
    """A finite event of the highest priority, with nothing for the heat pump."""
    homes, operator = await evening(whole)
    made = await operator.ok("POST", STOP, {"reason": "Cable fault", "minutes": 30})
    assert made["homes"] == 3
    assert made["until"] == "2026-11-23T16:35:00Z"
    targets = set()
    for home in homes:
        (event,) = await stop_events(home)
        assert event["intervalPeriod"] == {
            "start": "2026-11-23T16:05:00Z",
            "duration": "PT1800S",
        }
        assert without_signature(event)["intervals"][0]["payloads"] == [
            {"type": "ALERT_GRID_EMERGENCY", "values": ["Cable fault"]},
            {"type": "IMPORT_CAPACITY_LIMIT", "values": [0]},
        ]
        (target,) = event["targets"]
        targets.add(target)
    assert len(targets) == 3
    chart = await (await whole.client.get(CHART)).json()
    assert chart["stop"]["reason"] == "Cable fault"


async def test_caps_hold_the_floor_and_rise_slowly_after_the_stop(
    whole: Hub, clock: FrozenClock
) -> None:
    """Should the hub go away now, no home jumps back up."""
    (home, *_), operator = await evening(whole)
    await operator.ok("POST", STOP, {"reason": "Cable fault", "minutes": 25})
    await whole.app[PLANNER].run_due()
    caps = await caps_kw(home)
    ahead = [
        caps[clock().replace(minute=0) + timedelta(minutes=15 * index)]
        for index in range(14)
    ]
    # 16:30 ends the stop; 10 W a minute from there, and never below the floor.
    assert ahead[:5] == [FLOOR_KW, FLOOR_KW, FLOOR_KW, FLOOR_KW, FLOOR_KW]
    assert ahead[5:8] == [0.45, 0.6, 0.75]
    assert ahead[-1] == 1.65
    chart = await (await whole.client.get(CHART)).json()
    running = [q for q in chart["quarter_hours"] if q["start"] <= chart["now"]][-1]
    assert running["level_w"] == 0


async def test_a_released_stop_ends_at_once_and_the_level_rises(
    whole: Hub, clock: FrozenClock
) -> None:
    """The event ends; who released it is kept."""
    homes, operator = await evening(whole)
    await operator.ok("POST", STOP, {"reason": "Cable fault"})
    await whole.app[PLANNER].run_due()
    clock.forward(timedelta(minutes=10))
    ended = await operator.ok("DELETE", STOP)
    await whole.app[PLANNER].run_due()
    assert ended["ended_at"] == "2026-11-23T16:15:00Z"
    for home in homes:
        (event,) = await stop_events(home)
        assert event["intervalPeriod"]["duration"] == "PT600S"
    level_w = whole.app[CONTROLS]["kerkstraat"].state.levels_w
    assert (level_w == 100).all()
    for _ in range(60):
        clock.forward(timedelta(minutes=3))
        await whole.app[PLANNER].run_due()
    assert whole.app[CONTROLS]["kerkstraat"].state.told_level_w == float("inf")
    async with reading(whole.engine) as conn:
        (stop,) = await last_stops(conn, "kerkstraat", clock() - timedelta(days=1))
    assert stop.ended_by == stop.by


async def test_a_stop_is_over_by_itself(whole: Hub, clock: FrozenClock) -> None:
    """Nobody has to think of it."""
    await evening(whole)
    operator = await whole.operator()
    await operator.ok("POST", STOP, {"reason": "Cable fault", "minutes": 5})
    clock.forward(timedelta(minutes=6))
    await whole.app[PLANNER].run_due()
    await assert_problem(await operator.call("GET", STOP), 404)
    await operator.ok("POST", STOP, {"reason": "Again", "minutes": 5})


async def test_homes_that_read_it_acknowledge_and_others_are_told_again(
    whole: Hub, clock: FrozenClock
) -> None:
    """Three times at most."""
    homes, operator = await evening(whole)
    clock.forward(timedelta(minutes=2))
    await operator.ok("POST", STOP, {"reason": "Cable fault", "minutes": 60})
    await stop_events(homes[0])
    for _ in range(20):
        clock.forward(timedelta(seconds=30))
        await whole.app[PLANNER].run_due()
    shown = await operator.ok("GET", STOP)
    assert (shown["acknowledged"], shown["resends"]) == (1, 3)


async def test_a_home_that_joins_during_a_stop_is_stopped_too(whole: Hub) -> None:
    """It gets the same stop; the others' stays as it was."""
    homes, operator = await evening(whole)
    await operator.ok("POST", STOP, {"reason": "Cable fault", "minutes": 60})
    before = await stop_events(homes[0])
    late = await whole.home()
    await whole.app[PLANNER].run_due()
    (event,) = await stop_events(late)
    assert await stop_events(homes[0]) == before
    assert event["eventName"] == before[0]["eventName"]
    assert event["intervalPeriod"] == before[0]["intervalPeriod"]


async def test_a_stop_that_is_released_during_a_round_stays_released(
    whole: Hub, clock: FrozenClock
) -> None:
    """The planner read it before the operator released it, and writes after."""
    homes, operator = await evening(whole)
    await operator.ok("POST", STOP, {"reason": "Cable fault", "minutes": 60})
    clock.forward(timedelta(minutes=2))
    async with reading(whole.engine) as conn:
        members = await homes_of_trafo(conn, "kerkstraat")
        round_ = await follow_stop(conn, "kerkstraat", members, clock())
    await operator.ok("DELETE", STOP)
    ended = await stop_events(homes[0])
    async with whole.engine.begin() as conn:
        told = await round_.write(
            conn, "kerkstraat", members, whole.app[HUB_KEY], clock()
        )
    assert told == frozenset()
    await assert_problem(await operator.call("GET", STOP), 404)
    assert await stop_events(homes[0]) == ended


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"reason": ""}, 422),
        ({}, 422),
        ({"reason": 5}, 422),
        ({"reason": "x" * 201}, 422),
        ({"reason": "x", "minutes": 0}, 422),
        ({"reason": "x", "minutes": 121}, 422),
        ({"reason": "x", "minutes": "ten"}, 422),
        ({"reason": "x", "minutes": True}, 422),
    ],
)
async def test_a_wrong_order_is_refused(whole: Hub, body: dict, status: int) -> None:
    """And stops nobody."""
    operator = await whole.operator()
    await assert_problem(await operator.call("POST", STOP, body), status)
    await assert_problem(await operator.call("DELETE", STOP), 404)


async def test_only_an_operator_may_stop(whole: Hub) -> None:
    """A home may not, and a second stop needs a release first."""
    homes, operator = await evening(whole)
    await assert_problem(await homes[0].call("POST", STOP, {"reason": "x"}), 403)
    await assert_problem(await homes[0].call("DELETE", STOP), 403)
    await operator.ok("POST", STOP, {"reason": "x"})
    await assert_problem(await operator.call("POST", STOP, {"reason": "x"}), 409)
    other = "/api/v1/trafos/elsewhere/stop"
    await assert_problem(await operator.call("POST", other, {"reason": "x"}), 404)


async def test_the_operator_sees_which_homes_acknowledged(
    whole: Hub, clock: FrozenClock
) -> None:
    """Per home: who read the stop after it began."""
    homes, operator = await evening(whole)
    clock.forward(timedelta(minutes=2))
    await operator.ok("POST", STOP, {"reason": "Cable fault", "minutes": 60})
    await stop_events(homes[1])
    clock.forward(timedelta(seconds=30))
    await whole.app[PLANNER].run_due()
    rows = await operator.ok("GET", "/api/v1/trafos/kerkstraat/homes")
    seen = {row["ven_id"]: row["stop_acknowledged"] for row in rows}
    assert [seen[home.facts["ven_id"]] for home in homes] == [False, True, False]
    assert {row["reason"] for row in rows} == {"stop"}
    assert rows[0]["explanation"]["en"].startswith("Emergency stop")
    await operator.ok("DELETE", STOP)
    rows = await operator.ok("GET", "/api/v1/trafos/kerkstraat/homes")
    assert {row["stop_acknowledged"] for row in rows} == {None}


async def test_an_order_of_the_dso_is_a_stop_too(
    whole: Hub, clock: FrozenClock
) -> None:
    """It is bounded by what houses obey, and says who ordered it."""
    (home, *_), operator = await evening(whole)
    trafo = whole.app[CONFIG].trafos[0]
    order = partial(start_stop, whole.app, trafo, cause=Cause.DSO, by="dso")
    stop, told = await order(
        reason="Grid fault", now=clock(), duration=timedelta(hours=2)
    )
    assert len(told) == 3
    assert stop.until - clock() == timedelta(hours=2)
    with pytest.raises(StopInForceError, match="Release it first"):
        await order(reason="Grid fault", now=clock())
    assert len(await stop_events(home)) == 1
    shown = await operator.ok("GET", STOP)
    assert (shown["cause"], shown["ordered_by"]) == ("dso", "dso")
    clock.forward(timedelta(minutes=10))
    ended = await release_stop(whole.app, trafo, by="dso", now=clock())
    assert ended is not None
    assert ended.ended_at == clock()
    assert await release_stop(whole.app, trafo, by="dso", now=clock()) is None
    # 10 minutes were used, and houses had no half hour of rest since.
    clock.forward(timedelta(minutes=5))
    again, _ = await order(reason="Grid fault", now=clock())
    assert again.until - clock() == timedelta(minutes=105)
    clock.forward(timedelta(minutes=106))
    with pytest.raises(StopError, match="Houses obey no more stops"):
        await order(reason="Grid fault", now=clock())


async def readings(hub: Hub, operator: Caller, *loads_kw: float) -> None:
    """Let the meter send readings, a minute each, ending now."""
    now = hub.clock()
    body = {
        "unit": "kW",
        "readings": [
            {
                "time": (now - timedelta(minutes=len(loads_kw) - index)).isoformat(),
                "load_kw": load_kw,
            }
            for index, load_kw in enumerate(loads_kw)
        ],
    }
    await operator.ok("POST", "/api/v1/trafos/kerkstraat/load", body)
    await hub.app[PLANNER].run_due()


@pytest.fixture
async def watched(
    config: HubConfig, engine: AsyncEngine, data_dir: Path, clock: FrozenClock
) -> AsyncGenerator[Hub]:
    """Run a whole hub whose meter may order stops."""
    first, *others = config.trafos
    rule = OverloadStop(above=1.0, readings=3, minutes=20)
    trafos = (replace(first, overload_stop=rule), *others)
    changed = replace(config, trafos=trafos)
    async with whole_hub(changed, engine, data_dir, clock) as hub:
        yield hub


async def test_a_measured_overload_stops_and_ends_by_itself(
    watched: Hub, clock: FrozenClock
) -> None:
    """Three readings in a row above the rating, not two, not one without others."""
    homes, operator = await evening(watched)
    await readings(watched, operator, 398.0, 405.0, 410.0)
    await assert_problem(await operator.call("GET", STOP), 404)
    clock.forward(timedelta(minutes=1))
    await readings(watched, operator, 415.0)
    shown = await operator.ok("GET", STOP)
    assert (shown["cause"], shown["ordered_by"]) == ("overload", "meter")
    assert shown["reason"] == "Measured overload: 415 kW on 400 kVA"
    assert len(await stop_events(homes[0])) == 1
    chart = await (await watched.client.get(CHART)).json()
    assert chart["stop"]["cause"] == "overload"
    # What was measured before or during the stop does not stop again.
    for _ in range(21):
        clock.forward(timedelta(minutes=1))
        await readings(watched, operator, 380.0)
    await assert_problem(await operator.call("GET", STOP), 404)
    async with reading(watched.engine) as conn:
        stops = await last_stops(conn, "kerkstraat", clock() - timedelta(days=1))
    assert [stop.ending for stop in stops] == [Ending.EXPIRED]


async def test_overload_without_the_rule_stops_nobody(
    whole: Hub, clock: FrozenClock
) -> None:
    """It is off unless the operator writes it down."""
    _, operator = await evening(whole)
    await readings(whole, operator, 405.0, 410.0, 415.0, 420.0)
    await assert_problem(await operator.call("GET", STOP), 404)
