"""Follow the entities of a house and its heat pumps when their owner renames them."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .const import SUBENTRY_HEAT_PUMP


@callback
def async_follow_renames(hass: HomeAssistant, entry: ConfigEntry) -> CALLBACK_TYPE:
    """Keep the new id of every entity that is renamed; return how to stop."""

    @callback
    def async_updated(event: Event[er.EventEntityRegistryUpdatedData]) -> None:
        """Put the new id in the place of the old one."""
        data = event.data
        if data["action"] != "update" or "old_entity_id" not in data:
            return
        old, new = data["old_entity_id"], data["entity_id"]
        hass.config_entries.async_update_entry(
            entry, options=renamed(entry.options, old, new)
        )
        for subentry in entry.get_subentries_of_type(SUBENTRY_HEAT_PUMP):
            changed = renamed(subentry.data, old, new)
            if changed != subentry.data:
                known_by = renamed(subentry.unique_id, f"entity:{old}", f"entity:{new}")
                hass.config_entries.async_update_subentry(
                    entry, subentry, data=changed, unique_id=known_by
                )

    return hass.bus.async_listen(er.EVENT_ENTITY_REGISTRY_UPDATED, async_updated)


def renamed(value: Any, old: str, new: str) -> Any:
    """Return data in which an id is replaced, however deep it is."""
    if isinstance(value, Mapping):
        return {key: renamed(item, old, new) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [renamed(item, old, new) for item in value]
    return new if value == old else value
