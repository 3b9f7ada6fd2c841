"""Limits over time: pacing, read-back, watchdog, restart, unload and a lost device."""

from datetime import UTC, datetime
import logging
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.modbus import async_get_temporary_unit
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from modbus_connection import ModbusTlsParams
from pymodbus.constants import ExcCodes
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.dalen.const import DOMAIN

from ..heat_pump.modbus_server import HOST, ModbusServer
from .houses import (
    LIMIT,
    LIMITED,
    NUMBER,
    POWER,
    PUMP_ID,
    SOURCE,
    STATUS,
    heat_pump_subentry,
    limit_to,
    pass_time,
    set_up,
    state_of,
    until,
)

pytestmark = pytest.mark.usefixtures("modbus")

NOW = datetime(2026, 11, 23, 17, 0, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def start_of_evening(freezer: FrozenDateTimeFactory) -> None:
    """Begin on a cold evening."""
    freezer.move_to(NOW)


async def read_again(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, pump: ModbusServer
) -> None:
    """Let the next reading take place."""
    before = len(pump.requests)
    await pass_time(hass, freezer, 11)
    await until(lambda: len(pump.requests) >= before + 2)
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_a_limit_is_active_when_read_back_and_power_agree(
    hass: HomeAssistant,
    house: MockConfigEntry,
    pump: ModbusServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The reading after the write proves the limit."""
    await set_up(hass, house)
    await limit_to(hass, 500)
    pump.input[2] = 480
    await read_again(hass, freezer, pump)
    assert state_of(hass, STATUS) == "active"
    assert state_of(hass, POWER) == "480.0"


async def test_a_heat_pump_that_draws_more_is_not_effective(
    hass: HomeAssistant,
    house: MockConfigEntry,
    pump: ModbusServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The device says yes, and does no."""
    await set_up(hass, house)
    await limit_to(hass, 500)
    for _ in range(20):
        await read_again(hass, freezer, pump)
    assert state_of(hass, STATUS) == "not_effective"
    registry = ir.async_get(hass)
    issue_id = f"limit_not_effective_{PUMP_ID}"
    assert registry.async_get_issue(DOMAIN, issue_id) is not None
    pump.input[2] = 480
    for _ in range(20):
        await read_again(hass, freezer, pump)
    assert state_of(hass, STATUS) == "active"
    assert registry.async_get_issue(DOMAIN, issue_id) is None


async def test_a_defrost_is_not_held_against_the_limit(
    hass: HomeAssistant,
    house: MockConfigEntry,
    pump: ModbusServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Defrosting takes power that no limit should take away."""
    await set_up(hass, house)
    await limit_to(hass, 500)
    pump.input[0] = 0b101
    for _ in range(20):
        await read_again(hass, freezer, pump)
    assert state_of(hass, "binary_sensor.heat_pump_defrost") == "on"
    assert state_of(hass, STATUS) == "active"


async def test_a_limit_that_something_else_removes_is_written_again(
    hass: HomeAssistant,
    house: MockConfigEntry,
    pump: ModbusServer,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The read-back shows it; the same reading puts it right."""
    await set_up(hass, house)
    await limit_to(hass, 500)
    pump.holding[1] = 0
    await read_again(hass, freezer, pump)
    assert pump.holding[1] == 1
    assert caplog.text.count("something else changed the limit") == 1


async def test_a_limit_that_the_device_refuses_is_not_effective(
    hass: HomeAssistant,
    house: MockConfigEntry,
    pump: ModbusServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The action fails with a reason, and the readings go on."""
    await set_up(hass, house)
    pump.refused_writes[0] = ExcCodes.ILLEGAL_VALUE
    with pytest.raises(HomeAssistantError) as caught:
        await limit_to(hass, 500)
    assert caught.value.translation_key == "limit_not_accepted"
    await read_again(hass, freezer, pump)
    assert state_of(hass, STATUS) == "not_effective"
    assert state_of(hass, POWER) == "1450.0"
    pump.refused_writes.clear()
    await read_again(hass, freezer, pump)
    await read_again(hass, freezer, pump)
    assert pump.holding[1] == 1
    assert state_of(hass, NUMBER) == "500.0"


async def test_two_changes_close_together_are_paced(
    hass: HomeAssistant,
    house: MockConfigEntry,
    pump: ModbusServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The second write waits for the device's minimum interval, and no longer."""
    await set_up(hass, house)
    await limit_to(hass, 500)
    await limit_to(hass, 600)
    assert pump.holding[0] == 500
    assert state_of(hass, LIMIT) == "600.0"
    assert state_of(hass, STATUS) == "pending"
    await pass_time(hass, freezer, 5.1)
    await until(lambda: pump.holding[0] == 600)


async def test_the_watchdog_of_the_device_is_fed(
    hass: HomeAssistant,
    house: MockConfigEntry,
    pump: ModbusServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Without a write for 900 s the device would let the limit lapse."""
    await set_up(hass, house)
    await limit_to(hass, 500)
    count = len(pump.writes)
    await read_again(hass, freezer, pump)
    assert len(pump.writes) == count
    freezer.tick(300)
    await read_again(hass, freezer, pump)
    assert len(pump.writes) > count


async def test_a_limit_of_an_earlier_run_is_released_at_start(
    hass: HomeAssistant, house: MockConfigEntry, pump: ModbusServer
) -> None:
    """Whatever is left in the device, nobody stands for it."""
    pump.holding[0], pump.holding[1] = 300, 1
    await set_up(hass, house)
    assert pump.holding[1] == 0


async def test_unloading_releases_the_heat_pump(
    hass: HomeAssistant, house: MockConfigEntry, pump: ModbusServer
) -> None:
    """Nobody watches a limit after Dalen is gone."""
    await set_up(hass, house)
    await limit_to(hass, 500)
    assert await hass.config_entries.async_unload(house.entry_id)
    assert pump.holding[1] == 0
    assert state_of(hass, POWER) == "unavailable"


async def test_stopping_home_assistant_releases_the_heat_pump(
    hass: HomeAssistant, house: MockConfigEntry, pump: ModbusServer
) -> None:
    """A stop is no unload in Home Assistant, but it is for a heat pump."""
    await set_up(hass, house)
    await limit_to(hass, 500)
    await hass.async_stop(force=True)
    assert pump.holding[1] == 0


async def test_the_resident_limit_survives_a_restart(
    hass: HomeAssistant,
    house: MockConfigEntry,
    pump: ModbusServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The limit of the resident holds until the resident lifts it."""
    await set_up(hass, house)
    await limit_to(hass, 500)
    freezer.tick(6)
    assert await hass.config_entries.async_reload(house.entry_id)
    await hass.async_block_till_done()
    assert state_of(hass, NUMBER) == "500.0"
    assert pump.holding[0] == 500
    assert pump.holding[1] == 1


async def test_a_lost_heat_pump_is_unavailable_and_comes_back_by_itself(
    hass: HomeAssistant,
    house: MockConfigEntry,
    pump: ModbusServer,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The log says so once, and the limit is put back."""
    await set_up(hass, house)
    await limit_to(hass, 500)
    caplog.clear()
    pump.failures = [ExcCodes.DEVICE_FAILURE] * 3
    for _ in range(3):
        await pass_time(hass, freezer, 11)
        await hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(hass, POWER) == "unavailable"
    assert state_of(hass, NUMBER) == "unavailable"
    errors = [r for r in caplog.records if r.levelno >= logging.WARNING]
    assert len([r for r in errors if "dalen" in r.name]) == 1
    pump.failures.clear()
    pump.holding[1] = 0
    await read_again(hass, freezer, pump)
    assert state_of(hass, POWER) == "1450.0"
    assert pump.holding[1] == 1


async def test_a_house_starts_without_its_heat_pump(
    hass: HomeAssistant,
    house: MockConfigEntry,
    pump: ModbusServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The entities are unavailable until the heat pump answers."""
    pump.failures = [ExcCodes.DEVICE_FAILURE] * 3
    await set_up(hass, house)
    assert house.state is ConfigEntryState.LOADED
    assert state_of(hass, POWER) == "unavailable"
    pump.failures.clear()
    await read_again(hass, freezer, pump)
    assert state_of(hass, POWER) == "1450.0"


async def test_nonsense_is_no_reading(
    hass: HomeAssistant,
    house: MockConfigEntry,
    pump: ModbusServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A power that no heat pump in a house has makes it unavailable."""
    await set_up(hass, house)
    pump.input[2] = 65_000
    await read_again(hass, freezer, pump)
    assert state_of(hass, POWER) == "unavailable"


async def test_the_installer_maximum_holds_without_anybody_else(
    hass: HomeAssistant, pump: ModbusServer
) -> None:
    """It is a limit like any other, without an end."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        subentries_data=[heat_pump_subentry(pump.port, installer_maximum_w=1200)],
    )
    entry.add_to_hass(hass)
    await set_up(hass, entry)
    assert state_of(hass, LIMIT) == "1200.0"
    assert state_of(hass, SOURCE) == "installer"
    assert pump.holding[0] == 1200
    await limit_to(hass, 900)
    assert state_of(hass, SOURCE) == "resident"


async def test_a_release_that_fails_is_told(
    hass: HomeAssistant,
    house: MockConfigEntry,
    pump: ModbusServer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A heat pump that is gone keeps its limit until its own watchdog."""
    await set_up(hass, house)
    await limit_to(hass, 500)
    pump.failures = [ExcCodes.DEVICE_FAILURE] * 2
    assert await hass.config_entries.async_unload(house.entry_id)
    assert "could not be released" in caplog.text


async def test_two_heat_pumps_share_nothing_but_the_house(
    hass: HomeAssistant, pump: ModbusServer, hass_storage: dict[str, Any]
) -> None:
    """The limit of one is not the limit of the other."""
    second = heat_pump_subentry(pump.port, subentry_id="pump-2")
    entry = MockConfigEntry(
        domain=DOMAIN, subentries_data=[heat_pump_subentry(pump.port), second]
    )
    entry.add_to_hass(hass)
    await set_up(hass, entry)
    await limit_to(hass, 500)
    assert state_of(hass, "number.second_heat_pump_power_limit") == "1500.0"
    assert state_of(hass, LIMITED) == "on"
    await hass.config_entries.async_unload(entry.entry_id)
    stored = hass_storage[f"{DOMAIN}.{entry.entry_id}"]["data"]
    own = {
        pump_id: stored[pump_id]["engine"]["limits"]["resident"] for pump_id in stored
    }
    assert [limit["limit_w"] for limit in own[PUMP_ID]] == [500]
    assert own["pump-2"] == []


async def test_a_device_with_other_link_settings_is_told(
    hass: HomeAssistant, house: MockConfigEntry, pump: ModbusServer
) -> None:
    """Another integration was first with its own way of connecting."""
    other = ModbusTlsParams(host=HOST, port=pump.port)
    async with async_get_temporary_unit(hass, other, 1):
        assert not await hass.config_entries.async_setup(house.entry_id)
    assert house.state is ConfigEntryState.SETUP_ERROR
    assert house.error_reason_translation_key == "link_settings_in_use"


async def test_a_removed_heat_pump_is_released_and_gone(
    hass: HomeAssistant, house: MockConfigEntry, pump: ModbusServer
) -> None:
    """The house is built anew without it."""
    await set_up(hass, house)
    await limit_to(hass, 500)
    hass.config_entries.async_remove_subentry(house, PUMP_ID)
    await hass.async_block_till_done()
    assert pump.holding[1] == 0
    assert hass.states.get(POWER) is None


async def test_a_stored_ledger_that_makes_no_sense_starts_empty(
    hass: HomeAssistant,
    house: MockConfigEntry,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A damaged file must not keep a house from being heated."""
    hass_storage[f"{DOMAIN}.{house.entry_id}"] = {
        "version": 1,
        "data": {PUMP_ID: {"stops": {"stops": "x"}, "resident_w": 700}},
    }
    await set_up(hass, house)
    assert "ledger" in caplog.text
    assert state_of(hass, NUMBER) == "700.0"
