"""Changing a heat pump on Modbus: its link, its settings, and its repairs."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

from homeassistant.components.repairs import DOMAIN as REPAIRS, repairs_flow_manager
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.dalen.const import DOMAIN
from custom_components.dalen.heat_pump import OWN_FOLDER, load_profile

from ..heat_pump.devices import running, tables_of
from ..heat_pump.modbus_server import ModbusServer
from ..heat_pump.test_own_profiles import put
from .flows import HeatPumpFlow
from .houses import POWER, PUMP_ID, heat_pump_subentry, pass_time, set_up, state_of

pytestmark = pytest.mark.usefixtures("modbus")


@pytest.fixture
def own_folder(hass: HomeAssistant, tmp_path: Path) -> Path:
    """Return the folder of own profiles, in a configuration folder of its own."""
    hass.config.config_dir = str(tmp_path)
    folder = tmp_path / OWN_FOLDER
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
async def nibe() -> AsyncGenerator[ModbusServer]:
    """Serve a NIBE of which the words are swapped."""
    profile = load_profile("nibe_s")
    async with running(profile, tables_of(profile, swapped=True)) as server:
        yield server


def house_of(hass: HomeAssistant, port: int, **data: Any) -> MockConfigEntry:
    """Return a house with a heat pump."""
    entry = MockConfigEntry(
        domain=DOMAIN, subentries_data=[heat_pump_subentry(port, **data)]
    )
    entry.add_to_hass(hass)
    return entry


async def test_settings_are_changed_without_the_heat_pump(
    hass: HomeAssistant, house: MockConfigEntry, pump: ModbusServer
) -> None:
    """The name, the meter and the limits of the house; mistakes can be put right."""
    hass.states.async_set("sensor.kwh", "1200", {"unit_of_measurement": "W"})
    pump.silent = True
    flow = HeatPumpFlow(hass)
    await flow.change(house)
    assert flow.result["menu_options"] == [
        "change_link",
        "change_settings",
        "test_again",
    ]
    await flow.fill(next_step_id="change_settings")
    assert flow.fields()["limits"]["floor_w"] == 200
    assert flow.words["electric_power"] == "?"
    await flow.fill(name="Quiet", limits={"floor_w": 1500})
    assert flow.asks("powers", "floor_above_nameplate")
    meter = {"meter_entity": "sensor.kwh"}
    await flow.fill(name="Quiet", limits={"floor_w": 300}, measuring=meter)
    assert flow.ended("reconfigure_successful")
    subentry = house.subentries[PUMP_ID]
    assert (subentry.title, subentry.data["floor_w"]) == ("Quiet", 300)
    assert subentry.data["meter_entity"] == "sensor.kwh"
    assert (subentry.data["nameplate_w"], subentry.data["minimum_w"]) == (1500, 410)
    await flow.change(house, "change_settings")
    assert flow.fields()["measuring"] == meter


async def test_the_meter_tells_the_power(
    hass: HomeAssistant, pump: ModbusServer, freezer: Any
) -> None:
    """Until it is silent for long: then the heat pump itself."""
    hass.states.async_set("sensor.kwh", "1.2", {"unit_of_measurement": "kW"})
    house = house_of(hass, pump.port, meter_entity="sensor.kwh")
    await set_up(hass, house)
    assert float(state_of(hass, POWER)) == 1200
    await pass_time(hass, freezer, 310)
    assert float(state_of(hass, POWER)) == 1450
    await hass.config_entries.async_unload(house.entry_id)


async def test_another_variant_has_to_be_tested_anew(
    hass: HomeAssistant, nibe: ModbusServer
) -> None:
    """The kept one is proposed; its test says nothing of another."""
    house = house_of(
        hass,
        nibe.port,
        profile="nibe_s",
        variant="big_word_first",
        armed=True,
        transport="modbus_tcp",
    )
    flow = HeatPumpFlow(hass)
    await flow.change(house, "change_link")
    assert flow.fields()["port"] == nibe.port
    await flow.connect(nibe.port)
    assert flow.asks("variant", "wrong_word_order")
    await flow.fill(variant="big_word_first")
    await flow.fill()
    assert flow.ended("reconfigure_successful")
    data = house.subentries[PUMP_ID].data
    assert (data["armed"], data["kind"], data["floor_w"]) == (True, "watts", 200)
    profile = load_profile("nibe_s")
    nibe.input.update(tables_of(profile)["input"])  # type: ignore[index]
    await flow.change(house, "change_link")
    await flow.connect(nibe.port)
    assert flow.fields() == {"variant": "big_word_first"}
    await flow.fill(variant="aux_only")
    await flow.fill()
    assert flow.asks("write_test")
    await flow.fill(next_step_id="write_test_skip")
    assert flow.ended("reconfigure_successful")
    data = house.subentries[PUMP_ID].data
    assert ("armed" in data, data["kind"]) == (False, "monitor")


async def test_a_heat_pump_that_failed_its_test_is_monitored(
    hass: HomeAssistant, pump: ModbusServer
) -> None:
    """It has no number to limit it, and nothing is written."""
    house = house_of(hass, pump.port, armed=False)
    await set_up(hass, house)
    assert float(state_of(hass, POWER)) == 1450
    assert hass.states.get("number.heat_pump_power_limit") is None
    assert pump.writes == []
    await hass.config_entries.async_unload(house.entry_id)


async def test_a_profile_that_is_gone_does_not_break_the_house(
    hass: HomeAssistant, pump: ModbusServer, own_folder: Path
) -> None:
    """The heat pump waits for its file; an issue says so."""
    path = put(own_folder, "mine")
    house = house_of(hass, pump.port, profile="mine")
    await set_up(hass, house)
    assert list(house.runtime_data.heat_pumps) == [PUMP_ID]
    path.unlink()
    await hass.config_entries.async_reload(house.entry_id)
    assert house.state is ConfigEntryState.LOADED
    assert house.runtime_data.heat_pumps == {}
    issue_id = f"profile_missing_{PUMP_ID}"
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id)
    assert issue is not None
    assert issue.translation_placeholders is not None
    assert "'mine'" in issue.translation_placeholders["problem"]
    flow = HeatPumpFlow(hass)
    await flow.change(house)
    assert flow.ended("profile_missing")
    put(own_folder, "mine")
    (own_folder / "broken.json").write_text("{", encoding="utf-8")
    await hass.config_entries.async_reload(house.entry_id)
    assert list(house.runtime_data.heat_pumps) == [PUMP_ID]
    assert ir.async_get(hass).async_get_issue(DOMAIN, issue_id) is None
    broken = ir.async_get(hass).async_get_issue(DOMAIN, "own_profile_broken.json")
    assert broken is not None
    await hass.config_entries.async_unload(house.entry_id)


async def test_swapped_words_are_repaired(
    hass: HomeAssistant, nibe: ModbusServer, freezer: Any
) -> None:
    """After new firmware, for example; nobody has to look for the variant."""
    assert await async_setup_component(hass, REPAIRS, {})
    house = house_of(hass, nibe.port, profile="nibe_s")
    await set_up(hass, house)
    issue_id = f"wrong_word_order_{PUMP_ID}"
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id)
    assert issue is not None
    assert issue.is_fixable
    flows = repairs_flow_manager(hass)
    assert flows is not None
    step = await flows.async_init(DOMAIN, data={"issue_id": issue_id})
    assert step["step_id"] == "confirm"
    assert step["description_placeholders"]["heat_pump"] == "Heat pump"
    step = await flows.async_configure(step["flow_id"], {})
    assert step["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert house.subentries[PUMP_ID].data["variant"] == "big_word_first"
    assert float(state_of(hass, POWER)) == 1400
    assert ir.async_get(hass).async_get_issue(DOMAIN, issue_id) is None
    await hass.config_entries.async_unload(house.entry_id)


async def test_a_repair_of_a_heat_pump_that_is_gone(
    hass: HomeAssistant, nibe: ModbusServer
) -> None:
    """Somebody removed it meanwhile."""
    assert await async_setup_component(hass, REPAIRS, {})
    house = house_of(hass, nibe.port, profile="nibe_s")
    await set_up(hass, house)
    flows = repairs_flow_manager(hass)
    assert flows is not None
    issue_id = f"wrong_word_order_{PUMP_ID}"
    step = await flows.async_init(DOMAIN, data={"issue_id": issue_id})
    hass.config_entries.async_remove_subentry(house, PUMP_ID)
    await hass.async_block_till_done()
    step = await flows.async_configure(step["flow_id"], {})
    assert step["reason"] == "heat_pump_gone"
    await hass.config_entries.async_unload(house.entry_id)


async def test_swapped_words_without_a_variant_need_somebody(
    hass: HomeAssistant, pump: ModbusServer, own_folder: Path, freezer: Any
) -> None:
    """The issue says what to do, and goes when it is done."""
    put(
        own_folder,
        "mine",
        word_order_test=["electric_energy_kwh"],
        plausible={"electric_energy_kwh": [0, 200]},
    )
    right = (pump.input[12], pump.input[13])
    pump.input[12], pump.input[13] = right[::-1]
    house = house_of(hass, pump.port, profile="mine")
    await set_up(hass, house)
    issue_id = f"wrong_word_order_{PUMP_ID}"
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id)
    assert issue is not None
    assert not issue.is_fixable
    assert issue.translation_key == "wrong_word_order_unknown"
    pump.input[12], pump.input[13] = right
    await pass_time(hass, freezer, 11)
    assert ir.async_get(hass).async_get_issue(DOMAIN, issue_id) is None
    await hass.config_entries.async_unload(house.entry_id)
