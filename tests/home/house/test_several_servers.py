"""A house with a hub and another OpenADR server, and what each of them hears."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp.test_utils import TestServer
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigSubentryData
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.dalen.const import DOMAIN
from custom_components.dalen.neighbourhood import link

from ..heat_pump.modbus_server import HOST, ModbusServer
from ..openadr.builders import caps_json, interval
from ..openadr.vtn_server import VtnServer, problem
from .houses import (
    CONNECTED,
    HOOD_ID,
    LIMIT,
    PUMP_ID,
    SOURCE,
    VTN_ID,
    heat_pump_subentry,
    live_through,
    neighbourhood_subentry,
    pass_time,
    set_up,
    state_of,
    until,
    vtn_subentry,
)
from .hub_server import HubServer

pytestmark = pytest.mark.usefixtures("modbus")

OTHER_CONNECTED = f"{CONNECTED}_2"
HALF_PAST = datetime(2026, 11, 23, 16, 30, 40, tzinfo=UTC)


@pytest.fixture(autouse=True)
def start_of_evening(freezer: FrozenDateTimeFactory) -> None:
    """Begin in the first interval of the events."""
    freezer.move_to(datetime(2026, 11, 23, 16, 15, tzinfo=UTC))


@pytest.fixture
async def vtn() -> AsyncGenerator[tuple[VtnServer, str]]:
    """Serve a foreign VTN: no pairing, no membership, no nudges, no signatures."""
    state = VtnServer()
    async with TestServer(state.app(), host=HOST) as server:
        yield state, state.url_of(server)


def house_of(
    hass: HomeAssistant, *subentries: ConfigSubentryData | dict[str, Any]
) -> MockConfigEntry:
    """Return a house in Home Assistant."""
    entry = MockConfigEntry(domain=DOMAIN, subentries_data=list(subentries))
    entry.add_to_hass(hass)
    return entry


async def start(hass: HomeAssistant, entry: MockConfigEntry, *sensors: str) -> None:
    """Set up a house and wait until it spoke with its servers."""
    await set_up(hass, entry)
    for sensor in sensors:
        await until(lambda sensor=sensor: state_of(hass, sensor) == "on")  # type: ignore[misc]
    await hass.async_block_till_done()


async def test_another_server_alone(
    hass: HomeAssistant,
    pump: ModbusServer,
    vtn: tuple[VtnServer, str],
    freezer: FrozenDateTimeFactory,
) -> None:
    """Its caps count from half of the nameplate on; nothing is told to it."""
    server, url = vtn
    server.gives_tags = False
    # Its unit is that of the program, as the standard allows.
    server.events = [caps_json(1.2, 1.0, 0.1, payloadDescriptors=None)]
    unit = {"payloadType": "IMPORT_CAPACITY_LIMIT", "units": "KW"}
    server.programs = [
        {"id": "dalen-caps", "programName": "caps", "payloadDescriptors": [unit]}
    ]
    entry = house_of(hass, heat_pump_subentry(pump.port), vtn_subentry(url))
    await start(hass, entry, CONNECTED)
    await until(lambda: state_of(hass, LIMIT) == "1000.0")
    await live_through(hass, freezer, HALF_PAST)
    await until(lambda: state_of(hass, LIMIT) == "750.0")
    assert server.reports == []
    asked = {request.split()[1] for request in server.requests}
    assert asked == {"auth/server", "token", "events", "programs"}


async def test_limits_without_any_unit_do_not_count(
    hass: HomeAssistant, pump: ModbusServer, vtn: tuple[VtnServer, str]
) -> None:
    """A guess could be wrong by a factor of a thousand."""
    vtn[0].events = [caps_json(1.0, payloadDescriptors=None)]
    entry = house_of(hass, heat_pump_subentry(pump.port), vtn_subentry(vtn[1]))
    await start(hass, entry, CONNECTED)
    assert state_of(hass, SOURCE) == "none"


async def test_another_server_hears_what_the_resident_chose(
    hass: HomeAssistant,
    pump: ModbusServer,
    vtn: tuple[VtnServer, str],
    freezer: FrozenDateTimeFactory,
) -> None:
    """Reports begin when a tier is chosen, without a restart."""
    server, url = vtn
    server.events = [caps_json(1.2, 1.2, 1.2, 1.2)]
    entry = house_of(hass, heat_pump_subentry(pump.port), vtn_subentry(url))
    await start(hass, entry, CONNECTED)
    await live_through(hass, freezer, HALF_PAST)
    assert server.reports == []
    subentry = entry.subentries[VTN_ID]
    hass.config_entries.async_update_subentry(
        entry, subentry, data={**subentry.data, "tier": "T1"}
    )
    await live_through(hass, freezer, HALF_PAST + timedelta(minutes=15))
    await until(lambda: len(server.reports) == 1)
    assert server.reports[0]["clientName"] == "my-home"
    await hass.config_entries.async_remove(entry.entry_id)


async def test_the_lowest_limit_of_all_servers_holds(
    hass: HomeAssistant,
    pump: ModbusServer,
    hub: HubServer,
    vtn: tuple[VtnServer, str],
    freezer: FrozenDateTimeFactory,
) -> None:
    """Neither lifts what the other asks; reports go to each as agreed."""
    server, url = vtn
    hub.events = [caps_json(1.5, 1.2, 0.6, 1.5)]
    server.events = [caps_json(1.5, 0.9, 0.9, 0.9, id="foreign", priority=0)]
    entry = house_of(
        hass,
        heat_pump_subentry(pump.port),
        neighbourhood_subentry(hub),
        vtn_subentry(url, tier="T0"),
    )
    await start(hass, entry, CONNECTED, OTHER_CONNECTED)
    await until(lambda: state_of(hass, LIMIT) == "900.0")
    await live_through(hass, freezer, HALF_PAST)
    await until(lambda: state_of(hass, LIMIT) == "600.0")
    await until(lambda: len(hub.reports) == len(server.reports) == 1)
    assert hub.reports[0]["eventID"] == "event-1"
    assert server.reports[0]["eventID"] == "foreign"
    assert "DEMAND" not in str(server.reports)
    server.events = []
    await pass_time(hass, freezer, 75)
    await until(lambda: server.requests[-1] == "GET events")
    assert state_of(hass, LIMIT) == "600.0"


async def test_another_server_does_not_stand_in_for_the_hub(
    hass: HomeAssistant,
    pump: ModbusServer,
    hub: HubServer,
    vtn: tuple[VtnServer, str],
    freezer: FrozenDateTimeFactory,
) -> None:
    """When the hub is silent the link is lost, whoever else speaks."""
    entry = house_of(
        hass,
        heat_pump_subentry(pump.port),
        neighbourhood_subentry(hub),
        vtn_subentry(vtn[1]),
    )
    await start(hass, entry, CONNECTED, OTHER_CONNECTED)
    coordinator = entry.runtime_data.heat_pumps[PUMP_ID]
    assert coordinator.decision.link == "linked"

    async def fail(_: Any) -> Any:
        return problem(500, "Out of order")

    hub.handler = fail
    for _ in range(7):
        await pass_time(hass, freezer, 75)
    assert state_of(hass, OTHER_CONNECTED) == "on"
    assert coordinator.decision.link != "linked"


async def test_prices_of_another_server_limit_nothing(
    hass: HomeAssistant, pump: ModbusServer, vtn: tuple[VtnServer, str]
) -> None:
    """Its events need not be about limits at all."""
    price = caps_json(intervals=[interval(0, ("PRICE", 0.3))])
    vtn[0].events = [price]
    entry = house_of(
        hass, heat_pump_subentry(pump.port), vtn_subentry(vtn[1], program_id=None)
    )
    await start(hass, entry, CONNECTED)
    assert state_of(hass, SOURCE) == "none"


async def test_a_server_that_is_gone_is_asked_less_often(
    hass: HomeAssistant,
    member: MockConfigEntry,
    hub: HubServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """But at least every few minutes."""
    await start(hass, member, CONNECTED)

    async def fail(_: Any) -> Any:
        return problem(500, "Out of order")

    hub.handler = fail
    before = hub.requests.count("GET events")
    for _ in range(60):
        await pass_time(hass, freezer, 30)
    assert 7 <= hub.requests.count("GET events") - before <= 10
    hub.handler = None
    await pass_time(hass, freezer, 360)
    await until(lambda: state_of(hass, CONNECTED) == "on")


async def test_a_change_of_the_heat_pump_is_told(
    hass: HomeAssistant,
    member: MockConfigEntry,
    hub: HubServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Once; joining told the first."""
    await start(hass, member, CONNECTED)
    assert hub.memberships == []
    pump = member.subentries[PUMP_ID]
    hass.config_entries.async_update_subentry(
        member, pump, data={**pump.data, "nameplate_w": 2000.0}
    )
    await hass.async_block_till_done()
    await until(lambda: len(hub.memberships) == 1)
    ((method, body),) = hub.memberships
    assert method == "PUT"
    assert body["tier"] == "T1"
    assert body["home"] == {
        "heat_pump_kind": "watts",
        "nameplate_w": 2000.0,
        "minimum_w": 410.0,
        "floor_w": 200.0,
        "nickname": None,
    }
    await pass_time(hass, freezer, 75)
    assert len(hub.memberships) == 1


async def test_a_change_that_the_hub_refuses_is_told_once(
    hass: HomeAssistant,
    member: MockConfigEntry,
    hub: HubServer,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Asking again would not help."""
    await start(hass, member, CONNECTED)
    hub.membership_refusals = [problem(422, "No")]
    change_floor(hass, member)
    await until(lambda: "does not take the new data" in caplog.text)
    await pass_time(hass, freezer, 75)
    assert hub.memberships == []


async def test_a_change_waits_for_a_hub_that_is_out_of_order(
    hass: HomeAssistant,
    member: MockConfigEntry,
    hub: HubServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """It is told later."""
    await start(hass, member, CONNECTED)
    hub.membership_refusals = [problem(503, "No")]
    change_floor(hass, member)
    await until(lambda: not hub.membership_refusals)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(hass, CONNECTED) == "off"
    await pass_time(hass, freezer, 75)
    await until(lambda: len(hub.memberships) == 1)


def change_floor(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Let the installer change a heat pump."""
    pump = entry.subentries[PUMP_ID]
    hass.config_entries.async_update_subentry(
        entry, pump, data={**pump.data, "floor_w": 300.0}
    )


async def test_reports_go_when_less_is_shared(
    hass: HomeAssistant,
    member: MockConfigEntry,
    hub: HubServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What waits was agreed before; it says more than is agreed now."""
    hub.events = [caps_json(1.5, 1.5, 1.5)]
    await start(hass, member, CONNECTED)
    hub.report_answers.append(lambda: problem(503, "Busy", {"Retry-After": "3000"}))
    await live_through(hass, freezer, HALF_PAST)
    await until(lambda: not hub.report_answers)
    hood = member.runtime_data.links[HOOD_ID]
    await until(lambda: len(hood.diagnostics()["waiting_reports"]) == 1)
    subentry = member.subentries[HOOD_ID]
    hass.config_entries.async_update_subentry(
        member, subentry, data={**subentry.data, "tier": "T0"}
    )
    await pass_time(hass, freezer, 75)
    assert hood.diagnostics()["waiting_reports"] == []
    assert "DEMAND" not in str(hub.reports)


async def test_reports_wait_as_long_as_the_hub_asks(
    hass: HomeAssistant,
    member: MockConfigEntry,
    hub: HubServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Polls go on meanwhile."""
    hub.events = [caps_json(1.5, 1.5, 1.5)]
    hub.report_answers.append(lambda: problem(429, "Slow", {"Retry-After": "200"}))
    await start(hass, member, CONNECTED)
    await live_through(hass, freezer, HALF_PAST)
    await until(lambda: not hub.report_answers)
    await pass_time(hass, freezer, 75)
    await pass_time(hass, freezer, 75)
    assert hub.reports == []
    assert state_of(hass, CONNECTED) == "on"
    await pass_time(hass, freezer, 75)
    await until(lambda: len(hub.reports) == 1)


@pytest.mark.parametrize("status", [404, 409, 410])
async def test_a_report_on_an_event_that_is_gone_asks_for_a_poll(
    hass: HomeAssistant,
    member: MockConfigEntry,
    hub: HubServer,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
) -> None:
    """The report goes; the events are read again, before a poll is due."""
    monkeypatch.setattr(link, "MAX_POLL_INTERVAL", timedelta(hours=1))
    monkeypatch.setattr(link, "POLL_INTERVAL", timedelta(hours=1))
    hub.events = [caps_json(1.5, 1.5, 1.5)]
    hub.report_answers.append(lambda: problem(status, "Gone"))
    await start(hass, member, CONNECTED)
    await live_through(hass, freezer, HALF_PAST)
    await until(lambda: not hub.report_answers)
    assert hub.reports == []
    report = hub.requests.index("POST reports")
    await until(lambda: "GET events" in hub.requests[report:])
