"""What the house does for itself: the schedule and the cheapest heat, on or off."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import house_device_info
from .house import DalenConfigEntry, House

PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class HouseSwitchDescription(SwitchEntityDescription):
    """Something of the house that can be on or off."""

    exists_fn: Callable[[House], bool]
    """Tell if the resident made it; there is nothing to switch before."""

    is_on_fn: Callable[[House], bool]
    set_fn: Callable[[House, bool], Awaitable[None]]


HOUSE_SWITCHES: tuple[HouseSwitchDescription, ...] = (
    HouseSwitchDescription(
        key="schedule",
        translation_key="schedule",
        exists_fn=lambda house: house.has_schedule,
        is_on_fn=lambda house: house.schedule_enabled,
        set_fn=lambda house, is_on: house.async_set_schedule_enabled(is_on),
    ),
    HouseSwitchDescription(
        key="cheapest_heat",
        translation_key="cheapest_heat",
        exists_fn=lambda house: house.has_price_mode,
        is_on_fn=lambda house: house.price_mode_enabled,
        set_fn=lambda house, is_on: house.async_set_price_mode_enabled(is_on),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: DalenConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up a switch for each thing that the resident made."""
    async_add_entities(
        HouseSwitch(entry, description)
        for description in HOUSE_SWITCHES
        if description.exists_fn(entry.runtime_data)
    )


class HouseSwitch(SwitchEntity):
    """Something of the house, for all its heat pumps."""

    entity_description: HouseSwitchDescription
    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(
        self, entry: DalenConfigEntry, description: HouseSwitchDescription
    ) -> None:
        """Bind the switch to the house."""
        self.entity_description = description
        self._house = entry.runtime_data
        self._attr_unique_id = f"{entry.entry_id}_{description.key}"
        self._attr_device_info = house_device_info(entry)

    @override
    async def async_added_to_hass(self) -> None:
        """Follow what others switch."""
        self.async_on_remove(self._house.async_add_listener(self.async_write_ha_state))

    @property
    @override
    def is_on(self) -> bool:
        """Return how it stands."""
        return self.entity_description.is_on_fn(self._house)

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Let it limit the heat pumps."""
        await self.entity_description.set_fn(self._house, True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Let it limit nothing, until it is turned on again."""
        await self.entity_description.set_fn(self._house, False)
