"""Diagnostics help a supporter and tell nobody who or where."""

import json

from homeassistant.core import HomeAssistant
from homeassistant.helpers.json import ExtendedJSONEncoder
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from ..heat_pump.modbus_server import HOST, ModbusServer
from ..openadr.builders import caps_json
from ..openadr.vtn_server import CLIENT_ID, CLIENT_SECRET
from .entities import entity_subentry, make_helpers
from .houses import CONNECTED, set_up, state_of, until
from .hub_server import HubServer

pytestmark = pytest.mark.usefixtures("modbus")


async def test_diagnostics_show_the_house_and_no_secrets(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    member: MockConfigEntry,
    hub: HubServer,
) -> None:
    """Readings, limits and settings, without names, addresses and keys."""
    assert await async_setup_component(hass, "diagnostics", {})
    hub.events = [caps_json(0.6)]
    await set_up(hass, member)
    await until(lambda: state_of(hass, CONNECTED) == "on")
    data = await get_diagnostics_for_config_entry(hass, hass_client, member)
    (pump,) = data["heat_pumps"]
    assert pump["reading"]["electric_w"] == 1450
    assert pump["settings"]["profile"] == "dalen_simulated"
    assert pump["control"]["status"]
    power = next(row for row in pump["registers"] if row["key"] == "electric_w")
    assert (power["raw"], power["place"]) == (1450, "input register 2")
    (hood,) = data["neighbourhoods"]
    assert hood["answers"] is True
    assert hood["checks_signatures"] is True
    assert hood["refused_orders"] == {}
    assert abs(hood["clock_offset_s"]) <= 1
    text = json.dumps(data, cls=ExtendedJSONEncoder)
    for secret in (HOST, CLIENT_ID, CLIENT_SECRET, "Molenstraat", "event-1", "home-1"):
        assert secret not in text, secret


async def test_diagnostics_of_a_house_alone(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    house: MockConfigEntry,
    pump: ModbusServer,
) -> None:
    """Also when its heat pump does not answer."""
    assert await async_setup_component(hass, "diagnostics", {})
    pump.input[2] = 65_000
    await set_up(hass, house)
    data = await get_diagnostics_for_config_entry(hass, hass_client, house)
    assert data["neighbourhoods"] == []
    assert data["heat_pumps"][0]["reading"] is None
    assert data["heat_pumps"][0]["last_error"] == "UpdateFailed"
    rows = {row["key"]: row for row in data["heat_pumps"][0]["registers"]}
    assert rows["electric_w"]["verdict"] == "implausible"
    assert rows["electric_w"]["raw"] == 65_000


async def test_diagnostics_of_entities(
    hass: HomeAssistant, hass_client: ClientSessionGenerator
) -> None:
    """They have no registers."""
    assert await async_setup_component(hass, "diagnostics", {})
    await make_helpers(hass)
    entry = MockConfigEntry(
        domain="dalen", subentries_data=[entity_subentry({"type": "none"}, "monitor")]
    )
    entry.add_to_hass(hass)
    await set_up(hass, entry)
    data = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert data["heat_pumps"][0]["registers"] == []
    assert data["heat_pumps"][0]["reading"]["electric_w"] == 1450
