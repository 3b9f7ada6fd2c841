"""What a house does with orders that are signed, not signed, or signed wrongly."""

from datetime import UTC, datetime
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.dalen.const import DOMAIN

from ..heat_pump.modbus_server import ModbusServer
from ..openadr.builders import caps_json, stop_json
from ..openadr.signing import TARGET, Signer
from .houses import (
    CONNECTED,
    HOOD_ID,
    LIMIT,
    SOURCE,
    heat_pump_subentry,
    neighbourhood_subentry,
    pass_time,
    set_up,
    state_of,
    until,
)
from .hub_server import HubServer

pytestmark = pytest.mark.usefixtures("modbus")

FORGER = Signer(seed=bytes(32))


@pytest.fixture(autouse=True)
def start_of_evening(freezer: FrozenDateTimeFactory) -> None:
    """Begin in the first interval of the events."""
    freezer.move_to(datetime(2026, 11, 23, 16, 7, 30, tzinfo=UTC))


async def start(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set up a house and wait until it spoke with its hub."""
    await set_up(hass, entry)
    await until(lambda: state_of(hass, CONNECTED) == "on")
    await hass.async_block_till_done()


def is_told(hass: HomeAssistant, key: str) -> bool:
    """Tell if the resident hears of a trouble with the hub."""
    issue_id = f"{key}_{HOOD_ID}"
    return ir.async_get(hass).async_get_issue(DOMAIN, issue_id) is not None


async def test_unsigned_orders_count_within_a_narrow_envelope(
    hass: HomeAssistant, member: MockConfigEntry, hub: HubServer
) -> None:
    """Half of the nameplate at least, and a stop is no more than a cap."""
    hub.signer = None
    hub.events = [caps_json(0.3), stop_json(programID="dalen-caps")]
    await start(hass, member)
    await until(lambda: state_of(hass, LIMIT) == "750.0")
    assert state_of(hass, SOURCE) == "hub"
    assert not is_told(hass, "orders_refused")


async def test_the_floor_is_the_narrow_envelope_where_it_is_higher(
    hass: HomeAssistant, pump: ModbusServer, hub: HubServer
) -> None:
    """The house never allows less than its floor."""
    hub.signer = None
    hub.events = [caps_json(0.3)]
    entry = house_of(hass, pump, hub, floor_w=900.0)
    await start(hass, entry)
    await until(lambda: state_of(hass, LIMIT) == "900.0")


async def test_a_home_that_joined_before_there_were_signatures(
    hass: HomeAssistant, pump: ModbusServer, hub: HubServer
) -> None:
    """It knows no key, so all orders are unsigned to it."""
    hood = neighbourhood_subentry(hub)
    data: dict[str, Any] = dict(hood["data"])
    del data["public_key"]
    entry = MockConfigEntry(
        domain=DOMAIN,
        subentries_data=[heat_pump_subentry(pump.port), {**hood, "data": data}],
    )
    entry.add_to_hass(hass)
    hub.events = [caps_json(0.3)]
    await start(hass, entry)
    await until(lambda: state_of(hass, LIMIT) == "750.0")


async def test_a_forged_order_changes_nothing_and_is_told(
    hass: HomeAssistant,
    member: MockConfigEntry,
    hub: HubServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The last good one stays; the message goes when all is right again."""
    hub.events = [caps_json(0.52)]
    await start(hass, member)
    await until(lambda: state_of(hass, LIMIT) == "520.0")
    hub.signer = None
    stop = stop_json(programID="dalen-caps")
    hub.events = [FORGER.sign(caps_json(1.5)), FORGER.sign(stop)]
    await pass_time(hass, freezer, 75)
    await until(lambda: is_told(hass, "orders_refused"))
    assert state_of(hass, LIMIT) == "520.0"
    hub.signer = Signer(revision=1_800_000_000_000)
    hub.events = [caps_json(0.6)]
    await pass_time(hass, freezer, 75)
    await until(lambda: state_of(hass, LIMIT) == "600.0")
    assert not is_told(hass, "orders_refused")


async def test_a_replayed_order_is_known_after_a_restart(
    hass: HomeAssistant,
    member: MockConfigEntry,
    hub: HubServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The revisions are kept with the plan."""
    assert hub.signer is not None
    old = hub.signer.served(caps_json(1.2))
    hub.events = [caps_json(0.52)]
    await start(hass, member)
    await until(lambda: state_of(hass, LIMIT) == "520.0")
    assert await hass.config_entries.async_unload(member.entry_id)
    hub.signer, hub.events = None, [old]
    freezer.tick(6)
    await set_up(hass, member)
    await until(lambda: is_told(hass, "orders_refused"))
    assert state_of(hass, LIMIT) == "520.0"


async def test_orders_do_not_count_while_the_clocks_differ(
    hass: HomeAssistant,
    member: MockConfigEntry,
    hub: HubServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A wrong clock would move a cap to another hour; the resident hears of it."""
    hub.events = [caps_json(0.52)]
    await start(hass, member)
    await until(lambda: state_of(hass, LIMIT) == "520.0")
    hub.date = "Mon, 23 Nov 2026 17:10:00 GMT"
    await pass_time(hass, freezer, 75)
    await until(lambda: is_told(hass, "clock_differs"))
    await until(lambda: state_of(hass, SOURCE) != "hub")
    hub.date = None
    await pass_time(hass, freezer, 75)
    await until(lambda: state_of(hass, LIMIT) == "520.0")
    assert not is_told(hass, "clock_differs")


async def test_a_hub_that_does_not_know_the_home_is_not_heard(
    hass: HomeAssistant, member: MockConfigEntry, hub: HubServer
) -> None:
    """Without its own name the house cannot tell orders from those for others."""
    hub.has_ven = False
    hub.events = [caps_json(0.52)]
    await set_up(hass, member)
    await until(lambda: "GET vens" in hub.requests)
    await hass.async_block_till_done()
    assert state_of(hass, CONNECTED) == "off"
    assert state_of(hass, SOURCE) == "none"


def house_of(
    hass: HomeAssistant, pump: ModbusServer, hub: HubServer, **data: Any
) -> MockConfigEntry:
    """Return a house whose heat pump has other data."""
    subentries = [heat_pump_subentry(pump.port, **data), neighbourhood_subentry(hub)]
    entry = MockConfigEntry(domain=DOMAIN, subentries_data=subentries)
    entry.add_to_hass(hass)
    return entry


async def test_what_was_kept_for_another_membership_is_forgotten(
    hass: HomeAssistant,
    member: MockConfigEntry,
    hub: HubServer,
    hass_storage: dict[str, Any],
) -> None:
    """After joining again, plan, revisions, reports and name start anew."""
    hub.events = [caps_json(0.52)]
    await start(hass, member)
    await until(lambda: state_of(hass, LIMIT) == "520.0")
    assert await hass.config_entries.async_unload(member.entry_id)
    stored = hass_storage[f"{DOMAIN}.{member.entry_id}"]["data"][HOOD_ID]
    assert stored["target"] == TARGET
    stored["client_id"] = "an earlier membership"
    stored["target"] = "another name"
    await start(hass, member)
    await until(lambda: state_of(hass, LIMIT) == "520.0")
    assert await hass.config_entries.async_unload(member.entry_id)
    stored = hass_storage[f"{DOMAIN}.{member.entry_id}"]["data"][HOOD_ID]
    assert stored["target"] == TARGET
