"""Tests of programs, events and VENs: writing, paging, filtering, refusing."""

from datetime import timedelta
from typing import Any

import pytest

from dalen_hub.homes.registry import homes_of_trafo
from dalen_hub.store.database import reading
from tests.hub.helpers import VTN, FrozenClock, Hub, assert_problem, cap_event

PROGRAMS, EVENTS, VENS = f"{VTN}/programs", f"{VTN}/events", f"{VTN}/vens"


async def test_a_program_is_made_changed_and_removed(
    hub: Hub, clock: FrozenClock
) -> None:
    """Check the life of a program, and what the hub adds to it."""
    operator = await hub.operator()
    body = {
        "programName": "test",
        "payloadDescriptors": [{"payloadType": "IMPORT_CAPACITY_LIMIT", "units": "KW"}],
        "attributes": [{"type": "BINDING_EVENTS", "values": [False]}],
        "programDescriptions": [{"URL": "https://example.org"}],
    }
    sent = {**body, "id": "mine", "objectType": "EVENT", "createdDateTime": "x", "y": 1}
    made = await operator.ok("POST", PROGRAMS, sent)
    assert made == {
        **body,
        "id": made["id"],
        "objectType": "PROGRAM",
        "createdDateTime": "2026-11-23T16:05:00Z",
        "modificationDateTime": "2026-11-23T16:05:00Z",
    }
    path = f"{PROGRAMS}/{made['id']}"
    assert await operator.ok("GET", path) == made
    clock.forward(timedelta(minutes=1))
    changed = await operator.ok("PUT", path, {"programName": "other"})
    assert changed["modificationDateTime"] == "2026-11-23T16:06:00Z"
    assert changed["createdDateTime"] == made["createdDateTime"]
    assert "attributes" not in changed
    assert await operator.ok("DELETE", path) == changed
    for method in ("GET", "PUT", "DELETE"):
        await assert_problem(await operator.call(method, path, body), 404)


async def test_a_program_name_is_there_once(hub: Hub) -> None:
    """Check making and renaming."""
    operator = await hub.operator()
    for name in ("a", "b"):
        made = await operator.ok("POST", PROGRAMS, {"programName": name})
    await assert_problem(
        await operator.call("POST", PROGRAMS, {"programName": "a"}), 409
    )
    path = f"{PROGRAMS}/{made['id']}"
    await assert_problem(await operator.call("PUT", path, {"programName": "a"}), 409)
    await operator.ok("PUT", path, {"programName": "b"})


async def test_a_program_with_events_stays(hub: Hub) -> None:
    """Check that no event loses its program."""
    operator = await hub.operator()
    program = await operator.ok("POST", PROGRAMS, {"programName": "a"})
    event = await operator.ok("POST", EVENTS, {"programID": program["id"]})
    path = f"{PROGRAMS}/{program['id']}"
    await assert_problem(await operator.call("DELETE", path), 409)
    await operator.ok("DELETE", f"{EVENTS}/{event['id']}")
    await operator.ok("DELETE", path)


async def test_an_event_of_an_unknown_program_is_a_conflict(hub: Hub) -> None:
    """Check 409, as the specification says."""
    operator = await hub.operator()
    body = cap_event("unknown", [])
    await assert_problem(await operator.call("POST", EVENTS, body), 409)
    program = await operator.ok("POST", PROGRAMS, {"programName": "a"})
    made = await operator.ok("POST", EVENTS, cap_event(program["id"], []))
    path = f"{EVENTS}/{made['id']}"
    await assert_problem(await operator.call("PUT", path, body), 409)
    assert (await operator.ok("GET", path)) == made


async def test_lists_come_in_pages(hub: Hub) -> None:
    """Check skip, limit and that no event is lost between pages."""
    operator = await hub.operator()
    program = await operator.ok("POST", PROGRAMS, {"programName": "a"})
    made = [
        (await operator.ok("POST", EVENTS, {"programID": program["id"]}))["id"]
        for _ in range(53)
    ]
    first = await operator.ok("GET", EVENTS)
    rest = await operator.ok("GET", f"{EVENTS}?skip=50")
    assert [item["id"] for item in first + rest] == made
    assert len(first) == 50
    assert await operator.ok("GET", f"{EVENTS}?limit=0") == []
    assert len(await operator.ok("GET", f"{EVENTS}?skip=1&limit=3")) == 3
    assert len(await operator.ok("GET", f"{PROGRAMS}?limit=1")) == 1


@pytest.mark.parametrize(
    "query", ["skip=-1", "limit=51", "limit=x", "skip=1e3", "limit="]
)
@pytest.mark.parametrize("collection", ["programs", "events", "reports", "vens"])
async def test_a_page_that_cannot_be_is_refused(
    hub: Hub, collection: str, query: str
) -> None:
    """Check the bounds of skip and limit."""
    operator = await hub.operator()
    response = await operator.call("GET", f"{VTN}/{collection}?{query}")
    await assert_problem(response, 400)


async def test_events_are_filtered_by_program_and_target(hub: Hub) -> None:
    """Check both filters for the operator."""
    operator = await hub.operator()
    ids = []
    for name, target in (("a", "x"), ("b", "y"), ("c", None)):
        program = await operator.ok("POST", PROGRAMS, {"programName": name})
        targets = [] if target is None else [target]
        made = await operator.ok("POST", EVENTS, cap_event(program["id"], targets))
        ids.append((program["id"], made["id"]))
    for query, expected in (
        (f"programID={ids[1][0]}", [1]),
        ("programID=unknown", []),
        ("targets=x", [0]),
        ("targets=x&targets=y", [0, 1]),
        ("targets=none", []),
        (f"targets=x&programID={ids[1][0]}", []),
    ):
        found = await operator.ok("GET", f"{EVENTS}?{query}")
        assert [item["id"] for item in found] == [ids[n][1] for n in expected], query
    await assert_problem(await operator.call("GET", f"{EVENTS}?programID=a%20b"), 400)


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"programID": None}, "programID is missing"),
        ({"programID": "a b"}, "programID"),
        ({"programID": 5}, "programID"),
        ({"priority": -1}, "priority"),
        ({"priority": 1.5}, "priority"),
        ({"priority": True}, "priority"),
        ({"targets": "x"}, "targets"),
        ({"targets": [""]}, "targets[0]"),
        ({"targets": ["x" * 129]}, "targets[0]"),
        ({"intervalPeriod": {}}, "intervalPeriod.start"),
        ({"intervalPeriod": {"start": "2026-11-23T16:00:00"}}, "intervalPeriod.start"),
        (
            {"intervalPeriod": {"start": "2026-11-23", "duration": "x"}},
            "intervalPeriod",
        ),
        ({"duration": "15 min"}, "duration"),
        ({"intervals": [{"id": 0}]}, "intervals[0].payloads"),
        ({"intervals": [{"id": "0", "payloads": []}]}, "intervals[0].id"),
        ({"intervals": [5]}, "intervals[0]"),
        ({"intervals": [{"id": 0, "payloads": [{"type": "x"}]}]}, "payloads[0].values"),
        (
            {"intervals": [{"id": 0, "payloads": [{"type": "x", "values": [{}]}]}]},
            "intervals[0].payloads[0].values[0]",
        ),
        (
            {"payloadDescriptors": [{"objectType": "x", "payloadType": "y"}]},
            "objectType",
        ),
        ({"reportDescriptors": [{"payloadType": "y", "aggregate": 1}]}, "aggregate"),
    ],
)
async def test_an_event_that_is_wrong_names_the_field(
    hub: Hub, change: dict[str, Any], names: str
) -> None:
    """Check that the answer leads to the fault, and nothing is stored."""
    operator = await hub.operator()
    program = await operator.ok("POST", PROGRAMS, {"programName": "a"})
    body = {**cap_event(program["id"], ["x"]), **change}
    detail = await assert_problem(await operator.call("POST", EVENTS, body), 400)
    assert names in detail
    assert await operator.ok("GET", EVENTS) == []


async def test_null_is_read_as_absent(hub: Hub) -> None:
    """Check what ElaadNL's client sends."""
    operator = await hub.operator()
    program = await operator.ok("POST", PROGRAMS, {"programName": "a", "targets": None})
    body = cap_event(program["id"], ["x"])
    body |= {"priority": None, "duration": None, "reportDescriptors": None}
    body["intervalPeriod"]["randomizeStart"] = None
    made = await operator.ok("POST", EVENTS, body)
    assert {"priority", "duration", "reportDescriptors"}.isdisjoint(made)
    assert made["intervalPeriod"] == {
        "start": "2026-11-22T23:00:00Z",
        "duration": "PT15M",
    }


async def test_a_start_may_be_now_and_a_duration_for_ever(hub: Hub) -> None:
    """Check the special values of the User Guide."""
    operator = await hub.operator()
    program = await operator.ok("POST", PROGRAMS, {"programName": "a"})
    period = {"start": "0001-01-01T00:00:00Z", "duration": "P9999Y"}
    body = {"programID": program["id"], "intervalPeriod": period}
    assert (await operator.ok("POST", EVENTS, body))["intervalPeriod"] == period


async def test_a_home_changes_what_its_heat_pump_can_do(
    hub: Hub, membership_changes: list[str]
) -> None:
    """Check that the planner hears of it, and wrong facts change nothing."""
    home = await hub.home()
    ven = (await home.ok("GET", VENS))[0]
    path = f"{VENS}/{ven['id']}"
    assert ven["venName"] == home.facts["ven_name"]
    assert {"type": "NAMEPLATE_W", "values": [1800.0]} in ven["attributes"]
    ven["attributes"] = [{"type": "NAMEPLATE_W", "values": [2500]}]
    ven["targets"] = ["somebody-else"]
    changed = await home.ok("PUT", path, ven)
    assert len(changed["targets"]) == 1
    assert changed["targets"] != ["somebody-else"]
    assert membership_changes == ["kerkstraat"] * 2
    async with reading(hub.engine) as conn:
        (known,) = await homes_of_trafo(conn, "kerkstraat")
    assert (known.nameplate_w, known.minimum_w) == (2500, 450)
    for value in (-1, "x", 1e9, 100):
        ven["attributes"] = [{"type": "NAMEPLATE_W", "values": [value]}]
        await assert_problem(await home.call("PUT", path, ven), 400)
    assert await home.ok("GET", path) == changed


async def test_a_ven_name_is_there_once(hub: Hub) -> None:
    """Check that one home cannot take the name of another."""
    a, b = await hub.home(), await hub.home()
    body = {"venName": b.facts["ven_name"]}
    path = f"{VENS}/{a.facts['ven_id']}"
    await assert_problem(await a.call("PUT", path, body), 409)


async def test_the_operator_sees_all_homes_without_names(hub: Hub) -> None:
    """Check the list of VENs and its filters."""
    operator, a, b = await hub.operator(), await hub.home(), await hub.home()
    found = await operator.ok("GET", VENS)
    assert {item["id"] for item in found} == {a.facts["ven_id"], b.facts["ven_id"]}
    named = await operator.ok("GET", f"{VENS}?venName={b.facts['ven_name']}")
    assert [item["id"] for item in named] == [b.facts["ven_id"]]
