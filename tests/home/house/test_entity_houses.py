"""Houses whose heat pump is a set of entities, a contact, or only monitored."""

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigSubentryData
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.dalen.const import DOMAIN

from .entities import (
    METER,
    RELAY,
    RELAY_LIMIT,
    WATTS,
    WATTS_LIMIT,
    entity_subentry,
    make_helpers,
)
from .houses import (
    LIMIT,
    NUMBER,
    POWER,
    PUMP_ID,
    STATUS,
    limit_to,
    pass_time,
    set_up,
    state_of,
)


@pytest.fixture(autouse=True)
async def helpers(hass: HomeAssistant) -> None:
    """Make the entities of the other integrations."""
    await make_helpers(hass)


async def house_with(
    hass: HomeAssistant, subentry: ConfigSubentryData
) -> MockConfigEntry:
    """Return a house with this heat pump, set up."""
    entry = MockConfigEntry(domain=DOMAIN, title="Dalen", subentries_data=[subentry])
    entry.add_to_hass(hass)
    await set_up(hass, entry)
    return entry


async def draw(hass: HomeAssistant, watts: float) -> None:
    """Let the heat pump draw a power."""
    await hass.services.async_call(
        "input_number",
        "set_value",
        {"entity_id": METER, "value": watts},
        blocking=True,
    )


async def test_a_limit_goes_to_the_number_and_back(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """And is active once the read-back and the power agree."""
    house = await house_with(hass, entity_subentry(WATTS_LIMIT))
    assert state_of(hass, POWER) == "1450.0"
    await limit_to(hass, 600)
    assert float(state_of(hass, WATTS)) == 600
    await draw(hass, 580)
    await pass_time(hass, freezer, 11)
    assert state_of(hass, STATUS) == "active"
    await limit_to(hass, 2500)
    await pass_time(hass, freezer, 61)
    assert float(state_of(hass, WATTS)) in (2500, 3000)
    assert await hass.config_entries.async_unload(house.entry_id)
    assert float(state_of(hass, WATTS)) == 3000


async def test_unloading_releases_the_number(hass: HomeAssistant) -> None:
    """Nobody watches a limit after Dalen is gone."""
    house = await house_with(hass, entity_subentry(WATTS_LIMIT))
    await limit_to(hass, 600)
    assert await hass.config_entries.async_unload(house.entry_id)
    assert float(state_of(hass, WATTS)) == 3000


async def test_stopping_home_assistant_releases_the_contact(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """While the other integration still runs."""
    freezer.tick(3600)
    await house_with(hass, entity_subentry(RELAY_LIMIT, "contact"))
    await limit_to(hass, 300)
    assert state_of(hass, RELAY) == "on"
    await hass.async_stop(force=True)
    assert state_of(hass, RELAY) == "off"


async def test_a_contact_gets_its_pauses(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A limit of a whole evening is two hours, ten minutes free, and so on."""
    freezer.tick(3600)
    await house_with(hass, entity_subentry(RELAY_LIMIT, "contact", power_entity=None))
    await limit_to(hass, 300)
    seconds = {"on": 0, "off": 0}
    for _ in range(4 * 60):
        await pass_time(hass, freezer, 60)
        seconds[state_of(hass, RELAY)] += 60
    assert 10 * 60 <= seconds["off"] <= 25 * 60


async def test_a_meter_that_is_gone(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Makes the heat pump unavailable until it is back."""
    await house_with(hass, entity_subentry(WATTS_LIMIT))
    state = hass.states.get(METER)
    assert state is not None
    hass.states.async_set(METER, "unavailable")
    await pass_time(hass, freezer, 11)
    assert state_of(hass, POWER) == "unavailable"
    hass.states.async_set(METER, "900", state.attributes)
    await pass_time(hass, freezer, 11)
    assert state_of(hass, POWER) == "900.0"


async def test_monitor_only_has_nothing_to_set(hass: HomeAssistant) -> None:
    """No number, and no entity that could be taken for a limit."""
    house = await house_with(hass, entity_subentry({"type": "none"}, "monitor"))
    assert state_of(hass, POWER) == "1450.0"
    for entity_id in (NUMBER, LIMIT, STATUS, "binary_sensor.heat_pump_limited"):
        assert hass.states.get(entity_id) is None
    assert await hass.config_entries.async_unload(house.entry_id)


async def test_a_renamed_entity_is_followed(hass: HomeAssistant) -> None:
    """Wherever its id stands; other changes of entities do not matter."""
    house = await house_with(hass, entity_subentry(RELAY_LIMIT, "contact"))
    registry = er.async_get(hass)
    registry.async_update_entity(RELAY, new_entity_id="input_boolean.evu")
    await hass.async_block_till_done()
    data = house.subentries[PUMP_ID].data
    assert data["limit"]["block"][0]["entity_id"] == "input_boolean.evu"
    assert data["limit"]["free"][0]["entity_id"] == "input_boolean.evu"
    assert house.subentries[PUMP_ID].unique_id == "entity:input_boolean.evu"
    registry.async_update_entity(METER, name="Meter")
    registry.async_update_entity("input_select.mode", new_entity_id="input_select.a")
    await hass.async_block_till_done()
    assert house.subentries[PUMP_ID].data == data


async def test_silent_entities_are_in_the_diagnostics(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A supporter sees that a meter may have stopped."""
    house = await house_with(hass, entity_subentry(WATTS_LIMIT))
    await pass_time(hass, freezer, 301)
    (pump,) = house.runtime_data.heat_pumps.values()
    assert pump.diagnostics()["stale"] == (METER,)


async def test_the_device_has_the_make_of_the_recipe(hass: HomeAssistant) -> None:
    """As far as it is known."""
    data = entity_subentry(WATTS_LIMIT, brand="HR-Energy", model="Qube")
    house = await house_with(hass, data)
    (device,) = dr.async_entries_for_config_entry(dr.async_get(hass), house.entry_id)
    assert (device.manufacturer, device.model) == ("HR-Energy", "Qube")


async def test_a_room_that_cannot_be_read_releases_the_heat_pump(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Also when it never could: somebody chose that thermometer."""
    hass.states.async_set("sensor.room", "unavailable")
    await house_with(hass, entity_subentry(WATTS_LIMIT, room_entity="sensor.room"))
    await limit_to(hass, 600)
    assert float(state_of(hass, WATTS)) == 3000
    hass.states.async_set("sensor.room", "20", {"unit_of_measurement": "°C"})
    await pass_time(hass, freezer, 61)
    assert float(state_of(hass, WATTS)) == 600
