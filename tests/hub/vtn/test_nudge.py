"""Tests of the nudge: real server-sent events on loopback."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from dalen_hub.appkeys import NUDGER
from dalen_hub.homes.registry import homes_of_trafo
from dalen_hub.store.database import reading
from dalen_hub.vtn.auth import revoke_client
from tests.hub.helpers import (
    MEMBERSHIP,
    NUDGE,
    VTN,
    Caller,
    FrozenClock,
    Hub,
    assert_problem,
    cap_event,
)


class Listener:
    """Reads a stream message by message."""

    def __init__(self, response: Any) -> None:
        """Begin with an open stream."""
        self._content = response.content

    async def message(self) -> str:
        """Return the next message; "" when the stream ended."""
        async with asyncio.timeout(5):
            raw = await self._content.readuntil(b"\n\n")
        return str(raw.decode().strip())

    async def changed(self) -> None:
        """Read heartbeats until there is a nudge."""
        while (message := await self.message()) != "event: changed\ndata: {}":
            assert message == ": heartbeat"

    async def quiet(self) -> None:
        """Check that two heartbeats come without a nudge between them."""
        for _ in range(2):
            assert await self.message() == ": heartbeat"

    async def end(self) -> None:
        """Read until the stream ends."""
        async with asyncio.timeout(5):
            while await self._content.readany():
                pass


@asynccontextmanager
async def listen(home: Caller) -> AsyncGenerator[Listener]:
    """Open the stream of a home and read the first nudge."""
    headers = {"Authorization": f"Bearer {home.token}"}
    async with home.client.get(NUDGE, headers=headers) as response:
        assert response.status == 200
        assert response.content_type == "text/event-stream"
        assert "no-transform" in response.headers["Cache-Control"]
        listener = Listener(response)
        await listener.changed()
        yield listener


async def test_a_home_is_woken_by_what_it_may_see(hub: Hub) -> None:
    """Check a cap for one home, a broadcast, a revision and a removal."""
    operator, a, b = await hub.operator(), await hub.home(), await hub.home()
    async with reading(hub.engine) as conn:
        known = {h.ven_id: h.target for h in await homes_of_trafo(conn, "kerkstraat")}
    body = cap_event(a.facts["program_id"], [known[a.facts["ven_id"]]])
    async with listen(a) as stream_a, listen(b) as stream_b:
        event = await operator.ok("POST", f"{VTN}/events", body)
        await stream_a.changed()
        await stream_b.quiet()
        path = f"{VTN}/events/{event['id']}"
        moved = {**body, "targets": [known[b.facts["ven_id"]]]}
        await operator.ok("PUT", path, moved)
        await stream_a.changed()
        await stream_b.changed()
        await operator.ok("DELETE", path)
        await stream_b.changed()
        await stream_a.quiet()
        everybody = {**body, "targets": []}
        await operator.ok("POST", f"{VTN}/events", everybody)
        await stream_a.changed()
        await stream_b.changed()


async def test_many_changes_are_one_nudge(hub: Hub) -> None:
    """Check that a planner that writes much does not flood the homes."""
    home = await hub.home()
    async with listen(home) as stream:
        for _ in range(100):
            hub.app[NUDGER].changed(())
        await stream.changed()
        await stream.quiet()


async def test_streams_end_when_the_hub_stops(hub: Hub) -> None:
    """Check that no home keeps the server from stopping."""
    home = await hub.home()
    async with listen(home) as stream:
        hub.app[NUDGER].close()
        await stream.end()
    async with listen(home) as stream:
        await stream.end()


async def test_the_stream_ends_for_who_left_or_was_revoked(
    hub: Hub, clock: FrozenClock
) -> None:
    """Check that a stream does not outlive the right to it."""
    home, other = await hub.home(), await hub.home()
    async with listen(home) as stream, listen(other) as stream_other:
        assert (await home.call("DELETE", MEMBERSHIP)).status == 204
        await stream.end()
        async with hub.engine.begin() as conn:
            await revoke_client(conn, other.facts["client_id"], clock())
        clock.forward(timedelta(seconds=60))
        await stream_other.end()


async def test_a_home_that_comes_back_pushes_its_old_stream_out(hub: Hub) -> None:
    """Check that broken connections do not lock a home out."""
    home = await hub.home()
    async with listen(home) as first, listen(home) as second, listen(home) as third:
        await first.end()
        hub.app[NUDGER].changed(())
        await second.changed()
        await third.changed()


async def test_a_home_that_goes_is_forgotten(hub: Hub) -> None:
    """Check that closed streams are not kept."""
    home = await hub.home()
    async with reading(hub.engine) as conn:
        target = (await homes_of_trafo(conn, "kerkstraat"))[0].target
    async with listen(home):
        assert hub.app[NUDGER].listening(target)
    async with asyncio.timeout(5):
        while hub.app[NUDGER].listening(target):
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("role", ["bl", None])
async def test_only_homes_may_listen(hub: Hub, role: str | None) -> None:
    """Check an operator and a stranger."""
    if role is None:
        await assert_problem(await hub.client.get(NUDGE), 401)
    else:
        operator = await hub.operator()
        await assert_problem(await operator.call("GET", NUDGE), 403)
