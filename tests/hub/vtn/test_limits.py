"""Tests of limits: how often, how fast, how long; new secrets; ends of reports."""

import asyncio
from datetime import timedelta

from aiohttp import web
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dalen_hub.appkeys import RATE_LIMITS
from dalen_hub.store.batcher import Batcher
from dalen_hub.store.database import durable, reading, reading_briefly
from dalen_hub.store.tables import home_state, report as reports, trafo_load
from dalen_hub.vtn.clients import rotate_secret
from dalen_hub.vtn.rate_limits import Rate, RateLimits
from dalen_hub.vtn.retention import remove_old_reports
from tests.hub.helpers import (
    TOKEN,
    VTN,
    FrozenClock,
    Hub,
    assert_problem,
    cap_event,
    report,
)

CREDENTIALS = "/dalen/v1/credentials"


async def test_a_client_that_asks_too_often_waits(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Check 429 and Retry-After, for this client alone."""
    home, neighbour = await hub.home(), await hub.home()
    now_s = 0.0
    limits = RateLimits(ven=Rate(per_s=0.5, burst=3), monotonic_s=lambda: now_s)
    monkeypatch.setitem(hub.app._state, RATE_LIMITS, limits)
    for _ in range(3):
        await home.ok("GET", f"{VTN}/events")
    answer = await home.call("GET", f"{VTN}/events")
    await assert_problem(answer, 429, "too-many-requests")
    assert answer.headers["Retry-After"] == "2"
    await neighbour.ok("GET", f"{VTN}/events")
    now_s = 2.0
    await home.ok("GET", f"{VTN}/events")


async def test_wrong_secrets_and_tokens_are_counted_by_address(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Check that guessing ends, while those with a right token go on."""
    home = await hub.home()
    limits = RateLimits(failure=Rate(per_s=0.1, burst=2), monotonic_s=lambda: 0.0)
    monkeypatch.setitem(hub.app._state, RATE_LIMITS, limits)
    form = {"grant_type": "client_credentials", "client_id": "x", "client_secret": "y"}
    assert (await hub.client.post(TOKEN, data=form)).status == 401
    headers = {"Authorization": "Bearer wrong"}
    assert (await hub.client.get(f"{VTN}/events", headers=headers)).status == 401
    assert (await hub.client.post(TOKEN, data=form)).status == 429
    assert (await hub.client.get(f"{VTN}/events", headers=headers)).status == 429
    await home.ok("GET", f"{VTN}/events")


async def test_a_new_secret_ends_the_old_one_and_its_tokens(hub: Hub) -> None:
    """Check the rotation."""
    home = await hub.home()
    made = await home.ok("POST", CREDENTIALS)
    await assert_problem(await home.call("GET", f"{VTN}/events"), 401)
    form = {"grant_type": "client_credentials"}
    form |= {key: home.facts[key] for key in ("client_id", "client_secret")}
    assert (await hub.client.post(TOKEN, data=form)).status == 401
    assert made["client_id"] == home.facts["client_id"]
    assert await hub.token(made["client_id"], made["client_secret"])


async def test_a_secret_changed_elsewhere_is_noticed_within_a_minute(
    hub: Hub, clock: FrozenClock
) -> None:
    """Check what another process of the hub did."""
    home = await hub.home()
    await home.ok("GET", f"{VTN}/events")
    async with hub.engine.begin() as conn:
        await rotate_secret(conn, home.facts["client_id"])
    clock.forward(timedelta(seconds=59))
    await assert_problem(await home.call("GET", f"{VTN}/events"), 401)


async def test_the_operator_revokes_a_client(hub: Hub) -> None:
    """Check that it holds at once, and what cannot be revoked."""
    operator, home = await hub.operator(), await hub.home()
    path = f"/api/v1/clients/{home.facts['client_id']}"
    await operator.ok("DELETE", path)
    await assert_problem(await home.call("GET", f"{VTN}/events"), 401)
    await assert_problem(await operator.call("DELETE", "/api/v1/clients/x"), 404)


async def test_a_body_that_never_ends_is_given_up(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Check that a slow client does not keep a place."""
    monkeypatch.setattr("dalen_hub.vtn.bodies.MAX_BODY_S", 0.05)
    operator = await hub.operator()
    host, port = hub.client.host, hub.client.port
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(
        f"POST {VTN}/programs HTTP/1.1\r\nHost: hub\r\nContent-Length: 100\r\n"
        f"Authorization: Bearer {operator.token}\r\n\r\n{{".encode()
    )
    async with asyncio.timeout(5):
        assert b" 408 " in await reader.readline()
    writer.close()


async def test_reports_are_kept_as_long_as_the_operator_says(
    hub: Hub, clock: FrozenClock
) -> None:
    """Check that old ones go, in small steps, and what they told stays."""
    operator, home = await hub.operator(), await hub.home()
    (ven,) = await home.ok("GET", f"{VTN}/vens")
    event = await operator.ok(
        "POST", f"{VTN}/events", cap_event(home.facts["program_id"], ven["targets"])
    )
    for start in ("15:15", "15:30", "15:45"):
        sent = report(
            event["id"], start=f"2026-11-23T{start}:00Z", OPERATING_STATE="IDLE_NORMAL"
        )
        await home.ok("POST", f"{VTN}/reports", sent)
    kept = timedelta(days=31)
    assert await remove_old_reports(hub.engine, clock() + kept, kept) == 0
    later = clock() + kept + timedelta(seconds=1)
    assert await remove_old_reports(hub.engine, later, kept) == 3
    async with reading(hub.engine) as conn:
        assert await conn.scalar(select(func.count()).select_from(reports)) == 0
        assert await conn.scalar(select(func.count()).select_from(home_state)) == 3


async def test_a_poll_without_news_is_not_answered_again(hub: Hub) -> None:
    """Check ETags: they change with what the home may see, and with that only."""
    operator, a, b = await hub.operator(), await hub.home(), await hub.home()
    path = f"{VTN}/events"
    (ven_a,), (ven_b,) = [await home.ok("GET", f"{VTN}/vens") for home in (a, b)]
    program = a.facts["program_id"]

    async def poll(tag: str) -> tuple[int, str]:
        headers = {"Authorization": f"Bearer {a.token}", "If-None-Match": tag}
        answer = await hub.client.get(path, headers=headers)
        return answer.status, answer.headers["ETag"]

    _, first = await poll('"none"')
    assert await poll(f'W/"x", {first}') == (304, first)
    await operator.ok("POST", path, cap_event(program, ven_b["targets"]))
    assert await poll(first) == (304, first)
    made = await operator.ok("POST", path, cap_event(program, ven_a["targets"]))
    seen = {first}
    for method, body in (("PUT", cap_event(program, [])), ("DELETE", None)):
        status, tag = await poll(first)
        assert status == 200
        assert tag not in seen
        seen.add(tag)
        await operator.ok(method, f"{path}/{made['id']}", body)
    status, tag = await poll(first)
    assert (status, tag in seen) == (200, False)


async def test_what_comes_together_is_committed_together(engine: AsyncEngine) -> None:
    """Check order, one transaction, and that a bad item does not undo the others."""
    sizes: list[int] = []

    async def write(conn: AsyncConnection, times: list[int]) -> list[int]:
        sizes.append(len(times))
        for time in times:
            row = {"trafo_id": "t", "time": time, "load_kw": 1.0}
            await conn.execute(trafo_load.insert().values(row))
        return times

    batcher = Batcher[int, int](write, durable)
    assert await asyncio.gather(*(batcher.add(engine, n) for n in range(20))) == list(
        range(20)
    )
    assert sizes == [20]
    results = await asyncio.gather(
        *(batcher.add(engine, n) for n in (20, 5, 21)), return_exceptions=True
    )
    assert [results[0], results[2]] == [20, 21]
    assert isinstance(results[1], Exception)
    async with reading_briefly(engine) as conn:
        assert await conn.scalar(select(func.count()).select_from(trafo_load)) == 22


def test_limits_are_made_by_the_routes(hub: Hub) -> None:
    """Check that an application without its own limits has some."""
    assert isinstance(hub.app, web.Application)
    assert isinstance(hub.app[RATE_LIMITS], RateLimits)
