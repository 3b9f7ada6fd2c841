"""Which of the entities that an automation names are the ones it means."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from .const import DOMAIN


def own_entities(
    hass: HomeAssistant, entity_ids: set[str], translation_key: str
) -> set[str]:
    """Return the entities of Dalen of one kind, whatever their ids are.

    An automation can name a heat pump, a room or a label: most of their entities
    are not meant.
    """
    registry = er.async_get(hass)
    return {
        entity_id
        for entity_id in entity_ids
        if (entry := registry.async_get(entity_id)) is not None
        and entry.platform == DOMAIN
        and entry.translation_key == translation_key
    }
