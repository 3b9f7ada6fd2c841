"""Tests of the membership: seeing it, changing the tier, leaving."""

from datetime import timedelta

from sqlalchemy import func, select

from dalen_hub.homes.registry import homes_of_trafo
from dalen_hub.store.database import reading
from dalen_hub.store.tables import consent, event, home_state, pump_power, report, ven
from dalen_hub.vtn.events import upsert_cap_event
from tests.hub.helpers import (
    MEMBERSHIP,
    TOKEN,
    VTN,
    Caller,
    FrozenClock,
    Hub,
    assert_problem,
    cap_event,
    report as make_report,
)


async def cap_for(hub: Hub, home: Caller) -> str:
    """Publish a cap for a home; return the id of its event."""
    async with hub.engine.begin() as conn:
        (own,) = [
            item
            for item in await homes_of_trafo(conn, "kerkstraat")
            if item.ven_id == home.facts["ven_id"]
        ]
        await upsert_cap_event(
            conn,
            trafo_id="kerkstraat",
            program_id=home.facts["program_id"],
            home_target=own.target,
            event_name="caps-2026-11-23",
            body=cap_event("x", []),
            now=hub.clock(),
        )
    events = await home.ok("GET", f"{VTN}/events")
    return str(events[0]["id"])


async def test_a_home_sees_what_it_agreed_to(hub: Hub) -> None:
    """Check the membership after joining."""
    home = await hub.home("T3")
    shown = await home.ok("GET", MEMBERSHIP)
    assert shown["ven_id"] == home.facts["ven_id"]
    assert (shown["tier"], shown["valid_until"]) == ("T3", "2026-12-23T16:05:00Z")
    assert shown["consent"]["given_at"] == "2026-11-23T16:05:00Z"
    assert shown["consent"]["language"] == "nl"


async def test_a_lower_tier_holds_for_the_next_report(
    hub: Hub, membership_changes: list[str]
) -> None:
    """Check that the gate follows at once, and that every change is kept."""
    home = await hub.home("T1")
    event_id = await cap_for(hub, home)
    sent = make_report(event_id, DEMAND=0.48)
    assert (await home.call("POST", f"{VTN}/reports", sent)).status == 201
    shown = await home.ok("PUT", MEMBERSHIP, {"tier": "T0"})
    assert shown["tier"] == "T0"
    assert membership_changes == ["kerkstraat"] * 2
    response = await home.call("POST", f"{VTN}/reports", sent)
    await assert_problem(response, 403, "consent")
    async with reading(hub.engine) as conn:
        rows = await conn.execute(select(consent.c.action, consent.c.tier))
        assert rows.all() == [("given", "T1"), ("changed", "T0")]


PUMPS = {
    "heat_pump_kind": "contact",
    "nameplate_w": 4000,
    "minimum_w": 900.0,
    "floor_w": 300,
    "nickname": None,
}


async def test_a_home_tells_that_its_heat_pumps_changed(
    hub: Hub, membership_changes: list[str]
) -> None:
    """Check that the planner hears of it, and that no consent is noted for it."""
    home = await hub.home("T1")
    await home.ok("PUT", MEMBERSHIP, {"tier": "T1", "home": PUMPS})
    async with reading(hub.engine) as conn:
        (kept,) = await homes_of_trafo(conn, "kerkstraat")
        changes = await conn.scalar(select(func.count()).select_from(consent))
    assert (kept.heat_pump_kind, kept.nameplate_w) == ("contact", 4000.0)
    assert (kept.minimum_w, kept.floor_w) == (900.0, 300.0)
    assert membership_changes == ["kerkstraat"] * 2
    assert changes == 1
    await home.ok("PUT", MEMBERSHIP, {"tier": "T0", "home": PUMPS})
    assert (await home.ok("GET", MEMBERSHIP))["tier"] == "T0"


async def test_wrong_heat_pumps_change_nothing(hub: Hub) -> None:
    """Check that a wrong fact is named, and that the tier stays too."""
    home = await hub.home("T1")
    wrong = {"tier": "T0", "home": PUMPS | {"minimum_w": 5000}}
    response = await home.call("PUT", MEMBERSHIP, wrong)
    detail = await assert_problem(response, 422)
    assert detail.startswith("home.minimum_w")
    assert (await home.ok("GET", MEMBERSHIP))["tier"] == "T1"


async def test_research_ends_by_itself(hub: Hub, clock: FrozenClock) -> None:
    """Check that after the end date only taking part is left."""
    home = await hub.home("T3")
    clock.forward(timedelta(minutes=59))
    await home.ok(
        "PUT", MEMBERSHIP, {"tier": "T3", "valid_until": "2026-11-23T17:04:30Z"}
    )
    clock.forward(timedelta(seconds=45))
    assert (await home.ok("GET", MEMBERSHIP))["tier"] == "T0"


async def test_a_tier_that_is_wrong_changes_nothing(hub: Hub) -> None:
    """Check bad changes of the tier."""
    home = await hub.home("T1")
    for body in ({}, {"tier": "T7"}, {"tier": "T3"}, {"tier": "T1", "valid_until": 5}):
        await assert_problem(await home.call("PUT", MEMBERSHIP, body), 422)
    assert (await home.ok("GET", MEMBERSHIP))["tier"] == "T1"


async def test_a_home_that_leaves_takes_its_data_along(
    hub: Hub, membership_changes: list[str]
) -> None:
    """Check what goes, what stays, and that another home is not touched."""
    leaver, stayer = await hub.home(), await hub.home()
    for home in (leaver, stayer):
        sent = make_report(
            await cap_for(hub, home), DEMAND=0.48, OPERATING_STATE="RUNNING_NORMAL"
        )
        await home.ok("POST", f"{VTN}/reports", sent)
    response = await leaver.call("DELETE", MEMBERSHIP)
    assert response.status == 204
    assert membership_changes == ["kerkstraat"] * 3
    await assert_problem(await leaver.call("GET", MEMBERSHIP), 401)
    again = await hub.client.post(
        TOKEN,
        data={
            "grant_type": "client_credentials",
            "client_id": leaver.facts["client_id"],
            "client_secret": leaver.facts["client_secret"],
        },
    )
    assert again.status == 401
    async with reading(hub.engine) as conn:
        for table in (report, pump_power, home_state):
            assert (await conn.scalars(select(table.c.ven_id))).all() == [
                stayer.facts["ven_id"]
            ]
        assert await conn.scalar(select(func.count()).select_from(event)) == 1
        left = await conn.scalar(
            select(ven.c.left_at).where(ven.c.id == leaver.facts["ven_id"])
        )
        assert left is not None
        actions = await conn.scalars(
            select(consent.c.action).where(consent.c.ven_id == leaver.facts["ven_id"])
        )
        assert actions.all() == ["given", "withdrawn"]
        homes = await homes_of_trafo(conn, "kerkstraat")
    assert [home.ven_id for home in homes] == [stayer.facts["ven_id"]]
    assert len(await stayer.ok("GET", f"{VTN}/events")) == 1


async def test_only_a_home_has_a_membership(hub: Hub) -> None:
    """Check an operator and a stranger."""
    operator = await hub.operator()
    await assert_problem(await operator.call("GET", MEMBERSHIP), 403)
    await assert_problem(await hub.client.get(MEMBERSHIP), 401)
