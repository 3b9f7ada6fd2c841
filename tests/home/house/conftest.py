"""A heat pump on real Modbus TCP, a hub on real HTTP, and a house between them."""

from collections.abc import AsyncGenerator

from aiohttp.test_utils import TestServer
from homeassistant.config_entries import ConfigSubentryData
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.dalen.const import DOMAIN

from ..heat_pump.builders import COLD_EVENING, RELEASED
from ..heat_pump.modbus_server import HOST, ModbusServer, modbus_server
from .houses import heat_pump_subentry, neighbourhood_subentry
from .hub_server import HubServer


@pytest.fixture(autouse=True)
def house_may_load(enable_custom_integrations: None, socket_enabled: None) -> None:
    """Load custom integrations, and open sockets on loopback."""


@pytest.fixture
async def pump() -> AsyncGenerator[ModbusServer]:
    """Serve a simulated heat pump at full power: 1450 W of 1500 W."""
    async with modbus_server(COLD_EVENING, RELEASED) as server:
        yield server


@pytest.fixture
async def hub() -> AsyncGenerator[HubServer]:
    """Serve a hub without events."""
    state = HubServer()
    async with TestServer(state.app(), host=HOST) as server:
        state.origin = str(server.make_url("")).rstrip("/")
        yield state
        state.nudges.put_nowait(None)


@pytest.fixture
async def modbus(hass: HomeAssistant) -> None:
    """Set up the integration that owns Modbus connections."""
    assert await async_setup_component(hass, "modbus", {})


@pytest.fixture
def house(hass: HomeAssistant, pump: ModbusServer) -> MockConfigEntry:
    """Return a house with one heat pump, not yet set up."""
    return _entry(hass, [heat_pump_subentry(pump.port)])


@pytest.fixture
def member(hass: HomeAssistant, pump: ModbusServer, hub: HubServer) -> MockConfigEntry:
    """Return a house with one heat pump that has joined the hub."""
    return _entry(hass, [heat_pump_subentry(pump.port), neighbourhood_subentry(hub)])


def _entry(
    hass: HomeAssistant, subentries: list[ConfigSubentryData]
) -> MockConfigEntry:
    """Return a house in Home Assistant."""
    entry = MockConfigEntry(domain=DOMAIN, title="Dalen", subentries_data=subentries)
    entry.add_to_hass(hass)
    return entry
