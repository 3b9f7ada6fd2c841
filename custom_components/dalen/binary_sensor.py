"""Whether a heat pump is limited, what it is doing, and whether the hub answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.binary_sensor import (
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import LIMITS, HeatPumpCoordinator
from .entity import HeatPumpEntity, HubEntity, async_add_per_heat_pump
from .house import DalenConfigEntry
from .neighbourhood import NeighbourhoodLink

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class HeatPumpBinarySensorDescription(BinarySensorEntityDescription):
    """A yes or no about a heat pump; None when the heat pump does not tell."""

    is_on_fn: Callable[[HeatPumpCoordinator], bool | None]
    needs: frozenset[str] = frozenset()
    """The keys of the flags that the profile must have."""


BINARY_SENSORS: tuple[HeatPumpBinarySensorDescription, ...] = (
    HeatPumpBinarySensorDescription(
        key="limited",
        translation_key="limited",
        is_on_fn=lambda pump: pump.effective.limit_w is not None,
        needs=LIMITS,
    ),
    HeatPumpBinarySensorDescription(
        key="boiler_active",
        translation_key="boiler_active",
        device_class=BinarySensorDeviceClass.RUNNING,
        is_on_fn=lambda pump: pump.data.boiler_on,
        needs=frozenset({"boiler_on"}),
    ),
    HeatPumpBinarySensorDescription(
        key="defrost",
        translation_key="defrost",
        device_class=BinarySensorDeviceClass.RUNNING,
        is_on_fn=lambda pump: pump.data.defrost,
        needs=frozenset({"defrost"}),
    ),
)

HUB_CONNECTED = BinarySensorEntityDescription(
    key="hub_connected",
    translation_key="hub_connected",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: DalenConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the binary sensors of every heat pump and of the hub."""
    async_add_per_heat_pump(entry, async_add_entities, _heat_pump_sensors)
    for subentry_id, link in entry.runtime_data.links.items():
        async_add_entities([HubConnectedSensor(link)], config_subentry_id=subentry_id)


def _heat_pump_sensors(coordinator: HeatPumpCoordinator) -> list[HeatPumpBinarySensor]:
    """Return the binary sensors of what this heat pump tells."""
    return [
        HeatPumpBinarySensor(coordinator, description)
        for description in BINARY_SENSORS
        if description.needs <= coordinator.told
    ]


class HeatPumpBinarySensor(HeatPumpEntity, BinarySensorEntity):
    """A yes or no about a heat pump."""

    entity_description: HeatPumpBinarySensorDescription

    @property
    @override
    def is_on(self) -> bool | None:
        """Return the last answer."""
        return self.entity_description.is_on_fn(self.coordinator)


class HubConnectedSensor(HubEntity, BinarySensorEntity):
    """Whether the last request to the hub was answered."""

    def __init__(self, link: NeighbourhoodLink) -> None:
        """Bind the sensor to the link with the hub."""
        super().__init__(link, HUB_CONNECTED)

    @property
    @override
    def available(self) -> bool:
        """Return True: a lost link is what this sensor is there to show."""
        return True

    @property
    @override
    def is_on(self) -> bool:
        """Return whether the hub answers."""
        return self.coordinator.is_connected
