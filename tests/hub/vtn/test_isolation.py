"""Tests of who sees what: two homes never see each other."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, strategies as st
import pytest

from dalen_hub.homes.registry import homes_of_trafo
from dalen_hub.store.database import open_database, reading
from dalen_hub.vtn.event_store import insert_event
from dalen_hub.vtn.events import visible_events
from dalen_hub.vtn.program_store import ensure_caps_program
from tests.hub.helpers import NOW, VTN, Caller, Hub, assert_problem, cap_event, report


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """Two homes of one trafo, each with a cap and a report."""

    operator: Caller
    a: Caller
    b: Caller
    target_a: str
    target_b: str
    ids: dict[str, str]
    """The ids of what belongs to b, by collection."""


async def targets(hub: Hub) -> dict[str, str]:
    """Return the target of every home by its VEN."""
    async with reading(hub.engine) as conn:
        homes = await homes_of_trafo(conn, "kerkstraat")
    return {home.ven_id: home.target for home in homes}


@pytest.fixture
async def neighbours(hub: Hub) -> Neighbours:
    """Let two homes join, and give each a cap and a report."""
    operator, a, b = await hub.operator(), await hub.home(), await hub.home()
    known = await targets(hub)
    ids = {}
    for home in (a, b):
        body = cap_event(home.facts["program_id"], [known[home.facts["ven_id"]]])
        event = await operator.ok("POST", f"{VTN}/events", body)
        sent = report(event["id"], DEMAND=0.48)
        made = await home.ok("POST", f"{VTN}/reports", sent)
        ids = {"events": event["id"], "reports": made["id"]}
    return Neighbours(
        operator=operator,
        a=a,
        b=b,
        target_a=known[a.facts["ven_id"]],
        target_b=known[b.facts["ven_id"]],
        ids={**ids, "vens": b.facts["ven_id"]},
    )


@pytest.mark.parametrize("collection", ["events", "reports", "vens"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_a_home_never_reaches_what_is_anothers(
    neighbours: Neighbours, collection: str, method: str
) -> None:
    """Check every verb on every kind of object, with a body that is right."""
    path = f"{VTN}/{collection}/{neighbours.ids[collection]}"
    before = await neighbours.operator.ok("GET", path)
    own = (await neighbours.a.ok("GET", f"{VTN}/{collection}"))[0]
    response = await neighbours.a.call(method, path, None if method == "GET" else own)
    assert response.status in {403, 404, 405}
    await assert_problem(response, response.status)
    assert await neighbours.operator.ok("GET", path) == before


@pytest.mark.parametrize("collection", ["events", "reports", "vens"])
@pytest.mark.parametrize(
    "query", ["", "?targets={b}", "?targets={a}&targets={b}", "?venName={name}"]
)
async def test_a_list_holds_only_what_is_ones_own(
    neighbours: Neighbours, collection: str, query: str
) -> None:
    """Check that no filter opens what is another's."""
    filled = query.format(
        a=neighbours.target_a,
        b=neighbours.target_b,
        name=neighbours.b.facts["ven_name"],
    )
    found = await neighbours.a.ok("GET", f"{VTN}/{collection}{filled}")
    text = str(found)
    assert neighbours.ids[collection] not in text
    assert neighbours.target_b not in text
    assert neighbours.b.facts["client_id"] not in text
    assert neighbours.b.facts["ven_id"] not in text


async def test_a_home_cannot_report_on_anothers_event(neighbours: Neighbours) -> None:
    """Check that this looks as if there were no such event."""
    for event_id in (neighbours.ids["events"], "unknown"):
        sent = report(event_id, DEMAND=0.48)
        response = await neighbours.a.call("POST", f"{VTN}/reports", sent)
        await assert_problem(response, 409)
        own = (await neighbours.a.ok("GET", f"{VTN}/reports"))[0]
        path = f"{VTN}/reports/{own['id']}"
        await assert_problem(await neighbours.a.call("PUT", path, sent), 409)


async def test_of_shared_targets_a_home_sees_its_own(neighbours: Neighbours) -> None:
    """Check the hiding of targets, and that the operator sees all."""
    program_id = neighbours.a.facts["program_id"]
    both = [neighbours.target_a, neighbours.target_b, "street"]
    body = cap_event(program_id, both, name="both")
    made = await neighbours.operator.ok("POST", f"{VTN}/events", body)
    assert made["targets"] == both
    path = f"{VTN}/events/{made['id']}"
    assert (await neighbours.a.ok("GET", path))["targets"] == [neighbours.target_a]
    assert (await neighbours.b.ok("GET", path))["targets"] == [neighbours.target_b]
    listed = await neighbours.a.ok("GET", f"{VTN}/events?targets={neighbours.target_a}")
    assert [item["targets"] for item in listed] == [[neighbours.target_a]] * 2


async def test_what_has_no_target_is_for_everybody(neighbours: Neighbours) -> None:
    """Check an event without targets."""
    program_id = neighbours.a.facts["program_id"]
    body = cap_event(program_id, [], name="all")
    made = await neighbours.operator.ok("POST", f"{VTN}/events", body)
    for home in (neighbours.a, neighbours.b):
        listed = await home.ok("GET", f"{VTN}/events")
        assert [item["id"] for item in listed][-1] == made["id"]
        assert len(listed) == 2


async def test_a_program_for_one_home_is_hidden_from_others(
    neighbours: Neighbours,
) -> None:
    """Check programs with targets."""
    body = {"programName": "test", "targets": [neighbours.target_b, "street"]}
    made = await neighbours.operator.ok("POST", f"{VTN}/programs", body)
    path = f"{VTN}/programs/{made['id']}"
    await assert_problem(await neighbours.a.call("GET", path), 404)
    assert (await neighbours.b.ok("GET", path))["targets"] == [neighbours.target_b]
    names = [
        item["programName"] for item in await neighbours.a.ok("GET", f"{VTN}/programs")
    ]
    assert names == ["dalen-caps"]


async def test_retargeting_an_event_moves_it(neighbours: Neighbours) -> None:
    """Check that a home loses sight of an event that is no longer for it."""
    event_id = neighbours.ids["events"]
    body = cap_event(neighbours.a.facts["program_id"], [neighbours.target_a])
    await neighbours.operator.ok("PUT", f"{VTN}/events/{event_id}", body)
    assert await neighbours.b.ok("GET", f"{VTN}/events") == []
    assert len(await neighbours.a.ok("GET", f"{VTN}/events")) == 2


@pytest.mark.parametrize("collection", ["programs", "events"])
async def test_a_home_writes_no_programs_and_no_events(
    neighbours: Neighbours, collection: str
) -> None:
    """Check the scopes of a home, on its own objects too."""
    own = (await neighbours.a.ok("GET", f"{VTN}/{collection}"))[0]
    path = f"{VTN}/{collection}"
    for method, where in (("POST", path), ("PUT", f"{path}/{own['id']}")):
        await assert_problem(await neighbours.a.call(method, where, own), 403)
    response = await neighbours.a.call("DELETE", f"{path}/{own['id']}")
    await assert_problem(response, 403)


async def test_an_operator_writes_no_reports(neighbours: Neighbours) -> None:
    """Check that reports come from homes only."""
    sent = report(neighbours.ids["events"], DEMAND=0.48)
    path = f"{VTN}/reports"
    await assert_problem(await neighbours.operator.call("POST", path, sent), 403)
    assert len(await neighbours.operator.ok("GET", path)) == 2


@given(
    events=st.lists(st.lists(st.sampled_from("abc"), unique=True), max_size=4),
    own=st.frozensets(st.sampled_from("abx")),
)
def test_no_targets_show_what_is_for_others(
    events: list[list[str]], own: frozenset[str]
) -> None:
    """Check the rule for any events and any targets, on a real database."""
    with TemporaryDirectory() as folder:
        found = asyncio.run(stored_and_seen(Path(folder), events, own))
    assert found == [
        [target for target in targets if target in own]
        for targets in events
        if not targets or own & set(targets)
    ]


async def stored_and_seen(
    folder: Path, events: list[list[str]], own: frozenset[str]
) -> list[list[str]]:
    """Store events; return the targets of those that some targets see."""
    engine = await open_database(folder)
    try:
        async with engine.begin() as conn:
            program_id = await ensure_caps_program(conn, NOW)
            for targets_ in events:
                body = cap_event(program_id, targets_)
                await insert_event(conn, body, NOW, trafo_id="")
            return [item["targets"] for item in await visible_events(conn, own)]
    finally:
        await engine.dispose()
