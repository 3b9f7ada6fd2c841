"""What a heat pump does, which limit holds for it, and what that costs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, override

from homeassistant.components.sensor import SensorEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType

from .coordinator import HeatPumpCoordinator
from .entity import HeatPumpEntity, async_add_per_heat_pump
from .house import DalenConfigEntry
from .sensor_description import HeatPumpSensorDescription
from .sensor_economy import ECONOMY_SENSORS
from .sensor_limits import LIMIT_SENSORS
from .sensor_readings import READING_SENSORS, ReadingSensorDescription
from .sensor_write_test import WRITE_TEST_SENSORS

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: DalenConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the sensors of every heat pump."""
    async_add_per_heat_pump(entry, async_add_entities, _sensors)


def _sensors(coordinator: HeatPumpCoordinator) -> list[SensorEntity]:
    """Return the sensors of what this heat pump tells, and of what the house makes of it."""
    readings = [
        ReadingSensor(coordinator, description)
        for description in READING_SENSORS
        if description.needs <= coordinator.told
    ]
    limits = (*LIMIT_SENSORS, *WRITE_TEST_SENSORS) if coordinator.can_be_limited else ()
    decided = [
        HeatPumpSensor(coordinator, description)
        for description in (*limits, *ECONOMY_SENSORS)
        if description.exists_fn(coordinator)
    ]
    return [*readings, *decided]


class ReadingSensor(HeatPumpEntity, SensorEntity):
    """Something that the heat pump tells."""

    entity_description: ReadingSensorDescription

    @property
    @override
    def native_value(self) -> float | None:
        """Return the last reading."""
        return self.entity_description.value_fn(self.coordinator.data)


class HeatPumpSensor(HeatPumpEntity, SensorEntity):
    """Something that the house decided or worked out."""

    entity_description: HeatPumpSensorDescription

    @property
    @override
    def native_value(self) -> StateType | datetime:
        """Return what holds now."""
        return self.entity_description.value_fn(self.coordinator)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return why it holds, where the description has words for it."""
        if (attributes_fn := self.entity_description.attributes_fn) is None:
            return None
        return attributes_fn(self.coordinator)
