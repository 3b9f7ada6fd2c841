"""The screen of the comfort: which room, and how cold is too cold."""

from typing import Any

from homeassistant.config_entries import ConfigFlowResult
import probatio

from ..const import CONF_COMFORT
from ..own_settings import (
    CONF_AFTER,
    CONF_CLIMATE_ENTITY,
    CONF_DROP_K,
    CONF_MINIMUM_C,
    CONF_ROOM_ENTITY,
    CONF_SET_POINT_ENTITY,
)
from ..room import has_temperature
from .options_base import NUMBERS, HouseOptionsFlow, entity_of, number


class ComfortSteps(HouseOptionsFlow):
    """Ask for the room."""

    async def async_step_comfort(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask where the room is read, and when it is too cold to limit."""
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = self._problems(user_input)
            if not errors:
                return self._save(CONF_COMFORT, user_input)
        return self.async_show_form(
            step_id="comfort",
            data_schema=self.add_suggested_values_to_schema(
                _schema(), user_input or self._kept(CONF_COMFORT)
            ),
            errors=errors,
        )

    def _problems(self, answers: dict[str, Any]) -> dict[str, str]:
        """Return what is wrong with the entities."""
        if CONF_CLIMATE_ENTITY in answers and CONF_ROOM_ENTITY in answers:
            return {"base": "room_twice"}
        if CONF_SET_POINT_ENTITY in answers and CONF_ROOM_ENTITY not in answers:
            return {CONF_SET_POINT_ENTITY: "set_point_without_room"}
        fields = (CONF_CLIMATE_ENTITY, CONF_ROOM_ENTITY, CONF_SET_POINT_ENTITY)
        return {
            field: "no_temperature"
            for field in fields
            if field in answers and not has_temperature(self.hass, answers[field])
        }


def _schema() -> probatio.Schema:
    """Ask for a thermostat, or a room and its set point, and for the bounds."""
    return probatio.Schema(
        {
            probatio.Optional(CONF_CLIMATE_ENTITY): entity_of("climate"),
            probatio.Optional(CONF_ROOM_ENTITY): entity_of(*NUMBERS),
            probatio.Optional(CONF_SET_POINT_ENTITY): entity_of(*NUMBERS),
            probatio.Required(CONF_MINIMUM_C, default=17): number(5, 25, 0.5, "°C"),
            probatio.Required(CONF_DROP_K, default=1): number(0.2, 5, 0.1, "°C"),
            probatio.Required(CONF_AFTER, default=30): number(0, 120, 5, "min"),
        }
    )
