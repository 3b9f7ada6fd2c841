"""The link with a hub over real HTTP: caps in, reports out, and what goes wrong."""

from datetime import UTC, datetime, timedelta
import json
import logging
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.dalen.const import DOMAIN

from ..heat_pump.modbus_server import ModbusServer
from ..openadr.builders import caps_json, stop_json
from ..openadr.vtn_server import CLIENT_SECRET, problem
from .houses import (
    CONNECTED,
    HOOD_ID,
    LIMIT,
    LIMITED,
    PUMP_ID,
    SOURCE,
    UNTIL,
    heat_pump_subentry,
    limit_to,
    live_through,
    neighbourhood_subentry,
    pass_time,
    set_up,
    state_of,
    until,
)
from .hub_server import HubServer

pytestmark = pytest.mark.usefixtures("modbus")

NOW = datetime(2026, 11, 23, 16, 7, 30, tzinfo=UTC)
NUDGE = b"event: changed\ndata: {}\n\n"


@pytest.fixture(autouse=True)
def start_of_evening(freezer: FrozenDateTimeFactory) -> None:
    """Begin in the first interval of the events."""
    freezer.move_to(NOW)


async def start(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set up a house and wait until it spoke with its hub."""
    await set_up(hass, entry)
    await until(lambda: state_of(hass, CONNECTED) == "on")
    await hass.async_block_till_done()


def asked_to_join_again(hass: HomeAssistant) -> list[str]:
    """Return the first screens of the requests to join again."""
    return [
        flow["step_id"]
        for flow in hass.config_entries.flow.async_progress_by_handler(DOMAIN)
        if flow["context"]["source"] == SOURCE_REAUTH
    ]


async def nudge(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, hub: HubServer
) -> None:
    """Let the hub say that something changed, and wait for the poll.

    The poll that the start of the link asks for cools down first.
    """
    await until(lambda: hub.requests.count("GET events") == 2)
    await pass_time(hass, freezer, 1.5, settle=False)
    hub.nudges.put_nowait(NUDGE)
    await until(lambda: hub.requests.count("GET events") == 3)


async def test_a_cap_of_the_hub_reaches_the_heat_pump(
    hass: HomeAssistant, member: MockConfigEntry, hub: HubServer, pump: ModbusServer
) -> None:
    """The whole way: event, limit, register, entities."""
    hub.events = [caps_json(0.52, 0.7)]
    await start(hass, member)
    await until(lambda: pump.holding[1] == 1)
    assert pump.holding[0] == 520
    await until(lambda: state_of(hass, SOURCE) == "hub")
    assert state_of(hass, LIMIT) == "520.0"
    assert state_of(hass, LIMITED) == "on"
    assert state_of(hass, UNTIL) == "2026-11-23T16:15:00+00:00"


async def test_the_next_quarter_hour_begins_on_time(
    hass: HomeAssistant,
    member: MockConfigEntry,
    hub: HubServer,
    pump: ModbusServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Not at the next reading or poll, but at the boundary."""
    hub.events = [caps_json(0.52, 0.7, 1.5)]
    await start(hass, member)
    await until(lambda: pump.holding[0] == 520)
    await hass.async_block_till_done()
    boundary = datetime(2026, 11, 23, 16, 15, tzinfo=UTC)
    await live_through(hass, freezer, boundary - timedelta(seconds=0.5))
    assert pump.holding[0] == 520
    await pass_time(hass, freezer, 0.5)
    await until(lambda: pump.holding[0] == 700)
    boundary = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)
    await live_through(hass, freezer, boundary - timedelta(seconds=0.5))
    assert pump.holding[1] == 1
    await pass_time(hass, freezer, 0.5)
    await until(lambda: pump.holding[1] == 0)
    await until(lambda: state_of(hass, SOURCE) == "none")


async def test_equal_quarter_hours_are_one_limit(
    hass: HomeAssistant, member: MockConfigEntry, hub: HubServer
) -> None:
    """The resident wants to know when it is over."""
    hub.events = [caps_json(0.52, 0.52, 0.52, 1.5)]
    await start(hass, member)
    await until(lambda: state_of(hass, SOURCE) == "hub")
    assert state_of(hass, UNTIL) == "2026-11-23T16:45:00+00:00"


async def test_the_floor_of_the_house_wins_from_the_hub(
    hass: HomeAssistant, member: MockConfigEntry, hub: HubServer
) -> None:
    """No cap below what the house allows."""
    hub.events = [caps_json(0.01)]
    await start(hass, member)
    await until(lambda: state_of(hass, LIMIT) == "200.0")


async def test_an_emergency_stop_goes_below_the_floor(
    hass: HomeAssistant, member: MockConfigEntry, hub: HubServer, pump: ModbusServer
) -> None:
    """A stop is the one exception."""
    hub.events = [caps_json(0.52), stop_json(programID="dalen-caps")]
    await start(hass, member)
    await until(lambda: state_of(hass, SOURCE) == "emergency")
    assert pump.holding[0] == 0
    assert pump.holding[1] == 1
    state = hass.states.get(SOURCE)
    assert state is not None
    assert state.attributes["reason"] == "Cable broken"


async def test_a_lower_limit_of_the_resident_stands(
    hass: HomeAssistant, member: MockConfigEntry, hub: HubServer
) -> None:
    """The lowest limit holds."""
    hub.events = [caps_json(0.52)]
    await start(hass, member)
    await limit_to(hass, 450)
    assert state_of(hass, SOURCE) == "resident"
    await limit_to(hass, 700)
    assert state_of(hass, SOURCE) == "hub"


async def test_a_nudge_brings_a_change_at_once(
    hass: HomeAssistant,
    member: MockConfigEntry,
    hub: HubServer,
    pump: ModbusServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Nobody waits a minute for the next poll."""
    hub.has_nudges = True
    await start(hass, member)
    hub.events = [caps_json(0.6)]
    await nudge(hass, freezer, hub)
    await until(lambda: pump.holding[0] == 600)


async def test_an_event_that_is_withdrawn_releases(
    hass: HomeAssistant,
    member: MockConfigEntry,
    hub: HubServer,
    pump: ModbusServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What the hub no longer asks no longer holds."""
    hub.events = [caps_json(0.6)]
    await start(hass, member)
    await until(lambda: pump.holding[1] == 1)
    hub.events = []
    await pass_time(hass, freezer, 75)
    await until(lambda: pump.holding[1] == 0)


async def test_caps_hold_on_when_the_hub_is_gone(
    hass: HomeAssistant,
    member: MockConfigEntry,
    hub: HubServer,
    pump: ModbusServer,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The stored plan runs to its end; the log says so once."""
    hub.events = [caps_json(0.6, 0.8)]
    await start(hass, member)
    await until(lambda: pump.holding[1] == 1)
    caplog.clear()
    hub.handler = _fail
    for _ in range(3):
        await pass_time(hass, freezer, 75)
    await until(lambda: state_of(hass, CONNECTED) == "off")
    freezer.move_to(datetime(2026, 11, 23, 16, 14, 59, 500_000, tzinfo=UTC))
    await pass_time(hass, freezer, 0.5)
    await until(lambda: pump.holding[0] == 800)
    errors = [
        r for r in caplog.records if r.levelno >= logging.ERROR and "dalen" in r.name
    ]
    assert len(errors) == 1
    hub.handler = None
    await pass_time(hass, freezer, 360)
    await until(lambda: state_of(hass, CONNECTED) == "on")


async def test_caps_survive_a_restart_without_the_hub(
    hass: HomeAssistant,
    member: MockConfigEntry,
    hub: HubServer,
    pump: ModbusServer,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
) -> None:
    """A house that restarts keeps to the plan that it knows."""
    hub.events = [caps_json(0.6, 0.8)]
    await start(hass, member)
    await until(lambda: pump.holding[1] == 1)
    hub.handler = _fail
    assert await hass.config_entries.async_unload(member.entry_id)
    assert pump.holding[1] == 0
    assert hass_storage[f"{DOMAIN}.{member.entry_id}"]["data"][HOOD_ID]["caps"]
    freezer.tick(6)
    await set_up(hass, member)
    assert state_of(hass, SOURCE) == "hub"
    assert (pump.holding[0], pump.holding[1]) == (600, 1)


async def test_the_hub_decides_how_long_to_wait(
    hass: HomeAssistant,
    member: MockConfigEntry,
    hub: HubServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A hub that is busy says when to come back."""
    await start(hass, member)
    hub.next_answers.append(lambda: problem(503, "Busy", {"Retry-After": "300"}))
    before = hub.requests.count("GET events")
    await pass_time(hass, freezer, 75)
    await until(lambda: hub.requests.count("GET events") == before + 1)
    await until(lambda: state_of(hass, CONNECTED) == "off")
    await pass_time(hass, freezer, 200)
    assert hub.requests.count("GET events") == before + 1
    await pass_time(hass, freezer, 150)
    await until(lambda: hub.requests.count("GET events") == before + 2)


async def test_a_hub_that_forgot_the_home_asks_to_join_again(
    hass: HomeAssistant,
    member: MockConfigEntry,
    hub: HubServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The resident hears what to do; the house does not hammer the hub."""
    await start(hass, member)
    hub.handler = _forbid
    await pass_time(hass, freezer, 75)
    await until(lambda: asked_to_join_again(hass) == ["reauth_confirm"])
    await until(lambda: state_of(hass, CONNECTED) == "off")
    before = len(hub.requests)
    await pass_time(hass, freezer, 1800)
    assert len(hub.requests) == before
    hub.handler = None
    await pass_time(hass, freezer, 1900)
    await until(lambda: state_of(hass, CONNECTED) == "on")
    assert asked_to_join_again(hass) == []


async def test_wrong_credentials_ask_to_join_again(
    hass: HomeAssistant, pump: ModbusServer, hub: HubServer
) -> None:
    """A hub that was installed anew knows nobody."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        subentries_data=[
            heat_pump_subentry(pump.port),
            neighbourhood_subentry(hub, client_secret="other"),
        ],
    )
    entry.add_to_hass(hass)
    await set_up(hass, entry)
    await until(lambda: asked_to_join_again(hass) == ["reauth_confirm"])


async def test_a_hub_without_nudges_is_polled(
    hass: HomeAssistant,
    member: MockConfigEntry,
    hub: HubServer,
    pump: ModbusServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Nudges are a favour, polling is the truth."""
    await start(hass, member)
    await until(lambda: hub.nudge_requests == 1)
    hub.events = [caps_json(0.6)]
    await pass_time(hass, freezer, 75)
    await until(lambda: pump.holding[0] == 600)
    await pass_time(hass, freezer, 75)
    assert hub.nudge_requests == 1


async def test_nudges_are_listened_to_again_after_a_refusal(
    hass: HomeAssistant,
    member: MockConfigEntry,
    hub: HubServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A poll that succeeds tries them again."""
    hub.nudge_answers = [lambda: problem(401, "No"), lambda: problem(401, "No")]
    await start(hass, member)
    await until(lambda: hub.nudge_requests == 2)
    await pass_time(hass, freezer, 75)
    await until(lambda: hub.nudge_requests == 3)


async def test_a_report_waits_while_the_home_is_not_accepted(
    hass: HomeAssistant,
    member: MockConfigEntry,
    hub: HubServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The next poll sends it."""
    freezer.move_to(datetime(2026, 11, 23, 16, 15, tzinfo=UTC))
    hub.events = [caps_json(1.5, 1.5, 1.5)]
    await start(hass, member)
    hub.report_answers = [lambda: problem(401, "No"), lambda: problem(401, "No")]
    await live_through(hass, freezer, datetime(2026, 11, 23, 16, 30, 40, tzinfo=UTC))
    await until(lambda: not hub.report_answers)
    for _ in range(2):
        await pass_time(hass, freezer, 75)
    await pass_time(hass, freezer, 3700)
    await until(lambda: len(hub.reports) >= 1)


async def test_a_quarter_hour_is_reported_as_agreed(
    hass: HomeAssistant,
    member: MockConfigEntry,
    hub: HubServer,
    pump: ModbusServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Tier T1: the mean power and the state of the past quarter hour."""
    hub.events = [caps_json(1.5, 0.52, 0.52)]
    await start(hass, member)
    await live_through(hass, freezer, datetime(2026, 11, 23, 16, 15, tzinfo=UTC))
    pump.input[2] = 500
    await live_through(hass, freezer, datetime(2026, 11, 23, 16, 30, 40, tzinfo=UTC))
    await until(lambda: len(hub.reports) >= 1)
    report = hub.reports[-1]
    assert report["eventID"] == "event-1"
    assert report["clientName"] == "home-1"
    (resource,) = report["resources"]
    assert resource["intervalPeriod"]["start"] == "2026-11-23T16:15:00Z"
    payloads = {p["type"]: p["values"][0] for p in resource["intervals"][0]["payloads"]}
    assert payloads["DEMAND"] == pytest.approx(0.5, abs=0.02)
    assert payloads["OPERATING_STATE"] == "RUNNING_CURTAILED"


@pytest.mark.parametrize(
    ("tier", "kinds", "resources"),
    [
        ("T0", {"OPERATING_STATE"}, 1),
        ("T2", {"OPERATING_STATE", "DEMAND"}, 1),
        ("T3", {"OPERATING_STATE", "DEMAND", "READING"}, 5),
    ],
)
async def test_no_report_goes_beyond_the_tier(
    hass: HomeAssistant,
    pump: ModbusServer,
    hub: HubServer,
    freezer: FrozenDateTimeFactory,
    tier: str,
    kinds: set[str],
    resources: int,
) -> None:
    """What was not agreed is not in the report at all."""
    hub.events = [caps_json(1.5, 0.52, 0.52)]
    subentries = [
        heat_pump_subentry(pump.port),
        neighbourhood_subentry(hub, tier=tier),
    ]
    entry = MockConfigEntry(domain=DOMAIN, subentries_data=subentries)
    entry.add_to_hass(hass)
    freezer.move_to(datetime(2026, 11, 23, 16, 15, tzinfo=UTC))
    await start(hass, entry)
    await live_through(hass, freezer, datetime(2026, 11, 23, 16, 30, 40, tzinfo=UTC))
    await until(lambda: len(hub.reports) == 1)
    found = hub.reports[0]["resources"]
    assert len(found) == resources
    assert {
        payload["type"]
        for resource in found
        for step in resource["intervals"]
        for payload in step["payloads"]
    } == kinds


async def test_reports_wait_for_a_hub_that_is_gone(
    hass: HomeAssistant,
    member: MockConfigEntry,
    hub: HubServer,
    pump: ModbusServer,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
) -> None:
    """They are stored, and go when the hub is back."""
    freezer.move_to(datetime(2026, 11, 23, 16, 15, tzinfo=UTC))
    hub.events = [caps_json(1.5, 0.52, 0.52)]
    await start(hass, member)
    hub.handler = _fail
    await live_through(hass, freezer, datetime(2026, 11, 23, 16, 30, 40, tzinfo=UTC))
    assert await hass.config_entries.async_unload(member.entry_id)
    stored = hass_storage[f"{DOMAIN}.{member.entry_id}"]["data"][HOOD_ID]
    assert len(stored["reports"]) == 1
    assert not hub.reports
    hub.handler = None
    await start(hass, member)
    await until(lambda: len(hub.reports) == 1)


async def test_a_refused_report_is_told_and_forgotten(
    hass: HomeAssistant,
    member: MockConfigEntry,
    hub: HubServer,
    pump: ModbusServer,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The hub refuses what goes beyond the consent; sending it again is no use."""
    freezer.move_to(datetime(2026, 11, 23, 16, 15, tzinfo=UTC))
    hub.events = [caps_json(1.5, 0.52, 0.52)]
    await start(hass, member)
    hub.refuses_reports = True
    await live_through(hass, freezer, datetime(2026, 11, 23, 16, 30, 40, tzinfo=UTC))
    await until(lambda: "refused a report" in caplog.text)


async def test_two_heat_pumps_share_the_cap_by_nameplate(
    hass: HomeAssistant, pump: ModbusServer, hub: HubServer
) -> None:
    """A home has one cap, however many heat pumps it has."""
    subentries = [
        heat_pump_subentry(pump.port, nameplate_w=1500.0),
        heat_pump_subentry(pump.port, subentry_id="pump-2", nameplate_w=500.0),
        neighbourhood_subentry(hub),
    ]
    entry = MockConfigEntry(domain=DOMAIN, subentries_data=subentries)
    entry.add_to_hass(hass)
    hub.events = [caps_json(1.0)]
    await start(hass, entry)
    await until(lambda: state_of(hass, LIMIT) == "750.0")
    assert state_of(hass, "sensor.second_heat_pump_effective_limit") == "250.0"


async def test_two_heat_pumps_are_reported_as_one(
    hass: HomeAssistant,
    pump: ModbusServer,
    hub: HubServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The sum of their power; temperatures of two say nothing about the house."""
    subentries = [
        heat_pump_subentry(pump.port),
        heat_pump_subentry(pump.port, subentry_id="pump-2"),
        neighbourhood_subentry(hub, tier="T3"),
    ]
    entry = MockConfigEntry(domain=DOMAIN, subentries_data=subentries)
    entry.add_to_hass(hass)
    freezer.move_to(datetime(2026, 11, 23, 16, 15, tzinfo=UTC))
    hub.events = [caps_json(3.0, 3.0)]
    await start(hass, entry)
    await live_through(hass, freezer, datetime(2026, 11, 23, 16, 30, 40, tzinfo=UTC))
    (resource,) = hub.reports[0]["resources"]
    for step in resource["intervals"]:
        values = {p["type"]: p["values"][0] for p in step["payloads"]}
        assert values["DEMAND"] == pytest.approx(2.9, abs=0.02)
        assert values["OPERATING_STATE"] == "RUNNING_NORMAL"


async def test_a_quarter_hour_without_readings_is_not_reported(
    hass: HomeAssistant,
    member: MockConfigEntry,
    pump: ModbusServer,
    hub: HubServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Silence is better than a guess."""
    freezer.move_to(datetime(2026, 11, 23, 16, 15, tzinfo=UTC))
    hub.events = [caps_json(1.5, 0.5)]
    await start(hass, member)
    pump.input[2] = 65_000
    await live_through(hass, freezer, datetime(2026, 11, 23, 16, 30, 40, tzinfo=UTC))
    assert not hub.reports


async def test_temperatures_of_a_lost_heat_pump_are_not_sent(
    hass: HomeAssistant,
    pump: ModbusServer,
    hub: HubServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The mean of the quarter hour is known, the temperature of now is not."""
    subentries = [
        heat_pump_subentry(pump.port),
        neighbourhood_subentry(hub, tier="T3"),
    ]
    entry = MockConfigEntry(domain=DOMAIN, subentries_data=subentries)
    entry.add_to_hass(hass)
    freezer.move_to(datetime(2026, 11, 23, 16, 15, tzinfo=UTC))
    hub.events = [caps_json(1.5, 1.5)]
    await start(hass, entry)
    await live_through(hass, freezer, datetime(2026, 11, 23, 16, 29, 0, tzinfo=UTC))
    pump.input[2] = 65_000
    await live_through(hass, freezer, datetime(2026, 11, 23, 16, 30, 40, tzinfo=UTC))
    assert len(hub.reports[0]["resources"]) == 1


async def test_research_ends_at_its_date(
    hass: HomeAssistant,
    pump: ModbusServer,
    hub: HubServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """After it only the state is left, without anybody doing anything."""
    hood = neighbourhood_subentry(
        hub, tier="T3", valid_until="2026-11-23T16:20:00+00:00"
    )
    subentries = [heat_pump_subentry(pump.port), hood]
    entry = MockConfigEntry(domain=DOMAIN, subentries_data=subentries)
    entry.add_to_hass(hass)
    freezer.move_to(datetime(2026, 11, 23, 16, 15, tzinfo=UTC))
    hub.events = [caps_json(1.5, 1.5)]
    await start(hass, entry)
    await live_through(hass, freezer, datetime(2026, 11, 23, 16, 30, 40, tzinfo=UTC))
    assert "DEMAND" not in json.dumps(hub.reports)
    assert len(hub.reports) == 1


async def test_a_removed_neighbourhood_is_left(
    hass: HomeAssistant, member: MockConfigEntry, hub: HubServer, pump: ModbusServer
) -> None:
    """The caps go at once, and the hub is told."""
    hub.events = [caps_json(0.6)]
    await start(hass, member)
    await until(lambda: pump.holding[1] == 1)
    hass.config_entries.async_remove_subentry(member, HOOD_ID)
    await hass.async_block_till_done()
    await until(lambda: hub.memberships == [("DELETE", None)])
    assert pump.holding[1] == 0
    assert hass.states.get(CONNECTED) is None


async def test_a_removed_house_leaves_the_hub(
    hass: HomeAssistant,
    member: MockConfigEntry,
    hub: HubServer,
    hass_storage: dict[str, Any],
) -> None:
    """Nothing stays behind, here or there."""
    await start(hass, member)
    await hass.config_entries.async_remove(member.entry_id)
    assert hub.memberships == [("DELETE", None)]
    assert f"{DOMAIN}.{member.entry_id}" not in hass_storage


@pytest.mark.parametrize("status", [401, 500])
async def test_a_hub_that_cannot_be_left_is_no_obstacle(
    hass: HomeAssistant,
    member: MockConfigEntry,
    hub: HubServer,
    caplog: pytest.LogCaptureFixture,
    status: int,
) -> None:
    """The house is free in any case."""
    await start(hass, member)
    hub.membership_refusals = [problem(status, "No"), problem(status, "No")]
    await hass.config_entries.async_remove(member.entry_id)
    assert ("was not told" in caplog.text) == (status == 500)
    assert not hass.config_entries.async_entries(DOMAIN)


async def test_an_event_without_sense_is_skipped(
    hass: HomeAssistant, member: MockConfigEntry, hub: HubServer
) -> None:
    """One bad event does not spoil the others."""
    hub.events = [caps_json(id="bad", eventName="bad", intervals=5), caps_json(0.6)]
    await start(hass, member)
    await until(lambda: state_of(hass, LIMIT) == "600.0")


async def test_an_order_that_the_house_refuses_does_not_hold(
    hass: HomeAssistant, member: MockConfigEntry, hub: HubServer
) -> None:
    """An emergency stop without an end is none."""
    stop = stop_json(programID="dalen-caps")
    stop["intervalPeriod"] = {"start": "2026-11-23T16:00:00Z", "duration": "P9999Y"}
    hub.events = [stop]
    await start(hass, member)
    await hass.async_block_till_done()
    assert state_of(hass, SOURCE) == "none"


async def test_no_secret_is_ever_logged(
    hass: HomeAssistant,
    member: MockConfigEntry,
    hub: HubServer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Not at any level, and not in the diagnostics."""
    caplog.set_level(logging.DEBUG)
    hub.events = [caps_json(0.6)]
    await start(hass, member)
    own = [r.getMessage() for r in caplog.records if "dalen" in r.name]
    assert own
    assert CLIENT_SECRET not in json.dumps(own)
    assert hub.valid_token not in json.dumps(own)


async def test_the_pump_id_is_the_key_of_the_store(
    hass: HomeAssistant, member: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    """Both subentries have their own section."""
    await start(hass, member)
    await hass.config_entries.async_unload(member.entry_id)
    stored = hass_storage[f"{DOMAIN}.{member.entry_id}"]["data"]
    assert stored.keys() == {PUMP_ID, HOOD_ID}


async def _fail(_: Any) -> Any:
    """Answer as a hub that is out of order."""
    return problem(500, "Out of order")


async def _forbid(_: Any) -> Any:
    """Answer as a hub that no longer knows the home."""
    return problem(403, "Unknown home")
