"""The calendar shows what is known ahead, in the language of the house."""

from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from pymodbus.constants import ExcCodes
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from ..heat_pump.modbus_server import ModbusServer
from ..openadr.builders import caps_json, stop_json
from .entities import entity_subentry, make_helpers
from .houses import CONNECTED, pass_time, set_up, state_of, until
from .hub_server import HubServer
from .test_services import act

pytestmark = pytest.mark.usefixtures("modbus")

CALENDAR = "calendar.heat_pump_limits"
NOW = datetime(2026, 11, 23, 16, 7, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def start_of_evening(freezer: FrozenDateTimeFactory) -> None:
    """Begin in the first interval of the events."""
    freezer.move_to(NOW)


async def events(hass: HomeAssistant, entity_id: str = CALENDAR) -> list[Any]:
    """Return what the calendar has for the next day."""
    answer = await hass.services.async_call(
        "calendar",
        "get_events",
        {"entity_id": entity_id, "duration": {"hours": 24}},
        blocking=True,
        return_response=True,
    )
    assert answer is not None
    found: Any = answer[entity_id]
    return list(found["events"])


async def test_the_caps_of_the_hub_are_one_appointment(
    hass: HomeAssistant, member: MockConfigEntry, hub: HubServer
) -> None:
    """With the watts per quarter hour; quarters without a limit are not in it."""
    hub.events = [caps_json(0.6, 0.52, 0.52, 1.5)]
    await set_up(hass, member)
    await until(lambda: state_of(hass, CONNECTED) == "on")
    await until(lambda: state_of(hass, CALENDAR) == "on")
    (event,) = await events(hass)
    start = dt_util.as_local(NOW.replace(minute=0, second=0))
    assert event["summary"] == "Neighbourhood: at most 520 W"
    assert event["start"] == start.isoformat()
    assert event["end"] == (start + timedelta(minutes=45)).isoformat()
    first, second = event["description"].splitlines()
    assert first.endswith(" 600 W")
    assert second.endswith(" 520 W")


async def test_an_emergency_stop_stands_beside_the_caps(
    hass: HomeAssistant, member: MockConfigEntry, hub: HubServer
) -> None:
    """Both are told."""
    hub.events = [caps_json(0.6, 0.52), stop_json(programID="dalen-caps")]
    await set_up(hass, member)
    await until(lambda: state_of(hass, CONNECTED) == "on")
    assert {event["summary"] for event in await events(hass)} == {
        "Neighbourhood: at most 520 W",
        "Emergency stop: at most 0 W",
    }


async def test_a_limit_of_the_resident_with_an_end(
    hass: HomeAssistant,
    house: MockConfigEntry,
    pump: ModbusServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """In Dutch; without an end it is a setting. It is kept when nothing answers."""
    hass.config.language = "nl"
    await set_up(hass, house)
    calendar = "calendar.heat_pump_grenzen"
    assert state_of(hass, calendar) == "off"
    await act(hass, "set_limit", power=450)
    assert await events(hass, calendar) == []
    await act(hass, "set_limit", power=450, duration={"hours": 2})
    (event,) = await events(hass, calendar)
    assert event["summary"] == "Bewoner: hoogstens 450 W"
    assert state_of(hass, calendar) == "on"
    pump.failures = [ExcCodes.DEVICE_FAILURE] * 1000
    await pass_time(hass, freezer, 30)
    assert state_of(hass, calendar) == "on"


async def test_a_heat_pump_that_is_only_monitored_has_no_calendar_and_events(
    hass: HomeAssistant,
) -> None:
    """Nothing limits it."""
    await make_helpers(hass)
    entry = MockConfigEntry(
        domain="dalen", subentries_data=[entity_subentry({"type": "none"}, "monitor")]
    )
    entry.add_to_hass(hass)
    await set_up(hass, entry)
    assert hass.states.async_entity_ids(["calendar", "event"]) == []
