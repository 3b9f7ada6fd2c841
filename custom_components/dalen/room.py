"""The room of the house, as entities tell it."""

from datetime import datetime, timedelta
from typing import Final

from homeassistant.core import HomeAssistant

from .entity_heat_pump.home_assistant import HomeAssistantEntities
from .entity_heat_pump.reading import EntityReading, finite, temperature_c
from .entity_heat_pump.setting import set_value
from .entity_heat_pump.units import to_celsius
from .own_settings import RoomEntities

SILENT_AFTER: Final = timedelta(hours=6)
"""A thermometer on a battery reports at least each hour, also when nothing changes."""

OFF: Final = "off"


def read_room(
    hass: HomeAssistant, entities: RoomEntities, now: datetime
) -> tuple[float | None, float | None]:
    """Return room and set point in °C; None for what is not known."""
    access = HomeAssistantEntities(hass)
    if entities.climate is not None:
        climate = access.reading(entities.climate)
        return _room_c(climate, now), _set_point_c(climate)
    room = access.reading(entities.room) if entities.room else None
    set_point = access.reading(entities.set_point) if entities.set_point else None
    return _room_c(room, now), temperature_c(set_point)


def has_temperature(hass: HomeAssistant, entity_id: str) -> bool:
    """Tell if an entity tells a temperature now."""
    return temperature_c(HomeAssistantEntities(hass).reading(entity_id)) is not None


def _room_c(room: EntityReading | None, now: datetime) -> float | None:
    """Return the room in °C; None when it has been silent for long."""
    if room is None or not room.is_available or now - room.reported > SILENT_AFTER:
        return None
    return temperature_c(room)


def _set_point_c(climate: EntityReading | None) -> float | None:
    """Return the set point of a climate in °C, the lower of two; None without one."""
    if climate is None or climate.state == OFF:
        return None
    value = set_value(climate)
    if value is None:
        value = finite(climate.attributes.get("target_temp_low"))
    return None if value is None else to_celsius(value, climate.unit)
