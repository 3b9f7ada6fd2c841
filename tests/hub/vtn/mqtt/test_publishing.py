"""Tests of what is published, and of who can read it."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
import json
from typing import Any

from aiomqtt import Client, MqttError
import pytest

from dalen_hub.appkeys import MQTT
from dalen_hub.vtn.auth import create_client, revoke_client
from dalen_hub.vtn.mqtt_queue import take_due
from tests.hub.helpers import VTN, Caller, FrozenClock, Hub, assert_problem, cap_event

from .conftest import Mosquitto, until_published

TOPICS = f"{VTN}/notifiers/mqtt/topics"


@dataclass(slots=True)
class Ear:
    """What a client of the broker hears."""

    client: Client
    heard: list[tuple[str, Any]] = field(default_factory=list)

    async def listen(self) -> None:
        """Hear for ever."""
        async for message in self.client.messages:
            assert isinstance(message.payload, bytes)
            self.heard.append((str(message.topic), json.loads(message.payload)))

    async def until(self, count: int) -> Sequence[tuple[str, Any]]:
        """Wait until a number of messages came; return all that came."""
        async with asyncio.timeout(15):
            while len(self.heard) < count:
                await asyncio.sleep(0.02)
        return self.heard


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A client of the hub that can also reach the broker."""

    caller: Caller
    client_id: str
    ven_id: str = ""
    target: str = ""


@asynccontextmanager
async def listening(
    mosquitto: Mosquitto, member: Member, *topics: str
) -> AsyncGenerator[Ear]:
    """Subscribe with the token of a client."""
    async with mosquitto.client(member.client_id, member.caller.token) as client:
        ear = Ear(client)
        for topic in topics:
            await client.subscribe(topic, qos=1)
        task = asyncio.create_task(ear.listen())
        yield ear
        task.cancel()
        await asyncio.wait([task])


async def home(hub: Hub) -> Member:
    """Let a home join, and let the broker know it."""
    caller = await hub.home()
    (ven,) = await caller.ok("GET", f"{VTN}/vens")
    await until_published(hub, caller)
    return Member(
        caller=caller,
        client_id=caller.facts["client_id"],
        ven_id=ven["id"],
        target=ven["targets"][0],
    )


async def operator(hub: Hub) -> Member:
    """Add an operator, and let the broker know it."""
    async with hub.engine.begin() as conn:
        client_id, secret = await create_client(conn, "bl", "operator", hub.clock())
    token = await hub.token(client_id, secret)
    caller = Caller(client=hub.client, token=token, facts={})
    await until_published(hub, caller)
    return Member(caller=caller, client_id=client_id)


async def test_a_home_hears_its_own_and_nothing_else(
    hub: Hub, mosquitto: Mosquitto
) -> None:
    """Check events for one, for both and for all; and that targets are hidden."""
    boss, a, b = await operator(hub), await home(hub), await home(hub)
    own = f"openadr3/vens/{a.ven_id}/#"
    program = a.caller.facts["program_id"]
    async with (
        listening(mosquitto, a, own) as ear_a,
        listening(mosquitto, boss, "openadr3/events/+") as ear_boss,
    ):
        for targets in ([b.target], [a.target, b.target], []):
            body = cap_event(program, targets)
            await boss.caller.ok("POST", f"{VTN}/events", body)
        heard = list(await ear_a.until(2))
        assert len(await ear_boss.until(3)) == 3
    assert [topic for topic, _ in heard] == [
        f"openadr3/vens/{a.ven_id}/events/create"
    ] * 2
    assert heard[0][1]["targets"] == [a.target]
    assert heard[0][1]["object"]["targets"] == [a.target]
    assert heard[0][1]["operation"] == "CREATE"
    assert b.target not in str(heard)
    for _, told in heard:
        event = told["object"]
        assert await a.caller.ok("GET", f"{VTN}/events/{event['id']}") == event


async def test_no_filter_opens_the_branch_of_another(
    hub: Hub, mosquitto: Mosquitto
) -> None:
    """Check that the broker refuses every wider filter, and publishing."""
    boss, a, b = await operator(hub), await home(hub), await home(hub)
    async with mosquitto.client(a.client_id, a.caller.token) as client:
        for topic in (
            "#",
            "+/#",
            "openadr3/#",
            "openadr3/vens/+/events/create",
            f"openadr3/vens/{b.ven_id}/events/create",
            f"openadr3/vens/{b.ven_id}/#",
            "openadr3/events/+",
            "$CONTROL/#",
            "$SYS/#",
        ):
            granted = await client.subscribe(topic, qos=1)
            assert all(code.is_failure for code in granted), topic  # type: ignore[union-attr]
    async with listening(mosquitto, b, f"openadr3/vens/{b.ven_id}/#") as ear:
        async with mosquitto.client(a.client_id, a.caller.token) as client:
            forged = f"openadr3/vens/{b.ven_id}/events/create"
            await client.publish(forged, b"{}", qos=0)
        body = cap_event(b.caller.facts["program_id"], [b.target])
        await boss.caller.ok("POST", f"{VTN}/events", body)
        (heard,) = await ear.until(1)
    assert heard[1]["object"]["targets"] == [b.target]


@pytest.mark.parametrize("password", [None, "", "wrong"])
async def test_nobody_comes_in_without_a_token(
    hub: Hub, mosquitto: Mosquitto, password: str | None
) -> None:
    """Check the door of the broker."""
    member = await home(hub)
    for name in (None, "dalen-hub", member.client_id):
        with pytest.raises(MqttError):
            async with mosquitto.client(name, password):
                pass


async def test_a_revoked_client_is_sent_away(
    hub: Hub, mosquitto: Mosquitto, clock: FrozenClock
) -> None:
    """Check that its connection ends, and that it does not come back."""
    member = await home(hub)
    async with mosquitto.client(member.client_id, member.caller.token) as client:
        async with hub.engine.begin() as conn:
            await revoke_client(conn, member.client_id, hub.clock())
        clock.forward(timedelta(seconds=31))
        await hub.app[MQTT].check()
        with pytest.raises(MqttError):
            await asyncio.wait_for(anext(aiter(client.messages)), 10)
    with pytest.raises(MqttError):
        async with mosquitto.client(member.client_id, member.caller.token):
            pass


async def test_a_token_that_ended_is_no_password_any_more(
    hub: Hub, mosquitto: Mosquitto, clock: FrozenClock
) -> None:
    """Check the end of a token, and that the next one opens the door again."""
    member = await home(hub)
    clock.forward(timedelta(hours=1, seconds=1))
    await hub.app[MQTT].check()
    with pytest.raises(MqttError):
        async with mosquitto.client(member.client_id, member.caller.token):
            pass
    facts = member.caller.facts
    token = await hub.token(facts["client_id"], facts["client_secret"])
    again = Caller(client=hub.client, token=token, facts=facts)
    await until_published(hub, again)
    async with mosquitto.client(member.client_id, token):
        pass


async def test_the_topics_that_clients_find(hub: Hub, mosquitto: Mosquitto) -> None:
    """Check all twelve paths, by everybody."""
    boss, a, b = await operator(hub), await home(hub), await home(hub)
    program = a.caller.facts["program_id"]
    for name in ("programs", "events", "reports", "subscriptions", "vens", "resources"):
        found = await boss.caller.ok("GET", f"{TOPICS}/{name}")
        assert found["topics"] == {
            "CREATE": f"openadr3/{name}/create",
            "UPDATE": f"openadr3/{name}/update",
            "DELETE": f"openadr3/{name}/delete",
            "ALL": f"openadr3/{name}/+",
        }
        await assert_problem(await a.caller.call("GET", f"{TOPICS}/{name}"), 403)
    for path in (f"programs/{program}", f"vens/{a.ven_id}"):
        found = await boss.caller.ok("GET", f"{TOPICS}/{path}")
        assert set(found["topics"]) == {"UPDATE", "DELETE", "ALL"}
    for name in ("events", "programs", "resources"):
        path = f"{TOPICS}/vens/{a.ven_id}/{name}"
        found = await a.caller.ok("GET", path)
        assert found == await boss.caller.ok("GET", path)
        await assert_problem(await b.caller.call("GET", path), 404)
    path = f"{TOPICS}/programs/{program}/events"
    assert (await boss.caller.ok("GET", path))["topics"]["ALL"].endswith("/events/+")
    await assert_problem(await a.caller.call("GET", path), 403)
    await assert_problem(await boss.caller.call("GET", f"{TOPICS}/vens/none"), 404)


async def test_changes_of_a_ven_and_its_resources(
    hub: Hub, mosquitto: Mosquitto
) -> None:
    """Check that a VEN hears what the operator does with what is its own."""
    boss, a = await operator(hub), await home(hub)
    resource = {"clientID": a.client_id, "venID": a.ven_id, "resourceName": "pump"}
    async with listening(mosquitto, a, f"openadr3/vens/{a.ven_id}/#") as ear:
        made = await boss.caller.ok("POST", f"{VTN}/resources", resource)
        await boss.caller.ok("DELETE", f"{VTN}/resources/{made['id']}")
        heard = list(await ear.until(2))
    branch = f"openadr3/vens/{a.ven_id}/resources"
    assert [topic for topic, _ in heard] == [f"{branch}/create", f"{branch}/delete"]
    assert heard[0][1]["object"] == made


async def test_what_changed_without_a_broker_is_published_later(
    hub: Hub, mosquitto: Mosquitto, clock: FrozenClock
) -> None:
    """Check that a message waits for the broker, but no longer than an hour."""
    boss, a = await operator(hub), await home(hub)
    broker, program = hub.app[MQTT], a.caller.facts["program_id"]
    body = cap_event(program, [a.target])
    await boss.caller.ok("POST", f"{VTN}/events", body)
    topics = {name for due in await take_due(hub.engine) for name in due.topics}
    assert f"openadr3/vens/{a.ven_id}/events/create" in topics
    clock.forward(timedelta(hours=1, seconds=1))
    await broker.check()
    assert await take_due(hub.engine) == []
