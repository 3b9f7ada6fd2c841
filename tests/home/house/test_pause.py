"""The pause of the resident wins at once, is told to the hub, and is kept."""

from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from pymodbus.constants import ExcCodes
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from ..heat_pump.modbus_server import ModbusServer
from ..openadr.builders import caps_json, stop_json
from .houses import (
    CONNECTED,
    LIMITED,
    PAUSE,
    SOURCE,
    heat_pump_subentry,
    limit_to,
    live_through,
    pass_time,
    pause_for,
    set_up,
    state_of,
    until,
)
from .hub_server import HubServer

pytestmark = pytest.mark.usefixtures("modbus")

NOW = datetime(2026, 11, 23, 16, 7, 30, tzinfo=UTC)
PAUSED_UNTIL = "sensor.heat_pump_paused_until"


@pytest.fixture(autouse=True)
def start_of_evening(freezer: FrozenDateTimeFactory) -> None:
    """Begin in the first interval of the events."""
    freezer.move_to(NOW)


async def test_a_pause_releases_the_heat_pump_at_once(
    hass: HomeAssistant,
    house: MockConfigEntry,
    pump: ModbusServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Before the action returns; the limit is back when the pause is over."""
    await set_up(hass, house)
    assert state_of(hass, PAUSE) == "none"
    assert state_of(hass, PAUSED_UNTIL) == "unknown"
    await limit_to(hass, 500)
    await pause_for(hass, "one_hour")
    assert pump.holding[1] == 0
    assert state_of(hass, PAUSE) == "one_hour"
    assert state_of(hass, PAUSED_UNTIL) == "2026-11-23T17:07:30+00:00"
    assert state_of(hass, LIMITED) == "off"
    source = hass.states.get(SOURCE)
    assert source is not None
    assert source.attributes["released_by"] == "resident"
    over = NOW + timedelta(hours=1)
    await live_through(hass, freezer, over - timedelta(seconds=0.5))
    assert pump.holding[1] == 0
    await pass_time(hass, freezer, 0.5)
    await until(lambda: pump.holding[1] == 1)
    await until(lambda: state_of(hass, PAUSE) == "none")


async def test_the_resident_resumes(
    hass: HomeAssistant,
    house: MockConfigEntry,
    pump: ModbusServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The limit is back as soon as the device allows another write."""
    await set_up(hass, house)
    await limit_to(hass, 500)
    await pause_for(hass, "until_resumed")
    assert state_of(hass, PAUSED_UNTIL) == "unknown"
    assert pump.holding[1] == 0
    await pass_time(hass, freezer, 6)
    await pause_for(hass, "none")
    assert pump.holding[1] == 1
    assert state_of(hass, PAUSE) == "none"


@pytest.mark.parametrize("choice", ["four_hours", "until_tomorrow", "until_resumed"])
async def test_a_pause_survives_a_restart(
    hass: HomeAssistant,
    house: MockConfigEntry,
    pump: ModbusServer,
    freezer: FrozenDateTimeFactory,
    choice: str,
) -> None:
    """And the limit behind it too."""
    await set_up(hass, house)
    await limit_to(hass, 500)
    await pause_for(hass, choice)
    ends = state_of(hass, PAUSED_UNTIL)
    freezer.tick(6)
    assert await hass.config_entries.async_reload(house.entry_id)
    await hass.async_block_till_done()
    assert state_of(hass, PAUSE) == choice
    assert state_of(hass, PAUSED_UNTIL) == ends
    assert pump.holding[1] == 0
    await pause_for(hass, "none")
    assert pump.holding[1] == 1


async def test_a_heat_pump_that_does_not_answer_can_be_paused(
    hass: HomeAssistant,
    house: MockConfigEntry,
    pump: ModbusServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The resident hears that it is not yet done; it is as soon as it can be."""
    await set_up(hass, house)
    await limit_to(hass, 500)
    pump.failures = [ExcCodes.DEVICE_FAILURE] * 100
    with pytest.raises(HomeAssistantError) as caught:
        await pause_for(hass, "one_hour")
    assert caught.value.translation_key == "unreachable"
    assert state_of(hass, PAUSE) == "one_hour"
    pump.failures.clear()
    await pass_time(hass, freezer, 11)
    await until(lambda: pump.holding[1] == 0)


async def test_a_pause_wins_from_the_hub_and_is_told(
    hass: HomeAssistant,
    member: MockConfigEntry,
    hub: HubServer,
    pump: ModbusServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """From a stop too; the report says that the home stepped out."""
    freezer.move_to(datetime(2026, 11, 23, 16, 15, tzinfo=UTC))
    hub.events = [caps_json(1.5, 0.52, 0.52), stop_json(programID="dalen-caps")]
    await set_up(hass, member)
    await until(lambda: state_of(hass, CONNECTED) == "on")
    await pause_for(hass, "four_hours")
    assert pump.holding[1] == 0
    assert state_of(hass, SOURCE) == "none"
    await live_through(hass, freezer, datetime(2026, 11, 23, 16, 30, 40, tzinfo=UTC))
    await until(lambda: len(hub.reports) == 1)
    (resource,) = hub.reports[0]["resources"]
    payloads = {p["type"]: p["values"][0] for p in resource["intervals"][0]["payloads"]}
    assert payloads["OPERATING_STATE"] == "RUNNING_OPTED_OUT"
    assert pump.holding[1] == 0


@pytest.mark.parametrize(
    ("register", "bad", "state"),
    [
        pytest.param(1, 7, "RUNNING_NORMAL", id="a fault is nobody's choice"),
        pytest.param(8, 165, "RUNNING_OPTED_OUT", id="a cold room steps out"),
    ],
)
async def test_only_people_step_out(
    hass: HomeAssistant,
    member: MockConfigEntry,
    pump: ModbusServer,
    hub: HubServer,
    freezer: FrozenDateTimeFactory,
    register: int,
    bad: int,
    state: str,
) -> None:
    """The report of a house that is released says why."""
    pump.input[register] = bad
    freezer.move_to(datetime(2026, 11, 23, 16, 15, tzinfo=UTC))
    hub.events = [caps_json(1.5, 0.52, 0.52)]
    await set_up(hass, member)
    await until(lambda: state_of(hass, CONNECTED) == "on")
    await live_through(hass, freezer, datetime(2026, 11, 23, 16, 30, 40, tzinfo=UTC))
    await until(lambda: len(hub.reports) == 1)
    (resource,) = hub.reports[0]["resources"]
    payloads = {p["type"]: p["values"][0] for p in resource["intervals"][0]["payloads"]}
    assert payloads["OPERATING_STATE"] == state


async def test_the_installer_maximum_holds_in_a_pause(
    hass: HomeAssistant, pump: ModbusServer
) -> None:
    """It protects a fuse; nobody gets warm from a blown one."""
    entry = _entry(hass, pump, installer_maximum_w=1200)
    await set_up(hass, entry)
    await limit_to(hass, 500)
    await pause_for(hass, "one_hour")
    assert state_of(hass, SOURCE) == "installer"
    await limit_to(hass, 600)
    assert state_of(hass, SOURCE) == "installer"


def _entry(hass: HomeAssistant, pump: ModbusServer, **data: Any) -> MockConfigEntry:
    """Return a house with a heat pump of these settings."""
    entry = MockConfigEntry(
        domain="dalen", subentries_data=[heat_pump_subentry(pump.port, **data)]
    )
    entry.add_to_hass(hass)
    return entry
