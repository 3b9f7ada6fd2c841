"""The entities that Home Assistant knows, for the recipes."""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .recipe_match import RegisteredEntity


@callback
def registered_entities(hass: HomeAssistant) -> list[RegisteredEntity]:
    """Return all entities, also those that are switched off."""
    return [
        RegisteredEntity(
            entity_id=entry.entity_id,
            unique_id=str(entry.unique_id),
            platform=entry.platform,
            entry_id=entry.config_entry_id,
            is_disabled=entry.disabled_by is not None,
        )
        for entry in er.async_get(hass).entities.values()
    ]


@callback
def platform_of(hass: HomeAssistant, entity_id: str) -> str | None:
    """Return the integration of an entity; None when it is not registered."""
    entry = er.async_get(hass).async_get(entity_id)
    return None if entry is None else entry.platform
