"""The power limit that the resident sets."""

from typing import override

from homeassistant.components.number import (
    NumberDeviceClass,
    NumberEntity,
    NumberEntityDescription,
    NumberMode,
)
from homeassistant.const import UnitOfPower
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import HeatPumpCoordinator
from .entity import HeatPumpEntity, async_add_per_heat_pump
from .house import DalenConfigEntry

PARALLEL_UPDATES = 1

POWER_LIMIT = NumberEntityDescription(
    key="power_limit",
    translation_key="power_limit",
    device_class=NumberDeviceClass.POWER,
    native_unit_of_measurement=UnitOfPower.WATT,
    native_min_value=0,
    native_step=50,
    mode=NumberMode.BOX,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: DalenConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the number of every heat pump that can be limited."""
    async_add_per_heat_pump(
        entry,
        async_add_entities,
        lambda pump: [PowerLimitNumber(pump)] if pump.can_be_limited else [],
    )


class PowerLimitNumber(HeatPumpEntity, NumberEntity):
    """The limit of the resident; at the nameplate it limits nothing."""

    def __init__(self, coordinator: HeatPumpCoordinator) -> None:
        """Take the range from the heat pump."""
        super().__init__(coordinator, POWER_LIMIT)
        self._attr_native_max_value = coordinator.nameplate_w

    @property
    @override
    def native_value(self) -> float:
        """Return the limit of the resident in watts."""
        return self.coordinator.resident_w

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Limit the heat pump to this many watts, now and after a restart."""
        await self.coordinator.async_set_resident_limit(value)
