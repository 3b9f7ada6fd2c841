"""What the house must still know after a restart."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store

from .const import DOMAIN

STORAGE_VERSION: Final = 1
# Long enough to join the writes of one decision, short enough to lose nothing
# that a resident did when the power fails.
SAVE_DELAY_S: Final = 1

HOUSE: Final = "house"
"""The section of the house itself; no subentry has such an id."""

type Section = dict[str, Any]


class HouseStore:
    """Keep one section of JSON data per heat pump, per neighbourhood and of the house.

    A section is known by the id of its subentry. It is replaced as a whole.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Bind the store of one house."""
        self._store = Store[dict[str, Section]](
            hass, STORAGE_VERSION, f"{DOMAIN}.{entry_id}", private=True
        )
        self._sections: dict[str, Section] = {}

    async def async_load(self, subentry_ids: set[str]) -> list[Section]:
        """Read what was stored. Forget subentries that are gone, and return theirs."""
        stored = await self._store.async_load() or {}
        known = subentry_ids | {HOUSE}
        self._sections = {key: stored[key] for key in known & stored.keys()}
        return [stored[key] for key in stored.keys() - known]

    def section(self, subentry_id: str) -> Mapping[str, Any]:
        """Return what a subentry stored; empty when it never did."""
        return self._sections.get(subentry_id, {})

    @callback
    def async_update(self, subentry_id: str, **values: Any) -> None:
        """Replace values in the section of a subentry; save soon if they differ."""
        self.async_replace(subentry_id, {**self.section(subentry_id), **values})

    @callback
    def async_replace(self, subentry_id: str, section: Section) -> None:
        """Replace the section of a subentry; save soon if it differs."""
        if section == self.section(subentry_id):
            return
        self._sections[subentry_id] = section
        self._store.async_delay_save(lambda: self._sections, SAVE_DELAY_S)

    async def async_flush(self) -> None:
        """Save now: the house is being unloaded."""
        await self._store.async_save(self._sections)

    async def async_remove(self) -> None:
        """Remove the file: the house is removed from Home Assistant."""
        await self._store.async_remove()
