"""Whether an entity can serve a heat pump, and if not, the words why."""

from typing import Any

from homeassistant.data_entry_flow import FlowContext, FlowResult

from ..const import DOMAIN
from ..entity_heat_pump.home_assistant import HomeAssistantEntities
from ..entity_heat_pump.reading import EntityReading, power_w
from ..entity_heat_pump.registry import platform_of
from ..entity_heat_pump.units import watts_per
from ..heat_pump.errors import ImplausibleValue
from ..heat_pump.plausibility import implausible_power
from ..probe import ProbeFailure
from .base import HeatPumpFlow


class EntityChecks[
    ContextT: FlowContext,
    ResultT: FlowResult[Any, Any],
    HandlerT,
](HeatPumpFlow[ContextT, ResultT, HandlerT]):
    """Look at entities before they are kept."""

    def _reading(self, entity_id: str) -> EntityReading | None:
        """Return the state of an entity."""
        return HomeAssistantEntities(self.hass).reading(entity_id)

    def _failure(self, key: str, entity_id: str) -> ProbeFailure:
        """Return a failure of an entity."""
        reading = self._reading(entity_id)
        unit = None if reading is None else reading.unit
        return ProbeFailure(
            key=key, placeholders={"entity": entity_id, "unit": unit or "-"}
        )

    def _not_there(self, entity_id: str) -> ProbeFailure | None:
        """Return why an entity cannot be used at all."""
        if platform_of(self.hass, entity_id) == DOMAIN:
            return self._failure("own_entity", entity_id)
        reading = self._reading(entity_id)
        if reading is None or not reading.is_available:
            return self._failure("entity_unavailable", entity_id)
        return None

    def _no_power(self, entity_id: str) -> ProbeFailure | None:
        """Return why an entity tells no power."""
        reading = self._reading(entity_id)
        if reading is not None and watts_per(reading.unit) is None:
            return self._failure("power_unit", entity_id)
        return None

    def _no_meter(
        self, entity_id: str, bounds: dict[str, tuple[float, float]]
    ) -> ProbeFailure | None:
        """Return why an entity cannot be the meter of a heat pump."""
        failure = self._not_there(entity_id) or self._no_power(entity_id)
        watts = power_w(self._reading(entity_id))
        if failure is not None or watts is None:
            return failure
        strange: ImplausibleValue | None = implausible_power(entity_id, watts, bounds)
        if strange is None:
            return None
        return ProbeFailure(
            key="implausible_entity", placeholders={"detail": str(strange)}
        )
