"""Changes of the limit are events; what held at the start is none."""

from datetime import UTC, datetime

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant, State
from pymodbus.constants import ExcCodes
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.dalen.limit_changes import (
    LimitChange,
    Phase,
    emergency_change,
    limit_change,
    release_change,
)
from custom_components.dalen.limits import EffectiveLimit, LimitSource

from ..heat_pump.modbus_server import ModbusServer
from ..openadr.builders import caps_json, stop_json
from .houses import CONNECTED, limit_to, pass_time, pause_for, set_up, state_of, until
from .hub_server import HubServer

CHANGE = "event.heat_pump_limit_change"
STOP = "event.heat_pump_emergency_stop"
RELEASE = "event.heat_pump_release"


@pytest.fixture(autouse=True)
def start_of_evening(freezer: FrozenDateTimeFactory) -> None:
    """Begin in the first interval of the events."""
    freezer.move_to(datetime(2026, 11, 23, 16, 7, 30, tzinfo=UTC))


def last(hass: HomeAssistant, entity_id: str) -> State:
    """Return the state of an event that must be there."""
    state = hass.states.get(entity_id)
    assert state is not None
    return state


def type_of(hass: HomeAssistant, entity_id: str) -> str | None:
    """Return the type of the last event."""
    found: str | None = last(hass, entity_id).attributes["event_type"]
    return found


def holds(limit_w: float | None, source: LimitSource | None = None) -> EffectiveLimit:
    """Return a limit that holds."""
    return EffectiveLimit(
        limit_w=limit_w, source=source, reason="", until=None, released_by=None
    )


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (None, 500, LimitChange.LOWERED),
        (600, 500, LimitChange.LOWERED),
        (500, 600, LimitChange.RAISED),
        (500, None, LimitChange.LIFTED),
        (0, None, LimitChange.LIFTED),
        (500, 500, None),
        (None, None, None),
    ],
)
def test_how_a_limit_changes(
    before: float | None, after: float | None, change: LimitChange | None
) -> None:
    """No limit is above every limit."""
    assert limit_change(holds(before), holds(after)) is change


def test_stops_and_releases_begin_and_end() -> None:
    """Only the edges count."""
    free, stop = holds(None), holds(0, LimitSource.EMERGENCY)
    assert emergency_change(free, stop) is Phase.STARTED
    assert emergency_change(stop, free) is Phase.ENDED
    assert emergency_change(stop, stop) is None
    assert release_change(free, stop) is None


@pytest.mark.usefixtures("modbus")
async def test_the_limit_of_the_resident_is_told(
    hass: HomeAssistant, house: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    """Lower, higher and lifted; each with who and how much."""
    await set_up(hass, house)
    assert state_of(hass, CHANGE) == "unknown"
    await limit_to(hass, 500)
    assert type_of(hass, CHANGE) == "lowered"
    attributes = last(hass, CHANGE).attributes
    assert attributes["limit_w"] == 500
    assert attributes["source"] == "resident"
    assert attributes["until"] is None
    first = state_of(hass, CHANGE)
    await pass_time(hass, freezer, 30)
    assert state_of(hass, CHANGE) == first
    await limit_to(hass, 700)
    assert type_of(hass, CHANGE) == "raised"
    await limit_to(hass, 1500)
    assert type_of(hass, CHANGE) == "lifted"
    assert last(hass, CHANGE).attributes["limit_w"] is None
    assert state_of(hass, STOP) == "unknown"
    assert state_of(hass, RELEASE) == "unknown"


@pytest.mark.usefixtures("modbus")
async def test_a_pause_is_a_release(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    """It also lifts the limit."""
    await set_up(hass, house)
    await limit_to(hass, 500)
    await pause_for(hass, "one_hour")
    assert type_of(hass, RELEASE) == "started"
    assert last(hass, RELEASE).attributes["reason"] == "resident"
    assert type_of(hass, CHANGE) == "lifted"
    await pause_for(hass, "none")
    assert type_of(hass, RELEASE) == "ended"


@pytest.mark.usefixtures("modbus")
async def test_an_emergency_stop_is_told(
    hass: HomeAssistant,
    member: MockConfigEntry,
    hub: HubServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """When it begins and when it is over."""
    hub.events = [caps_json(0.6, 0.6, 0.6, 0.6)]
    await set_up(hass, member)
    await until(lambda: state_of(hass, CONNECTED) == "on")
    hub.events.append(stop_json(programID="dalen-caps"))
    await pass_time(hass, freezer, 75, settle=False)
    await until(lambda: type_of(hass, STOP) == "started")
    attributes = last(hass, STOP).attributes
    assert attributes["limit_w"] == 0
    assert datetime.fromisoformat(attributes["until"]) > datetime.now(UTC)
    hub.events.pop()
    await pass_time(hass, freezer, 75, settle=False)
    await until(lambda: type_of(hass, STOP) == "ended")


@pytest.mark.usefixtures("modbus")
async def test_events_are_told_of_a_silent_heat_pump(
    hass: HomeAssistant,
    house: MockConfigEntry,
    pump: ModbusServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Losing the readings releases it, and is told after five minutes."""
    await set_up(hass, house)
    await limit_to(hass, 500)
    pump.failures = [ExcCodes.DEVICE_FAILURE] * 1000
    for _ in range(33):
        await pass_time(hass, freezer, 10.6)
    await until(lambda: type_of(hass, RELEASE) == "started")
    assert last(hass, RELEASE).attributes["reason"] == "readings_lost"
