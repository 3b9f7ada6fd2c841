"""Base entities: whose device they belong to, and how they are known.

Every identity derives from the id of the subentry. It stays the same when the
device gets another address, and a heat pump has no serial number in general.
"""

from collections.abc import Callable, Iterable

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import callback
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import CONF_COLLECTIVE, CONF_HUB_NAME, DOMAIN
from .coordinator import HeatPumpCoordinator
from .house import DalenConfigEntry
from .neighbourhood import NeighbourhoodLink


def heat_pump_device_info(coordinator: HeatPumpCoordinator) -> DeviceInfo:
    """Return device information for a heat pump."""
    description = coordinator.description
    return DeviceInfo(
        identifiers={(DOMAIN, coordinator.subentry.subentry_id)},
        name=coordinator.subentry.title,
        manufacturer=description.brand,
        model=description.model,
    )


def house_device_info(entry: ConfigEntry) -> DeviceInfo:
    """Return device information for the house itself, with all its heat pumps."""
    return DeviceInfo(
        identifiers={(DOMAIN, entry.entry_id)},
        name=entry.title,
        entry_type=DeviceEntryType.SERVICE,
    )


def hub_device_info(subentry: ConfigSubentry) -> DeviceInfo:
    """Return device information for the hub of a neighbourhood."""
    return DeviceInfo(
        identifiers={(DOMAIN, subentry.subentry_id)},
        translation_key="hub",
        manufacturer=subentry.data[CONF_COLLECTIVE],
        model=subentry.data[CONF_HUB_NAME],
        entry_type=DeviceEntryType.SERVICE,
    )


@callback
def async_add_per_heat_pump(
    entry: DalenConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    entities_of: Callable[[HeatPumpCoordinator], Iterable[Entity]],
) -> None:
    """Add the entities of every heat pump of the house, each to its own device."""
    for subentry_id, coordinator in entry.runtime_data.heat_pumps.items():
        async_add_entities(entities_of(coordinator), config_subentry_id=subentry_id)


class HeatPumpEntity(CoordinatorEntity[HeatPumpCoordinator]):
    """An entity of one heat pump."""

    _attr_has_entity_name = True

    def __init__(
        self, coordinator: HeatPumpCoordinator, description: EntityDescription
    ) -> None:
        """Bind the entity to its heat pump."""
        super().__init__(coordinator)
        self.entity_description = description
        self._attr_unique_id = f"{coordinator.subentry.subentry_id}_{description.key}"
        self._attr_device_info = heat_pump_device_info(coordinator)


class HubEntity(CoordinatorEntity[NeighbourhoodLink]):
    """An entity of the hub that the house has joined."""

    _attr_has_entity_name = True

    def __init__(self, link: NeighbourhoodLink, description: EntityDescription) -> None:
        """Bind the entity to the link with the hub."""
        super().__init__(link)
        self.entity_description = description
        self._attr_unique_id = f"{link.subentry.subentry_id}_{description.key}"
        self._attr_device_info = hub_device_info(link.subentry)
