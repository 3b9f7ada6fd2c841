"""What a resident sees of a heat pump, read over real Modbus TCP."""

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from ..heat_pump.modbus_server import ModbusServer
from .houses import (
    LIMIT,
    LIMITED,
    NUMBER,
    POWER,
    SOURCE,
    STATUS,
    UNTIL,
    limit_to,
    set_up,
    state_of,
)

pytestmark = pytest.mark.usefixtures("modbus")


async def test_a_heat_pump_shows_what_it_measures(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    """Every reading has its entity with a predictable id."""
    await set_up(hass, house)
    assert state_of(hass, POWER) == "1450.0"
    assert state_of(hass, "sensor.heat_pump_thermal_power") == "5075.0"
    assert float(state_of(hass, "sensor.heat_pump_cop")) == pytest.approx(3.5)
    assert state_of(hass, "sensor.heat_pump_outdoor_temperature") == "-5.0"
    assert state_of(hass, "sensor.heat_pump_flow_temperature") == "38.5"
    assert state_of(hass, "sensor.heat_pump_return_temperature") == "33.0"
    assert state_of(hass, "sensor.heat_pump_room_temperature") == "20.3"
    assert state_of(hass, "binary_sensor.heat_pump_boiler_active") == "off"
    assert state_of(hass, "binary_sensor.heat_pump_defrost") == "off"


async def test_a_heat_pump_without_a_limit_shows_its_nameplate(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    """The nameplate means: not limited."""
    await set_up(hass, house)
    assert state_of(hass, NUMBER) == "1500.0"
    assert state_of(hass, LIMIT) == "1500.0"
    assert state_of(hass, SOURCE) == "none"
    assert state_of(hass, UNTIL) == "unknown"
    assert state_of(hass, STATUS) == "not_limited"
    assert state_of(hass, LIMITED) == "off"


async def test_the_resident_limits_the_heat_pump(
    hass: HomeAssistant, house: MockConfigEntry, pump: ModbusServer
) -> None:
    """The limit is in the device before the action returns."""
    await set_up(hass, house)
    await limit_to(hass, 500)
    assert pump.holding[0] == 500
    assert pump.holding[1] == 1
    assert state_of(hass, NUMBER) == "500.0"
    assert state_of(hass, LIMIT) == "500.0"
    assert state_of(hass, SOURCE) == "resident"
    assert state_of(hass, LIMITED) == "on"
    assert state_of(hass, STATUS) == "pending"


async def test_the_resident_lifts_the_limit(
    hass: HomeAssistant, house: MockConfigEntry, pump: ModbusServer
) -> None:
    """At the nameplate the device is released."""
    await set_up(hass, house)
    await limit_to(hass, 500)
    await limit_to(hass, 1500)
    assert pump.holding[1] == 0
    assert state_of(hass, SOURCE) == "none"
