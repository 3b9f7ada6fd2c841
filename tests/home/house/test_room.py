"""The room and its set point, from a thermostat or from two entities."""

from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from custom_components.dalen.own_settings import RoomEntities
from custom_components.dalen.room import read_room

NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
THERMOSTAT = RoomEntities(climate="climate.room")


@pytest.fixture(autouse=True)
def evening(freezer: FrozenDateTimeFactory) -> None:
    """Begin in the evening."""
    freezer.move_to(NOW)


@pytest.mark.parametrize(
    ("state", "attributes", "found"),
    [
        ("heat", {"current_temperature": 20.4, "temperature": 21}, (20.4, 21)),
        (
            "heat_cool",
            {"current_temperature": 20.4, "temperature": None, "target_temp_low": 19},
            (20.4, 19),
        ),
        # Who switched the heating off asks for no temperature.
        ("off", {"current_temperature": 16, "temperature": 21}, (16, None)),
        ("heat", {"current_temperature": 20.4}, (20.4, None)),
        ("heat", {"current_temperature": None, "temperature": 21}, (None, 21)),
        ("unavailable", {"current_temperature": 20.4}, (None, None)),
    ],
)
def test_a_thermostat(
    hass: HomeAssistant,
    state: str,
    attributes: dict[str, Any],
    found: tuple[float | None, float | None],
) -> None:
    """It knows both."""
    hass.states.async_set("climate.room", state, attributes)
    assert read_room(hass, THERMOSTAT, NOW) == found


def test_two_entities(hass: HomeAssistant) -> None:
    """Each in its own unit."""
    entities = RoomEntities(room="sensor.room", set_point="input_number.wanted")
    assert read_room(hass, entities, NOW) == (None, None)
    hass.states.async_set("sensor.room", "68", {"unit_of_measurement": "°F"})
    hass.states.async_set("input_number.wanted", "21", {"unit_of_measurement": "°C"})
    assert read_room(hass, entities, NOW) == (pytest.approx(20), 21)


def test_a_thermometer_that_is_silent_for_hours_is_not_believed(
    hass: HomeAssistant,
) -> None:
    """Its battery may be empty; the set point needs no news."""
    attributes = {"current_temperature": 20.4, "temperature": 21}
    hass.states.async_set("climate.room", "heat", attributes)
    assert read_room(hass, THERMOSTAT, NOW + timedelta(hours=5))[0] == 20.4
    assert read_room(hass, THERMOSTAT, NOW + timedelta(hours=7)) == (None, 21)


def test_no_entity_is_no_room(hass: HomeAssistant) -> None:
    """Then the heat pump may know it."""
    assert not RoomEntities().has_room
    assert read_room(hass, RoomEntities(), NOW) == (None, None)
