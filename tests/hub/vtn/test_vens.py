"""Tests of VENs and resources by role: who grants targets, and what they open."""

from datetime import timedelta

from dalen_hub.vtn.auth import create_client
from tests.hub.helpers import (
    MEMBERSHIP,
    VTN,
    Caller,
    FrozenClock,
    Hub,
    assert_problem,
    cap_event,
)

EVENTS, VENS, RESOURCES = f"{VTN}/events", f"{VTN}/vens", f"{VTN}/resources"


async def other_ven(hub: Hub) -> tuple[Caller, str]:
    """Add the client of a VEN that is no Dalen home."""
    async with hub.engine.begin() as conn:
        made = await create_client(conn, "ven", "other", hub.clock())
    token = await hub.token(*made)
    return Caller(client=hub.client, token=token, facts={}), made[0]


async def test_a_ven_of_others_makes_itself_without_targets(hub: Hub) -> None:
    """Check that it cannot give itself targets, nor speak for another client."""
    ven, client_id = await other_ven(hub)
    body = {
        "objectType": "VEN_VEN_REQUEST",
        "venName": "other",
        "clientID": "somebody",
        "targets": ["home-x"],
        "attributes": [{"type": "KIND", "values": ["battery"]}],
    }
    made = await ven.ok("POST", VENS, body)
    assert (made["clientID"], made["targets"]) == (client_id, [])
    assert made["attributes"] == body["attributes"]
    assert made["objectType"] == "VEN"
    assert await ven.ok("GET", f"{VENS}/{made['id']}") == made
    await assert_problem(await ven.call("POST", VENS, {"venName": "again"}), 409)


async def test_the_operator_grants_targets(hub: Hub, clock: FrozenClock) -> None:
    """Check that a grant to a VEN or to its resource opens events at once."""
    operator = await hub.operator()
    ven, client_id = await other_ven(hub)
    made = await ven.ok("POST", VENS, {"venName": "other"})
    program = await operator.ok("POST", f"{VTN}/programs", {"programName": "p"})
    for target in ("group", "of-resource", "hidden"):
        await operator.ok("POST", EVENTS, cap_event(program["id"], [target, "hidden"]))
    assert await ven.ok("GET", EVENTS) == []
    grant = {"clientID": client_id, "venName": "other", "targets": ["group"]}
    await operator.ok("PUT", f"{VENS}/{made['id']}", grant)
    assert [e["targets"] for e in await ven.ok("GET", EVENTS)] == [["group"]]
    resource = {
        "clientID": client_id,
        "venID": made["id"],
        "resourceName": "battery",
        "targets": ["of-resource"],
    }
    kept = await operator.ok("POST", RESOURCES, resource)
    assert len(await ven.ok("GET", EVENTS)) == 2
    # The VEN may change its resource, but not its targets.
    change = {"venID": made["id"], "resourceName": "b", "targets": ["hidden"]}
    changed = await ven.ok("PUT", f"{RESOURCES}/{kept['id']}", change)
    assert (changed["resourceName"], changed["targets"]) == ("b", ["of-resource"])
    await operator.ok("DELETE", f"{RESOURCES}/{kept['id']}")
    assert len(await ven.ok("GET", EVENTS)) == 1
    await operator.ok("DELETE", f"{VENS}/{made['id']}")
    assert await ven.ok("GET", EVENTS) == []


async def test_a_home_keeps_its_own_target(hub: Hub) -> None:
    """Check that the operator can add targets to a home, never take its own."""
    operator, home = await hub.operator(), await hub.home()
    (ven,) = await home.ok("GET", VENS)
    grant = {**ven, "targets": ["group"]}
    granted = await operator.ok("PUT", f"{VENS}/{ven['id']}", grant)
    assert granted["targets"] == [*ven["targets"], "group"]
    assert granted["attributes"] == ven["attributes"]
    for wrong in ({**grant, "clientID": "x"}, {"venName": "x"}):
        answer = await operator.call("PUT", f"{VENS}/{ven['id']}", wrong)
        assert answer.status in {400, 409}


async def test_a_home_that_is_deleted_has_left(hub: Hub) -> None:
    """Check that DELETE is no way around the withdrawal of consent."""
    operator, a, b = await hub.operator(), await hub.home(), await hub.home()
    await a.ok("DELETE", f"{VENS}/{a.facts['ven_id']}")
    await operator.ok("DELETE", f"{VENS}/{b.facts['ven_id']}")
    for home in (a, b):
        assert (await home.call("GET", MEMBERSHIP)).status == 401
    assert await operator.ok("GET", VENS) == []


async def test_the_names_of_resources(hub: Hub) -> None:
    """Check that a name is there once for a VEN, and that a VEN has its own only."""
    a, b = await hub.home(), await hub.home()
    body = {"venID": a.facts["ven_id"], "resourceName": "heat-pump"}
    made = await a.ok("POST", RESOURCES, body)
    assert (made["objectType"], made["targets"]) == ("RESOURCE", [])
    await assert_problem(await a.call("POST", RESOURCES, body), 409)
    await assert_problem(await b.call("POST", RESOURCES, body), 409)
    await b.ok("POST", RESOURCES, {**body, "venID": b.facts["ven_id"]})
    assert await a.ok("GET", f"{RESOURCES}?resourceName=heat-pump") == [made]
    assert await a.ok("GET", f"{RESOURCES}?venID={b.facts['ven_id']}") == []
    assert await a.ok("GET", f"{RESOURCES}?targets=x") == []


async def test_active_leaves_out_what_is_over(hub: Hub, clock: FrozenClock) -> None:
    """Check ``active`` with ends, loops and no end at all."""
    operator = await hub.operator()
    program = await operator.ok("POST", f"{VTN}/programs", {"programName": "p"})
    body = cap_event(program["id"], [])
    body["intervalPeriod"]["start"] = "2026-11-23T16:00:00Z"
    for name, change in (
        ("hour", {}),
        ("cut", {"duration": "PT10M"}),
        ("looped", {"duration": "PT3H"}),
        ("for-ever", {"duration": "P9999Y"}),
        ("report-only", {"intervals": None, "intervalPeriod": None}),
        (
            "now",
            {"intervalPeriod": {"start": "0001-01-01T00:00:00Z", "duration": "PT5M"}},
        ),
    ):
        await operator.ok("POST", EVENTS, {**body, **change, "eventName": name})

    async def active() -> set[str]:
        # Tokens of before have expired by then.
        found = await (await hub.operator()).ok("GET", f"{EVENTS}?active=true")
        return {event["eventName"] for event in found}

    everything = {"hour", "cut", "looped", "for-ever", "report-only", "now"}
    assert await active() == everything
    clock.forward(timedelta(minutes=6))
    assert await active() == everything - {"cut"}
    clock.forward(timedelta(hours=1))
    assert await active() == {"looped", "for-ever", "report-only"}
    clock.forward(timedelta(hours=2))
    assert await active() == {"for-ever", "report-only"}
    operator = await hub.operator()
    assert len(await operator.ok("GET", f"{EVENTS}?active=false")) == 6
    await assert_problem(await operator.call("GET", f"{EVENTS}?active=yes"), 400)
