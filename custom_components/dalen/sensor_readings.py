"""The sensors of what a heat pump tells."""

from collections.abc import Callable
from dataclasses import dataclass

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory, UnitOfPower, UnitOfTemperature

from .coordinator import LIMITS
from .heat_pump.model import HeatPumpState


@dataclass(frozen=True, kw_only=True)
class ReadingSensorDescription(SensorEntityDescription):
    """A sensor of something that the heat pump tells."""

    value_fn: Callable[[HeatPumpState], float | None]
    needs: frozenset[str] = frozenset()
    """The keys of the registers that the profile must have."""


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
