"""What the running hub signs: caps and stops, anew only where they changed."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from dalen_hub.app import PLANNER
from dalen_hub.appkeys import HUB_KEY
from dalen_hub.config import HubConfig
from dalen_hub.signing.canonical import order_digest, signature_of
from tests.hub.helpers import VTN, Caller, FrozenClock, Hub, cap_event
from tests.hub.signing.test_orders import claims_of
from tests.hub.whole_hub import forecast_body, upload, whole_hub

STOP = "/api/v1/trafos/kerkstraat/stop"


@pytest.fixture
async def whole(
    config: HubConfig, engine: AsyncEngine, data_dir: Path, clock: FrozenClock
) -> AsyncGenerator[Hub]:
    """Run a whole hub."""
    async with whole_hub(config, engine, data_dir, clock) as hub:
        yield hub


async def orders(hub: Hub, home: Caller) -> dict[str, dict[str, Any]]:
    """Return the claims of all orders that a home reads, by event name.

    Each is checked as the home checks it.
    """
    found: dict[str, dict[str, Any]] = {}
    for event in await home.ok("GET", f"{VTN}/events"):
        claims = claims_of(event, hub.app[HUB_KEY])
        (target,) = event["targets"]
        assert claims["ven"] == target
        assert claims["program"] == event["programID"]
        assert claims["event"] == event["eventName"]
        assert claims["sha256"] == order_digest(event, target)
        assert claims["exp"] > hub.clock().timestamp()
        found[event["eventName"]] = claims
    return found


async def test_each_home_reads_caps_signed_for_itself(whole: Hub) -> None:
    """The caps of today and tomorrow, and nobody else's."""
    homes = [await whole.home() for _ in range(3)]
    await whole.app[PLANNER].run_due()
    told = [await orders(whole, home) for home in homes]
    assert {tuple(sorted(each)) for each in told} == {
        ("caps-2026-11-23", "caps-2026-11-24")
    }
    assert len({claims["ven"] for each in told for claims in each.values()}) == 3


async def test_only_what_changed_is_signed_again(
    whole: Hub, clock: FrozenClock
) -> None:
    """The other day keeps its signature to the letter."""
    home, operator = await whole.home(), await whole.operator()
    start = clock().replace(minute=0)
    await upload(whole, operator, forecast_body(start, [100.0] * 4))
    before = await orders(whole, home)
    clock.forward(timedelta(minutes=1))
    await upload(whole, operator, forecast_body(start, [313.0] * 4))
    after = await orders(whole, home)
    assert after["caps-2026-11-24"] == before["caps-2026-11-24"]
    today, was = after["caps-2026-11-23"], before["caps-2026-11-23"]
    assert today["rev"] > was["rev"]
    assert today["sha256"] != was["sha256"]


async def test_a_clock_set_back_and_a_restart_leave_revisions_rising(
    config: HubConfig, engine: AsyncEngine, data_dir: Path, clock: FrozenClock
) -> None:
    """Homes would ignore a lower one."""
    seen = []
    home = None
    for load_kw in (312.9, 312.8, 312.7):
        async with whole_hub(config, engine, data_dir, clock) as hub:
            home = home or await hub.home()
            operator = await hub.operator()
            start = clock().replace(minute=0)
            await upload(hub, operator, forecast_body(start, [load_kw] * 4))
            same = Caller(client=hub.client, token=home.token, facts=home.facts)
            seen.append((await orders(hub, same))["caps-2026-11-23"]["rev"])
        clock.forward(timedelta(minutes=-2))
    assert seen == sorted(set(seen))


async def test_a_stop_and_its_release_are_signed_for_each_home(
    whole: Hub, clock: FrozenClock
) -> None:
    """The end of a stop is an order too, with a higher revision."""
    homes, operator = [await whole.home() for _ in range(2)], await whole.operator()
    await operator.ok("POST", STOP, {"reason": "Kabel te heet", "minutes": 30})
    ordered = [
        (await orders(whole, home))["stop-2026-11-23T16:05:00Z"] for home in homes
    ]
    clock.forward(timedelta(minutes=3))
    await operator.ok("DELETE", STOP)
    released = [
        (await orders(whole, home))["stop-2026-11-23T16:05:00Z"] for home in homes
    ]
    for before, after in zip(ordered, released, strict=True):
        assert after["rev"] > before["rev"]
        assert after["exp"] < before["exp"]
        assert after["ven"] == before["ven"]


async def test_what_an_operator_writes_by_hand_is_not_signed(whole: Hub) -> None:
    """A stolen token of an operator is no key of the hub."""
    home, operator = await whole.home(), await whole.operator()
    await whole.app[PLANNER].run_due()
    (event, *_) = await home.ok("GET", f"{VTN}/events")
    forged = cap_event(event["programID"], event["targets"], name="stop-now")
    made = await operator.ok("POST", f"{VTN}/events", forged)
    assert signature_of(made) is None


async def test_stops_of_last_week_are_removed(whole: Hub, clock: FrozenClock) -> None:
    """What a home reads does not grow for ever."""
    home, operator = await whole.home(), await whole.operator()
    await operator.ok("POST", STOP, {"reason": "Kabel te heet", "minutes": 1})
    for _ in range(9):
        clock.forward(timedelta(days=1))
        await whole.app[PLANNER].run_due()
    token = await whole.token(home.facts["client_id"], home.facts["client_secret"])
    home = Caller(client=whole.client, token=token, facts=home.facts)
    names = {e["eventName"] for e in await home.ok("GET", f"{VTN}/events")}
    assert not {name for name in names if name.startswith("stop-")}
