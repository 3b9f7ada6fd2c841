"""What a heat pump does, and which limit holds for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory, UnitOfPower, UnitOfTemperature
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType

from .coordinator import LIMITS, HeatPumpCoordinator
from .entity import HeatPumpEntity, async_add_per_heat_pump
from .heat_pump.model import HeatPumpState
from .house import DalenConfigEntry
from .limits import LimitSource, LimitStatus

PARALLEL_UPDATES = 0

NOT_LIMITED = "none"


@dataclass(frozen=True, kw_only=True)
class ReadingSensorDescription(SensorEntityDescription):
    """A sensor of something that the heat pump tells."""

    value_fn: Callable[[HeatPumpState], float | None]
    needs: frozenset[str] = frozenset()
    """The keys of the registers that the profile must have."""


@dataclass(frozen=True, kw_only=True)
class LimitSensorDescription(SensorEntityDescription):
    """A sensor of what the house decided."""

    value_fn: Callable[[HeatPumpCoordinator], StateType | datetime]
    attributes_fn: Callable[[HeatPumpCoordinator], Mapping[str, Any]] | None = None


def _power(
    key: str, register: str, value_fn: Callable[[HeatPumpState], float | None]
) -> ReadingSensorDescription:
    """Describe a sensor in watts."""
    return ReadingSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=value_fn,
        needs=frozenset({register}),
    )


def _temperature(
    key: str, register: str, value_fn: Callable[[HeatPumpState], float | None]
) -> ReadingSensorDescription:
    """Describe a sensor in degrees Celsius."""
    return ReadingSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        value_fn=value_fn,
        needs=frozenset({register}),
    )


READING_SENSORS: tuple[ReadingSensorDescription, ...] = (
    _power("electric_power", "electric_w", lambda state: state.electric_w),
    _power("thermal_power", "thermal_w", lambda state: state.thermal_w),
    ReadingSensorDescription(
        key="cop",
        translation_key="cop",
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        value_fn=lambda state: state.cop,
        needs=frozenset({"electric_w", "thermal_w"}),
    ),
    _temperature("outdoor_temperature", "outdoor_c", lambda state: state.outdoor_c),
    _temperature("flow_temperature", "flow_c", lambda state: state.flow_c),
    _temperature("return_temperature", "return_c", lambda state: state.return_c),
    _temperature("room_temperature", "room_c", lambda state: state.room_c),
    ReadingSensorDescription(
        key="limit_readback",
        translation_key="limit_readback",
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        suggested_display_precision=0,
        value_fn=lambda state: state.limit_readback_w,
        needs=LIMITS,
    ),
)

LIMIT_SENSORS: tuple[LimitSensorDescription, ...] = (
    # The nameplate stands for "not limited", as it does in the number of the
    # resident and in the caps of a hub: a chart and an automation always have a
    # number, and the source tells if it limits.
    LimitSensorDescription(
        key="effective_limit",
        translation_key="effective_limit",
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=lambda pump: (
            pump.nameplate_w
            if pump.effective.limit_w is None
            else pump.effective.limit_w
        ),
    ),
    LimitSensorDescription(
        key="limit_source",
        translation_key="limit_source",
        device_class=SensorDeviceClass.ENUM,
        options=[NOT_LIMITED, *LimitSource],
        value_fn=lambda pump: pump.effective.source or NOT_LIMITED,
        attributes_fn=lambda pump: {
            "reason": pump.effective.reason,
            "released_by": pump.effective.released_by,
        },
    ),
    LimitSensorDescription(
        key="limited_until",
        translation_key="limited_until",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda pump: pump.effective.until,
    ),
    LimitSensorDescription(
        key="paused_until",
        translation_key="paused_until",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda pump: None if pump.pause is None else pump.pause.until,
    ),
    LimitSensorDescription(
        key="limit_status",
        translation_key="limit_status",
        device_class=SensorDeviceClass.ENUM,
        entity_category=EntityCategory.DIAGNOSTIC,
        options=list(LimitStatus),
        value_fn=lambda pump: pump.status,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: DalenConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the sensors of every heat pump."""
    async_add_per_heat_pump(entry, async_add_entities, _sensors)


def _sensors(coordinator: HeatPumpCoordinator) -> list[SensorEntity]:
    """Return the sensors of what this heat pump tells, and of its limits."""
    readings = [
        ReadingSensor(coordinator, description)
        for description in READING_SENSORS
        if description.needs <= coordinator.told
    ]
    limits = [
        LimitSensor(coordinator, description)
        for description in LIMIT_SENSORS
        if coordinator.can_be_limited
    ]
    return [*readings, *limits]


class ReadingSensor(HeatPumpEntity, SensorEntity):
    """Something that the heat pump tells."""

    entity_description: ReadingSensorDescription

    @property
    @override
    def native_value(self) -> float | None:
        """Return the last reading."""
        return self.entity_description.value_fn(self.coordinator.data)


class LimitSensor(HeatPumpEntity, SensorEntity):
    """Something that the house decided."""

    entity_description: LimitSensorDescription

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
