"""The actions on a heat pump, and what they refuse."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr
import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.dalen.const import DOMAIN

from ..heat_pump.modbus_server import ModbusServer
from .entities import entity_subentry, make_helpers
from .houses import (
    HOOD_ID,
    NUMBER,
    PAUSE,
    PUMP_ID,
    SOURCE,
    UNTIL,
    pass_time,
    pause_for,
    set_up,
    state_of,
    until,
)

pytestmark = pytest.mark.usefixtures("modbus")


@pytest.fixture(autouse=True)
def start_of_evening(freezer: FrozenDateTimeFactory) -> None:
    """Begin on a cold evening."""
    freezer.move_to("2026-11-23T17:00:03+00:00")


def devices(hass: HomeAssistant, subentry_id: str) -> list[str]:
    """Return the id of the device of a subentry, if it is there."""
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    found = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    return [d.id for d in found if (DOMAIN, subentry_id) in d.identifiers]


async def act(
    hass: HomeAssistant, action: str, subentry_id: str = PUMP_ID, **data: Any
) -> None:
    """Act on the device of a subentry."""
    (device_id,) = devices(hass, subentry_id)
    await hass.services.async_call(
        DOMAIN, action, {"device_id": device_id, **data}, blocking=True
    )


async def test_a_limit_for_a_while(
    hass: HomeAssistant,
    house: MockConfigEntry,
    pump: ModbusServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """It is in the device at once, and ends by itself."""
    await set_up(hass, house)
    await act(hass, "set_limit", power=450, duration={"minutes": 2})
    assert (pump.holding[0], pump.holding[1]) == (450, 1)
    assert state_of(hass, NUMBER) == "450.0"
    assert state_of(hass, UNTIL) == "2026-11-23T17:02:03+00:00"
    await pass_time(hass, freezer, 60)
    assert pump.holding[1] == 1
    await pass_time(hass, freezer, 60)
    await until(lambda: pump.holding[1] == 0)
    await until(lambda: state_of(hass, NUMBER) == "1500.0")


async def test_a_limit_until_it_is_cleared(
    hass: HomeAssistant, house: MockConfigEntry, pump: ModbusServer
) -> None:
    """It may be below what the neighbourhood may ask."""
    await set_up(hass, house)
    await act(hass, "set_limit", power=100)
    assert pump.holding[0] == 100
    assert state_of(hass, UNTIL) == "unknown"
    await act(hass, "clear_limit")
    assert pump.holding[1] == 0
    assert state_of(hass, SOURCE) == "none"


async def test_pause_and_resume(
    hass: HomeAssistant, house: MockConfigEntry, pump: ModbusServer
) -> None:
    """As the select entity does."""
    await set_up(hass, house)
    await act(hass, "pause", choice="four_hours")
    assert state_of(hass, PAUSE) == "four_hours"
    await act(hass, "pause")
    assert state_of(hass, PAUSE) == "until_resumed"
    await act(hass, "resume")
    assert state_of(hass, PAUSE) == "none"


async def test_a_pause_of_a_length_of_its_own(
    hass: HomeAssistant, house: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    """The select entity shows it while it lasts, and cannot begin one."""
    await set_up(hass, house)
    await act(hass, "pause", duration={"minutes": 2})
    assert state_of(hass, PAUSE) == "own_length"
    await pause_for(hass, "own_length")
    assert state_of(hass, "sensor.heat_pump_paused_until") == (
        "2026-11-23T17:02:03+00:00"
    )
    await pass_time(hass, freezer, 60)
    assert state_of(hass, PAUSE) == "own_length"
    await pass_time(hass, freezer, 61)
    await until(lambda: state_of(hass, PAUSE) == "none")
    with pytest.raises(ServiceValidationError):
        await pause_for(hass, "own_length")


@pytest.mark.parametrize("power", [1501, 1e9, float("inf"), float("nan")])
async def test_a_limit_above_the_nameplate_is_refused(
    hass: HomeAssistant, house: MockConfigEntry, pump: ModbusServer, power: float
) -> None:
    """Nothing changes."""
    await set_up(hass, house)
    await act(hass, "set_limit", power=500)
    with pytest.raises((ServiceValidationError, probatio.Invalid)):
        await act(hass, "set_limit", power=power)
    assert pump.holding[0] == 500


@pytest.mark.parametrize(
    "data",
    [
        {"power": -1},
        {"power": "much"},
        {"power": 500, "duration": {"seconds": 0}},
        {"power": 500, "duration": {"days": 32}},
        {"power": 500, "duration": {"minutes": -5}},
    ],
)
async def test_nonsense_is_refused(
    hass: HomeAssistant, house: MockConfigEntry, data: dict[str, Any]
) -> None:
    """Before it reaches the heat pump."""
    await set_up(hass, house)
    with pytest.raises(probatio.Invalid):
        await act(hass, "set_limit", **data)
    with pytest.raises(probatio.Invalid):
        await act(hass, "pause", choice="for_ever")
    with pytest.raises(probatio.Invalid):
        await act(hass, "pause", choice="one_hour", duration={"hours": 1})
    with pytest.raises(probatio.Invalid):
        await act(hass, "pause", duration={"days": 32})
    assert state_of(hass, SOURCE) == "none"


async def test_another_device_is_refused(
    hass: HomeAssistant, member: MockConfigEntry
) -> None:
    """The device of the hub, and one that is gone."""
    await set_up(hass, member)
    await until(lambda: bool(devices(hass, HOOD_ID)))
    with pytest.raises(ServiceValidationError) as caught:
        await act(hass, "resume", HOOD_ID)
    assert caught.value.translation_key == "not_a_heat_pump"
    with pytest.raises(ServiceValidationError) as caught:
        await hass.services.async_call(
            DOMAIN, "resume", {"device_id": "gone"}, blocking=True
        )
    assert caught.value.translation_key == "device_not_found"


async def test_a_device_of_another_integration_is_refused(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    """Dalen knows nothing of it."""
    await set_up(hass, house)
    other = MockConfigEntry(domain="other")
    other.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=other.entry_id, identifiers={("other", PUMP_ID)}, name="Lamp"
    )
    with pytest.raises(ServiceValidationError) as caught:
        await hass.services.async_call(
            DOMAIN, "resume", {"device_id": device.id}, blocking=True
        )
    assert caught.value.translation_key == "not_a_heat_pump"
    assert caught.value.translation_placeholders == {"device": "Lamp"}


async def test_a_house_that_is_not_loaded_says_so(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    """The actions are there; the heat pump is not."""
    await set_up(hass, house)
    assert await hass.config_entries.async_unload(house.entry_id)
    with pytest.raises(ServiceValidationError) as caught:
        await act(hass, "pause")
    assert caught.value.translation_key == "house_not_loaded"


async def test_a_heat_pump_that_is_only_monitored_is_refused(
    hass: HomeAssistant,
) -> None:
    """There is nothing to limit."""
    await make_helpers(hass)
    entry = MockConfigEntry(
        domain=DOMAIN, subentries_data=[entity_subentry({"type": "none"}, "monitor")]
    )
    entry.add_to_hass(hass)
    await set_up(hass, entry)
    with pytest.raises(ServiceValidationError) as caught:
        await act(hass, "set_limit", power=500)
    assert caught.value.translation_key == "not_a_heat_pump"
