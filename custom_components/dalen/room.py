"""The room of the house, as entities tell it."""

from homeassistant.core import HomeAssistant

from .entity_heat_pump.home_assistant import HomeAssistantEntities
from .entity_heat_pump.reading import EntityReading, temperature_c
from .entity_heat_pump.setting import set_value
from .entity_heat_pump.units import to_celsius
from .own_settings import RoomEntities


def read_room(
    hass: HomeAssistant, entities: RoomEntities
) -> tuple[float | None, float | None]:
    """Return room and set point in °C; None for what is not known."""
    access = HomeAssistantEntities(hass)
    if entities.climate is not None:
        climate = access.reading(entities.climate)
        return temperature_c(climate), _set_point_c(climate)
    room = access.reading(entities.room) if entities.room else None
    set_point = access.reading(entities.set_point) if entities.set_point else None
    return temperature_c(room), temperature_c(set_point)


def has_temperature(hass: HomeAssistant, entity_id: str) -> bool:
    """Tell if an entity tells a temperature now."""
    return temperature_c(HomeAssistantEntities(hass).reading(entity_id)) is not None


def _set_point_c(climate: EntityReading | None) -> float | None:
    """Return the set point of a climate in °C; None while it has none."""
    value = set_value(climate)
    if climate is None or value is None:
        return None
    return to_celsius(value, climate.unit)
