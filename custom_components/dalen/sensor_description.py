"""What a sensor needs to say about a heat pump and its house."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from homeassistant.components.sensor import SensorEntityDescription
from homeassistant.helpers.typing import StateType

from .coordinator import HeatPumpCoordinator


@dataclass(frozen=True, kw_only=True)
class HeatPumpSensorDescription(SensorEntityDescription):
    """A sensor of what the house decided or worked out."""

    value_fn: Callable[[HeatPumpCoordinator], StateType | datetime]
    attributes_fn: Callable[[HeatPumpCoordinator], Mapping[str, Any] | None] | None = (
        None
    )
    exists_fn: Callable[[HeatPumpCoordinator], bool] = lambda pump: True
    """Tell if this heat pump can have it."""
