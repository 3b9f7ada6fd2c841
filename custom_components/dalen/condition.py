"""Conditions: a heat pump is limited."""

from typing import override

from homeassistant.components.binary_sensor.const import DOMAIN as BINARY_SENSOR_DOMAIN
from homeassistant.const import STATE_ON
from homeassistant.core import HomeAssistant
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.condition import Condition, EntityStateConditionBase

from .automation_target import own_entities


class IsLimited(EntityStateConditionBase):
    """Test if heat pumps are limited now."""

    _domain_specs = {BINARY_SENSOR_DOMAIN: DomainSpec()}
    _states = {STATE_ON}

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        """Return the entities that tell if a heat pump is limited."""
        return own_entities(self._hass, super().entity_filter(entities), "limited")


CONDITIONS: dict[str, type[Condition]] = {"is_limited": IsLimited}


async def async_get_conditions(hass: HomeAssistant) -> dict[str, type[Condition]]:
    """Return the conditions of heat pumps."""
    return CONDITIONS
