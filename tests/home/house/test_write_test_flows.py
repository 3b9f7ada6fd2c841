"""The write test on screen: run, shown, kept, and never left half done."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from homeassistant.components.modbus import async_get_temporary_unit
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from modbus_connection import ModbusTlsParams
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.dalen.heat_pump import OWN_FOLDER

from ..heat_pump.modbus_server import HOST, ModbusServer
from ..heat_pump.test_own_profiles import put
from ..heat_pump.test_profiles import raw_profile
from .entities import (
    METER,
    RELAY,
    RELAY_LIMIT,
    WATTS,
    WATTS_LIMIT,
    entity_subentry,
    make_helpers,
)
from .flows import HeatPumpFlow
from .houses import PUMP_ID, limit_to, set_up

pytestmark = pytest.mark.usefixtures("modbus")

POWERS = {"name": "Heat pump", "limits": {"floor_w": 200}}
SLEEP = "custom_components.dalen.heat_pump_to_test.sleep"

type Step = Callable[[], None]


class Waits:
    """What happens while the test waits: no time passes, but the heat pump acts."""

    def __init__(self) -> None:
        """Let nothing happen."""
        self.step: Step = lambda: None
        self.count = 0

    async def __call__(self, seconds: float) -> None:
        """Let the heat pump act."""
        self.count += 1
        self.step()


@pytest.fixture(autouse=True)
def waits() -> Iterator[Waits]:
    """Wait without passing time."""
    waiting = Waits()
    with patch(SLEEP, waiting):
        yield waiting


@pytest.fixture
def no_set_up() -> Iterator[None]:
    """Make houses without setting them up."""
    with patch("custom_components.dalen.async_setup_entry", return_value=True):
        yield


@pytest.fixture
def flow(hass: HomeAssistant) -> HeatPumpFlow:
    """Return a walk through the screens."""
    return HeatPumpFlow(hass)


def obeys(pump: ModbusServer) -> Step:
    """Return what a heat pump does that follows its limit."""

    def step() -> None:
        pump.input[2] = min(pump.holding[0], 1450) if pump.holding[1] else 1450

    return step


async def to_test(
    flow: HeatPumpFlow, pump: ModbusServer, profile: str = "dalen_simulated"
) -> None:
    """Walk to the question if the limit is tested."""
    await flow.new_house(profile)
    await flow.connect(pump.port)
    await flow.fill()
    await flow.fill(**POWERS)
    assert flow.asks("write_test")


@pytest.mark.usefixtures("no_set_up")
async def test_a_limit_that_works(
    flow: HeatPumpFlow, pump: ModbusServer, waits: Waits
) -> None:
    """The figures are shown and kept; nothing stays limited."""
    waits.step = obeys(pump)
    await to_test(flow, pump)
    await flow.fill(next_step_id="write_test_run")
    assert flow.result["progress_action"] == "write_test"
    await flow.until_tested()
    assert flow.asks("write_test_result")
    assert flow.words["outcome"] == "The limit works."
    assert "- Drop: 725 W" in flow.words["figures"]
    assert pump.holding[1] == 0
    await flow.fill(next_step_id="write_test_done")
    await flow.fill(next_step_id="later")
    data = flow.heat_pump()
    assert (data["armed"], data["kind"]) == (True, "watts")
    assert data["write_test"]["outcome"] == "passed"
    assert data["write_test"]["before_w"] == 1450
    assert data["write_test"]["limited_w"] == 725


@pytest.mark.usefixtures("no_set_up")
async def test_a_limit_without_effect_is_not_used(
    flow: HeatPumpFlow, pump: ModbusServer
) -> None:
    """The heat pump is only monitored, until a later test succeeds."""
    await to_test(flow, pump)
    await flow.fill(next_step_id="write_test_run")
    await flow.until_tested()
    assert "kept using more" in flow.words["outcome"]
    await flow.fill(next_step_id="write_test_done")
    await flow.fill(next_step_id="later")
    data = flow.heat_pump()
    assert (data["armed"], data["kind"]) == (False, "monitor")
    assert pump.holding[1] == 0


@pytest.mark.usefixtures("no_set_up")
async def test_a_test_that_proves_nothing_is_done_again(
    flow: HeatPumpFlow, pump: ModbusServer, waits: Waits
) -> None:
    """The heat pump was hardly running; then it runs."""
    await to_test(flow, pump)
    pump.input[2] = 100
    await flow.fill(next_step_id="write_test_run")
    await flow.until_tested()
    assert "too little" in flow.words["outcome"]
    assert "Limit" not in flow.words["figures"]
    waits.step = obeys(pump)
    await flow.fill(next_step_id="write_test_run")
    await flow.until_tested()
    assert flow.words["outcome"] == "The limit works."
    pump.input[2] = 100
    waits.step = lambda: None
    await flow.fill(next_step_id="write_test_run")
    await flow.until_tested()
    await flow.fill(next_step_id="write_test_done")
    await flow.fill(next_step_id="later")
    data = flow.heat_pump()
    assert ("armed" in data, data["kind"]) == (False, "watts")
    assert data["write_test"]["outcome"] == "too_little_power"


@pytest.mark.usefixtures("no_set_up")
async def test_control_that_nobody_confirmed_is_armed_by_the_test(
    hass: HomeAssistant,
    flow: HeatPumpFlow,
    pump: ModbusServer,
    waits: Waits,
    tmp_path: Path,
) -> None:
    """And only by the test."""
    hass.config.config_dir = str(tmp_path)
    (tmp_path / OWN_FOLDER).mkdir(parents=True)
    limit = raw_profile()["limit"] | {"control": "unconfirmed"}
    put(tmp_path / OWN_FOLDER, "mine", limit=limit)
    waits.step = obeys(pump)
    await to_test(flow, pump, "mine")
    assert "only monitors" in flow.words["without"]
    assert not pump.writes
    await flow.fill(next_step_id="write_test_run")
    await flow.until_tested()
    await flow.fill(next_step_id="write_test_done")
    await flow.fill(next_step_id="later")
    assert flow.heat_pump()["kind"] == "watts"


@pytest.mark.usefixtures("no_set_up")
async def test_a_link_that_another_integration_takes_meanwhile(
    hass: HomeAssistant, flow: HeatPumpFlow, pump: ModbusServer
) -> None:
    """The test cannot be done, and says so."""
    await to_test(flow, pump)
    other = ModbusTlsParams(host=HOST, port=pump.port)
    async with async_get_temporary_unit(hass, other, 1):
        await flow.fill(next_step_id="write_test_run")
        await flow.until_tested()
    assert "did not answer" in flow.words["outcome"]
    assert "different link" in flow.words["figures"]


@pytest.mark.usefixtures("no_set_up")
async def test_closing_the_screen_takes_the_limit_away(
    hass: HomeAssistant, flow: HeatPumpFlow, pump: ModbusServer, waits: Waits
) -> None:
    """In the middle of the test."""
    await to_test(flow, pump)
    limited = []

    def close() -> None:
        if pump.holding[1] and not limited:
            limited.append(pump.holding[0])
            hass.config_entries.flow.async_abort(flow.result["flow_id"])

    waits.step = close
    await flow.fill(next_step_id="write_test_run")
    await hass.async_block_till_done()
    assert limited == [725]
    assert pump.holding[1] == 0


@pytest.mark.usefixtures("no_set_up")
async def test_entities_are_tested_too(
    hass: HomeAssistant, flow: HeatPumpFlow, freezer: Any
) -> None:
    """A contact that does nothing is not used, even if it was taken and shown."""
    await make_helpers(hass)
    # A contact that was switched a moment ago has to stay as it is.
    freezer.tick(timedelta(minutes=11))
    flow.result = await hass.config_entries.flow.async_init(
        "dalen", context={"source": "user"}
    )
    await flow.fill(next_step_id="contact")
    times = {"hold_min": 10, "pause_min": 10, "longest_min": 120}
    await flow.fill(first_switch=RELAY, mapping="on", power_entity=METER, times=times)
    answers = POWERS | {"nameplate_w": 2500, "minimum_w": 800}
    await flow.fill(**answers)
    await flow.fill(next_step_id="write_test_run")
    await flow.until_tested()
    assert "kept using more" in flow.words["outcome"]
    state = hass.states.get(RELAY)
    assert state is not None
    assert state.state == "off"
    await flow.fill(next_step_id="write_test_done")
    await flow.fill(next_step_id="later")
    data = flow.heat_pump()
    assert (data["armed"], data["kind"]) == (False, "monitor")
    assert data["limit"]["type"] == "block"


async def test_a_house_that_runs_is_tested(
    hass: HomeAssistant,
    flow: HeatPumpFlow,
    house: MockConfigEntry,
    pump: ModbusServer,
    waits: Waits,
) -> None:
    """The house leaves the heat pump alone meanwhile, and goes on with the result."""
    await set_up(hass, house)
    coordinator = house.runtime_data.heat_pumps[PUMP_ID]
    waits.step = obeys(pump)
    await flow.change(house, "test_again")
    await flow.until_tested()
    assert flow.words["outcome"] == "The limit works."
    await flow.fill(next_step_id="write_test_done")
    assert flow.ended("reconfigure_successful")
    await hass.async_block_till_done()
    assert house.state is ConfigEntryState.LOADED
    assert house.runtime_data.heat_pumps[PUMP_ID] is not coordinator
    assert house.subentries[PUMP_ID].data["armed"] is True


@pytest.mark.usefixtures("no_set_up")
async def test_a_house_that_does_not_run_is_tested(
    flow: HeatPumpFlow, house: MockConfigEntry, pump: ModbusServer, waits: Waits
) -> None:
    """Then nobody else limits the heat pump."""
    waits.step = obeys(pump)
    await flow.change(house, "test_again")
    await flow.until_tested()
    assert flow.words["outcome"] == "The limit works."


async def test_a_heat_pump_that_is_limited_is_not_tested(
    hass: HomeAssistant, flow: HeatPumpFlow, house: MockConfigEntry
) -> None:
    """The limit that holds comes first."""
    await set_up(hass, house)
    await limit_to(hass, 700)
    await flow.change(house, "test_again")
    assert flow.ended("limited_now")
    await hass.config_entries.async_unload(house.entry_id)


async def test_a_limit_that_begins_ends_the_test(
    hass: HomeAssistant,
    flow: HeatPumpFlow,
    house: MockConfigEntry,
    pump: ModbusServer,
    waits: Waits,
) -> None:
    """The limit holds at once, and the screen says why there is no result."""
    await set_up(hass, house)
    tasks = []

    def step() -> None:
        if pump.holding[1] and not tasks:
            orders = [limit_to(hass, 500), limit_to(hass, 600)]
            tasks.extend(hass.async_create_task(order) for order in orders)

    waits.step = step
    await flow.change(house, "test_again")
    await flow.until_tested()
    assert flow.ended("limited_now")
    assert tasks
    assert (pump.holding[1], pump.holding[0]) == (1, 600)
    assert "armed" not in house.subentries[PUMP_ID].data
    await hass.config_entries.async_unload(house.entry_id)


async def test_a_heat_pump_that_failed_once_is_tested_again(
    hass: HomeAssistant,
    flow: HeatPumpFlow,
    house: MockConfigEntry,
    pump: ModbusServer,
    waits: Waits,
) -> None:
    """Its house only monitors it: the test writes by itself."""
    hass.config_entries.async_update_subentry(
        house,
        house.subentries[PUMP_ID],
        data={**house.subentries[PUMP_ID].data, "armed": False},
    )
    await set_up(hass, house)
    waits.step = obeys(pump)
    await flow.change(house, "test_again")
    await flow.until_tested()
    assert flow.words["outcome"] == "The limit works."
    await flow.fill(next_step_id="write_test_done")
    data = house.subentries[PUMP_ID].data
    assert (data["armed"], data["kind"]) == (True, "watts")
    await hass.async_block_till_done()
    await hass.config_entries.async_unload(house.entry_id)


async def test_entities_of_a_house_that_runs_are_tested(
    hass: HomeAssistant, flow: HeatPumpFlow, waits: Waits
) -> None:
    """With the entities themselves."""
    await make_helpers(hass)
    entry = MockConfigEntry(
        domain="dalen", subentries_data=[entity_subentry(WATTS_LIMIT)]
    )
    entry.add_to_hass(hass)
    await set_up(hass, entry)

    def step() -> None:
        state = hass.states.get(WATTS)
        assert state is not None
        power = min(float(state.state), 1450)
        hass.states.async_set(METER, str(power), {"unit_of_measurement": "W"})

    waits.step = step
    await flow.change(entry, "test_again")
    await flow.until_tested()
    assert flow.words["outcome"] == "The limit works."
    await flow.fill(next_step_id="write_test_done")
    assert entry.subentries[PUMP_ID].data["armed"] is True
    assert entry.subentries[PUMP_ID].data["limit"] == WATTS_LIMIT
    await hass.async_block_till_done()
    await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.usefixtures("no_set_up")
async def test_a_change_of_settings_keeps_what_the_test_found(
    hass: HomeAssistant, flow: HeatPumpFlow
) -> None:
    """Another control has to be tested again."""
    await make_helpers(hass)
    subentry = entity_subentry(RELAY_LIMIT, "contact", armed=True)
    entry = MockConfigEntry(domain="dalen", subentries_data=[subentry])
    entry.add_to_hass(hass)
    answers: dict[str, Any] = {
        "first_switch": RELAY,
        "mapping": "on",
        "power_entity": METER,
        "times": {"hold_min": 10, "pause_min": 10, "longest_min": 120},
    }
    powers = POWERS | {"nameplate_w": 2400, "minimum_w": 800}
    await flow.change(entry, "change_entities")
    await flow.fill(**answers)
    await flow.fill(**powers)
    assert flow.ended("reconfigure_successful")
    data = entry.subentries[PUMP_ID].data
    assert (data["armed"], data["nameplate_w"]) == (True, 2400)
    await flow.change(entry, "change_entities")
    await flow.fill(**answers | {"mapping": "off"})
    await flow.fill(**powers)
    assert flow.asks("write_test")
    await flow.fill(next_step_id="write_test_skip")
    assert flow.ended("reconfigure_successful")
    assert "armed" not in entry.subentries[PUMP_ID].data
