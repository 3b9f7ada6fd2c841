"""The schedule and the cheapest heat can be turned off, and stay so."""

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from ..heat_pump.modbus_server import ModbusServer
from .houses import SOURCE, heat_pump_subentry, set_up, state_of

pytestmark = pytest.mark.usefixtures("modbus")

SCHEDULE = "switch.dalen_schedule"
CHEAPEST = "switch.dalen_cheapest_heat"
EVENING = {"days": [0, 1, 2, 3, 4, 5, 6], "start": "16:00:00", "end": "21:00:00"}
OPTIONS = {
    "schedule": {"blocks": [EVENING | {"limit_w": 500}]},
    "prices": {
        "gas_eur_m3": 1.3,
        "electricity_eur_kwh": 0.28,
        "boiler_efficiency": 95,
        "electricity_co2_kg_kwh": 0.3,
        "steer": True,
        "hysteresis": 5,
        "min_time_min": 30,
    },
}


@pytest.fixture
def scheduled(
    hass: HomeAssistant, pump: ModbusServer, freezer: FrozenDateTimeFactory
) -> MockConfigEntry:
    """Return a house with a schedule that limits now."""
    freezer.move_to("2026-11-23T17:00:03+00:00")
    entry = MockConfigEntry(
        domain="dalen",
        title="Dalen",
        options=OPTIONS,
        subentries_data=[heat_pump_subentry(pump.port)],
    )
    entry.add_to_hass(hass)
    return entry


async def switch(hass: HomeAssistant, entity_id: str, action: str) -> None:
    """Turn a switch on or off."""
    await hass.services.async_call(
        "switch", action, {"entity_id": entity_id}, blocking=True
    )


async def test_the_schedule_is_turned_off_and_on(
    hass: HomeAssistant, scheduled: MockConfigEntry
) -> None:
    """At once; off is kept when the house starts again."""
    await hass.config.async_set_time_zone("UTC")
    await set_up(hass, scheduled)
    assert state_of(hass, SCHEDULE) == "on"
    assert state_of(hass, SOURCE) == "schedule"
    await switch(hass, SCHEDULE, "turn_off")
    assert state_of(hass, SCHEDULE) == "off"
    assert state_of(hass, SOURCE) == "none"
    assert await hass.config_entries.async_reload(scheduled.entry_id)
    assert state_of(hass, SCHEDULE) == "off"
    await switch(hass, SCHEDULE, "turn_on")
    assert state_of(hass, SOURCE) == "schedule"


async def test_the_cheapest_heat_is_turned_off(
    hass: HomeAssistant, scheduled: MockConfigEntry
) -> None:
    """The schedule stays as it is."""
    await set_up(hass, scheduled)
    assert state_of(hass, CHEAPEST) == "on"
    await switch(hass, CHEAPEST, "turn_off")
    assert state_of(hass, CHEAPEST) == "off"
    assert state_of(hass, SCHEDULE) == "on"


async def test_there_is_no_switch_for_what_was_not_made(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    """A switch that does nothing would promise something."""
    await set_up(hass, house)
    assert hass.states.async_entity_ids("switch") == []
