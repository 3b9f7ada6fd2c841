"""Policy, frames, phases, cables and reasons, in a whole hub over HTTP."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dalen_hub.app import PLANNER
from dalen_hub.caps.phase_estimates import estimate_phases
from dalen_hub.caps.release import stagger_s
from dalen_hub.caps.site_store import places_of
from dalen_hub.config import HubConfig
from dalen_hub.grid.frames import Frame
from dalen_hub.grid.load import record_load
from dalen_hub.grid.parts import Cable, Phases
from dalen_hub.grid.series import Row
from dalen_hub.grid.sharing import Policy
from dalen_hub.store.database import reading
from dalen_hub.store.tables import pump_power
from dalen_hub.store.times import parse_instant, to_epoch

from ..conftest import FrozenClock
from ..helpers import VTN, Caller, Hub, assert_problem
from ..whole_hub import TRAFO, caps_kw, forecast_body, quarters, upload, whole_hub

USABLE_KW = 313.6
NAMEPLATE_KW = 1.8
RUNNING = datetime(2026, 11, 23, 16, tzinfo=UTC)
SECRET = ("client_id", "client_secret")
HOMES = f"/api/v1/trafos/{TRAFO}/homes"
EXPLANATION = f"/api/v1/trafos/{TRAFO}/explanation"

type Start = Callable[..., Awaitable[Hub]]


@pytest.fixture
async def start(
    config: HubConfig, engine: AsyncEngine, data_dir: Path, clock: FrozenClock
) -> AsyncGenerator[Start]:
    """Return a way to run a whole hub whose first transformer is another one."""
    async with AsyncExitStack() as stack:

        async def run(**changes: Any) -> Hub:
            first, *others = config.trafos
            trafos = (replace(first, **changes), *others)
            return await stack.enter_async_context(
                whole_hub(replace(config, trafos=trafos), engine, data_dir, clock)
            )

        yield run


async def joined(hub: Hub, count: int) -> list[Caller]:
    """Let some homes join, and wait until the hub acted on it."""
    homes = [await hub.home() for _ in range(count)]
    await hub.app[PLANNER].run_due()
    return homes


async def place(hub: Hub, operator: Caller, home: Caller, **body: Any) -> Any:
    """Say where a home is, and wait until the hub acted on it."""
    answer = await operator.ok("PUT", f"{HOMES}/{home.facts['ven_id']}/place", body)
    await hub.app[PLANNER].run_due()
    return answer


async def told(operator: Caller, home: Caller) -> Any:
    """Return what the operator reads of a home."""
    rows = await operator.ok("GET", HOMES)
    return next(row for row in rows if row["ven_id"] == home.facts["ven_id"])


async def caps_at(home: Caller, start: datetime = RUNNING) -> float:
    """Return the cap of a home in a quarter hour, in kW."""
    return (await caps_kw(home))[start]


def room(*rooms_kw: float) -> list[float]:
    """Return the P90 that leaves these rooms."""
    return [USABLE_KW - room_kw for room_kw in rooms_kw]


async def test_a_frame_holds_at_its_hours_without_any_data(start: Start) -> None:
    """And the home is told why, in its event and by the operator."""
    frame = Frame(start=time(17), end=time(18), cap_w=505.0)
    hub = await start(frames=(frame,))
    (home,) = await joined(hub, 1)
    caps = await caps_kw(home)
    # 17:00 in the village is 16:00 UTC; 505 W rounds down.
    assert [caps[each] for each in quarters(RUNNING, 5)] == [0.5] * 4 + [NAMEPLATE_KW]
    assert caps[RUNNING + timedelta(days=1)] == 0.5
    row = await told(await hub.operator(), home)
    assert (row["reason"], row["cap_w"]) == ("frame", 500)
    assert row["explanation"] == {
        "en": "The collective agreed on at most 500 W at this time of day.",
        "nl": "Het collectief sprak voor dit deel van de dag hoogstens 500 W af.",
    }
    reasons = {
        (payload["type"], interval["id"]): payload["values"]
        for event in await home.ok("GET", f"{VTN}/events")
        if event["eventName"] == "caps-2026-11-24"
        for interval in event["intervals"]
        for payload in interval["payloads"]
        if payload["type"].startswith("X-DALEN-REASON")
    }
    # Once, where the run of limited quarter hours begins.
    assert reasons == {
        ("X-DALEN-REASON-EN", 68): [
            "The collective agreed on a limit at this time of day."
        ],
        ("X-DALEN-REASON-NL", 68): [
            "Het collectief sprak voor dit deel van de dag een grens af."
        ],
    }


async def test_the_lower_of_frame_and_level_holds(start: Start) -> None:
    """In both directions."""
    hub = await start(frames=(Frame(start=time(17), end=time(18), cap_w=700.0),))
    homes = await joined(hub, 2)
    body = forecast_body(RUNNING, room(1.2, 2.0, 3.0, 3.0))
    await upload(hub, await hub.operator(), body)
    caps = await caps_kw(homes[0])
    assert [caps[each] for each in quarters(RUNNING, 3)] == [0.6, 0.7, 0.7]


async def test_a_full_phase_limits_those_on_it(start: Start) -> None:
    """The others are not limited; who is nowhere known counts a third on each."""
    phases = Phases(limits_kw=(110.0, 200.0, 200.0), shares=(0.4, 0.3, 0.3))
    hub = await start(phases=phases)
    first, second, third = await joined(hub, 3)
    operator = await hub.operator()
    answer = await place(hub, operator, first, phase=1)
    assert (answer["phase"], answer["phase_source"]) == (1, "operator")
    await place(hub, operator, second, phase=2)
    # L1: 110 x 0.98 - 0.4 x 266.5 = 1.2 kW for the first and a third of the last.
    await upload(hub, operator, forecast_body(RUNNING, [266.5] * 8))
    assert await caps_at(first) == 0.9
    assert await caps_at(second) == NAMEPLATE_KW
    assert await caps_at(third) == 0.9
    row = await told(operator, first)
    assert row["explanation"]["nl"].startswith("De fase L1 raakt naar verwachting vol")
    explanation = await (await hub.client.get(EXPLANATION)).json()
    assert explanation["bottlenecks"] == [{"en": "phase L1", "nl": "fase L1"}]
    assert explanation["policy"] == "equal"


async def test_a_full_cable_limits_those_on_it(start: Start) -> None:
    """Its name is in the reason."""
    cables = (
        Cable(id="a", name="Molenstraat", limit_kw=41.0, share=0.2),
        Cable(id="b", name="Brink", limit_kw=90.0, share=0.2),
    )
    hub = await start(cables=cables)
    first, second = await joined(hub, 2)
    operator = await hub.operator()
    await place(hub, operator, first, cable="a")
    await place(hub, operator, second, cable="b")
    await upload(hub, operator, forecast_body(RUNNING, [197.4] * 8))
    assert await caps_at(first) == 0.7
    assert await caps_at(second) == NAMEPLATE_KW
    row = await told(operator, first)
    assert "cable Molenstraat" in row["explanation"]["en"]


@pytest.mark.parametrize(
    ("policy", "key", "values", "caps"),
    [
        (Policy.EQUAL, "heat_loss_w_per_k", (100, 300), (0.8, 0.8)),
        (Policy.NEED, "heat_loss_w_per_k", (100, 300), (0.4, 1.2)),
        (Policy.COST, "cop", (2.5, 4.0), (0.4, 1.2)),
    ],
)
async def test_policies_share_as_they_say(
    start: Start,
    policy: Policy,
    key: str,
    values: tuple[float, float],
    caps: tuple[float, float],
) -> None:
    """Twice 800 W, by need, and by what a kilowatt hour saves."""
    hub = await start(policy=policy)
    homes = await joined(hub, 2)
    operator = await hub.operator()
    # Below its minimum a heat pump would take turns: here it has none.
    for home, value in zip(homes, values, strict=True):
        await place(hub, operator, home, **{key: value})
    await upload(hub, operator, forecast_body(RUNNING, room(*[1.6] * 8)))
    got = [await caps_at(home) for home in homes]
    # 400 W is below the minimum of 450 W: those take turns between 300 and 450.
    for cap, expected in zip(got, caps, strict=True):
        assert cap == expected or (expected == 0.4 and cap == 0.3)
    row = await told(operator, homes[1])
    if policy is Policy.NEED:
        assert row["explanation"]["en"].endswith("shared by what each house needs.")


async def test_credit_evens_out_what_homes_gave(
    start: Start, clock: FrozenClock
) -> None:
    """Who gave more this season gets more from then on."""
    phases = Phases(limits_kw=(110.0, 200.0, 200.0), shares=(0.4, 0.3, 0.3))
    hub = await start(policy=Policy.CREDIT, phases=phases)
    first, second = await joined(hub, 2)
    operator = await hub.operator()
    await place(hub, operator, first, phase=1)
    await place(hub, operator, second, phase=2)
    # For an hour only the first one is limited, by its phase.
    await upload(hub, operator, forecast_body(RUNNING, [268.0] * 8))
    assert await caps_at(first) == 0.6
    for _ in range(4):
        clock.forward(timedelta(minutes=15))
        await hub.app[PLANNER].run_due()
    # Then the transformer is full, and both share it.
    operator = await hub.operator()
    later = RUNNING + timedelta(hours=1)
    await place(hub, operator, first, phase=2)
    body = forecast_body(later, [*room(*[1.6] * 8)])
    await upload(hub, operator, body)
    first, second = [
        replace(home, token=await hub.token(*(home.facts[k] for k in SECRET)))
        for home in (first, second)
    ]
    assert await caps_at(first, later) == 1.2
    assert await caps_at(second, later) in {0.3, 0.4, 0.45}


async def test_a_place_must_be_possible(start: Start) -> None:
    """What is wrong is said, and changes nothing."""
    hub = await start(cables=(Cable(id="a", name="A", limit_kw=90, share=0.5),))
    (home,) = await joined(hub, 1)
    operator = await hub.operator()
    path = f"{HOMES}/{home.facts['ven_id']}/place"
    for body, says in (
        ({"phase": 0}, "phase must be 1, 2 or 3"),
        ({"phase": True}, "phase must be 1, 2 or 3"),
        ({"phase": "L1"}, "phase must be 1, 2 or 3"),
        ({"cable": "b"}, "hub.yaml has a"),
        ({"cable": 1}, "hub.yaml has a"),
        ({"cop": 0}, "cop must be a number above 0"),
        ({"heat_loss_w_per_k": "x"}, "heat_loss_w_per_k must be a number"),
        ({"fase": 1}, "fase: unknown key"),
    ):
        assert says in await assert_problem(await operator.call("PUT", path, body), 422)
    await assert_problem(await operator.call("PUT", f"{HOMES}/x/place", {}), 404)
    await assert_problem(await home.call("PUT", path, {}), 403)
    await assert_problem(await home.call("GET", HOMES), 403)
    async with reading(hub.engine) as conn:
        assert await places_of(conn, TRAFO) == {}


async def test_a_leaving_home_takes_its_place_along(start: Start) -> None:
    """Nothing of it stays."""
    hub = await start()
    (home,) = await joined(hub, 1)
    await place(hub, await hub.operator(), home, phase=3, cop=3.0)
    response = await home.call("DELETE", "/dalen/v1/membership")
    assert response.status == 204
    async with reading(hub.engine) as conn:
        assert await places_of(conn, TRAFO) == {}


async def test_homes_rise_one_after_the_other(start: Start) -> None:
    """Each at its own instant within five minutes, in the published plan itself."""
    hub = await start()
    homes = await joined(hub, 3)
    body = forecast_body(RUNNING, room(1.8, 1.8, 60.0, 60.0))
    await upload(hub, await hub.operator(), body)
    begins = set()
    for home in homes:
        events = await home.ok("GET", f"{VTN}/events")
        (event,) = [e for e in events if e["eventName"] == "caps-2026-11-23"]
        (target,) = event["targets"]
        last, rise = (event["intervals"][index] for index in (69, 70))
        late_s = int(stagger_s(target, RUNNING.date()))
        assert last["intervalPeriod"] == {
            "start": "2026-11-23T16:15:00Z",
            "duration": f"PT{900 + late_s}S",
        }
        begin = parse_instant(rise["intervalPeriod"]["start"])
        assert begin == RUNNING + timedelta(minutes=30, seconds=late_s)
        assert rise["intervalPeriod"]["duration"] == f"PT{900 - late_s}S"
        assert "intervalPeriod" not in event["intervals"][71]
        begins.add(begin)
    # Two may share a second by chance; three hardly ever do.
    assert len(begins) > 1


async def test_the_phase_of_a_home_is_found_at_night(
    start: Start, clock: FrozenClock
) -> None:
    """From two weeks of quarter hours; what the operator says counts more."""
    phases = Phases(limits_kw=(126.0, 126.0, 126.0))
    hub = await start(phases=phases)
    first, second = await joined(hub, 2)
    await place(hub, await hub.operator(), second, phase=3)
    rng = np.random.default_rng(1)
    count = 14 * 96
    begin = datetime(2026, 11, 10, 2, tzinfo=UTC)
    pump_w = 900.0 * np.repeat(rng.random(count // 4) < 0.5, 4)
    phases_kw = 60 + 0.5 * rng.standard_normal((count, 3))
    phases_kw[:, 1] += pump_w / 1000
    times = quarters(begin, count)
    async with hub.engine.begin() as conn:
        rows = [
            Row(where="", time=t, load_kw=float(p.sum()), phases_kw=tuple(p.tolist()))
            for t, p in zip(times, phases_kw, strict=True)
        ]
        await record_load(conn, TRAFO, rows)
        for home in (first, second):
            await conn.execute(
                pump_power.insert(),
                [
                    {
                        "trafo_id": TRAFO,
                        "ven_id": home.facts["ven_id"],
                        "start": to_epoch(t),
                        "duration_s": 900,
                        "power_w": float(w),
                    }
                    for t, w in zip(times, pump_w, strict=True)
                ],
            )
    # 02:00 UTC is 03:00 in the village.
    now = datetime(2026, 11, 24, 2, 0, 5, tzinfo=UTC)
    await estimate_phases(hub.engine, hub.app[PLANNER]._trafos[TRAFO], now)
    async with reading(hub.engine) as conn:
        places = await places_of(conn, TRAFO)
    assert places[first.facts["ven_id"]].phase == 1
    assert places[first.facts["ven_id"]].is_estimated
    assert places[second.facts["ven_id"]].phase == 2
    assert not places[second.facts["ven_id"]].is_estimated


async def test_phases_that_the_meter_sends_count(
    start: Start, clock: FrozenClock
) -> None:
    """One phase is full as measured, while the transformer has room."""
    phases = Phases(limits_kw=(100.0, 100.0, 100.0))
    hub = await start(phases=phases)
    first, second = await joined(hub, 2)
    operator = await hub.operator()
    await place(hub, operator, first, phase=1)
    await place(hub, operator, second, phase=2)
    await upload(hub, operator, forecast_body(RUNNING, [150.0] * 8))
    for minute in (0, 1, 2, 3, 4):
        readings = [
            {
                "time": f"2026-11-23T16:0{minute}:00Z",
                "load_kw": 150.0 + minute / 10,
                "load_l1_kw": 98.6 + minute / 10,
                "load_l2_kw": 26.2,
                "load_l3_kw": 25.2,
            }
        ]
        path = f"/api/v1/trafos/{TRAFO}/load"
        await operator.ok("POST", path, {"unit": "kW", "readings": readings})
        await hub.app[PLANNER].run_due()
    assert await caps_at(first) < 1.0
    assert await caps_at(second) == NAMEPLATE_KW
    row = await told(operator, first)
    assert row["explanation"]["en"].startswith("The phase L1 is nearly full")
