"""The screen of the prices: what energy costs, and whether the cheapest heat wins."""

from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import BooleanSelector
import probatio

from ..const import CONF_PRICES
from ..energy_prices import price_factor
from ..own_settings import (
    CONF_CO2,
    CONF_EFFICIENCY,
    CONF_ELECTRICITY_ENTITY,
    CONF_ELECTRICITY_PRICE,
    CONF_GAS_ENTITY,
    CONF_GAS_PRICE,
    CONF_HYSTERESIS,
    CONF_MIN_TIME,
    CONF_STEER,
)
from .options_base import NUMBERS, HouseOptionsFlow, entity_of, number

CONF_MORE: Final = "more"
_MORE: Final = (CONF_EFFICIENCY, CONF_CO2, CONF_HYSTERESIS, CONF_MIN_TIME)


class PriceSteps(HouseOptionsFlow):
    """Ask for prices."""

    async def async_step_prices(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what energy costs, and what to do with it."""
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = self._unusable(user_input)
            if not errors:
                answers = {**user_input, **user_input[CONF_MORE]}
                del answers[CONF_MORE]
                return self._save(CONF_PRICES, answers)
        return self.async_show_form(
            step_id="prices",
            data_schema=self.add_suggested_values_to_schema(
                _schema(), user_input or _nested(self._kept(CONF_PRICES))
            ),
            errors=errors,
        )

    def _unusable(self, answers: dict[str, Any]) -> dict[str, str]:
        """Return the entities that tell no price."""
        return {
            field: "no_price"
            for field, per in (
                (CONF_ELECTRICITY_ENTITY, "kWh"),
                (CONF_GAS_ENTITY, "m³"),
            )
            if (entity_id := answers.get(field))
            and price_factor(self.hass.states.get(entity_id), per) is None
        }


def _nested(kept: dict[str, Any]) -> dict[str, Any]:
    """Return kept answers as the screen has them, with a section."""
    more = {key: kept.pop(key) for key in _MORE if key in kept}
    return {**kept, CONF_MORE: more} if kept else {}


def _schema() -> probatio.Schema:
    """Ask for prices; the defaults are those of the pilot."""
    more = probatio.Schema(
        {
            probatio.Required(CONF_EFFICIENCY, default=95): number(50, 100, 1, "%"),
            probatio.Required(CONF_HYSTERESIS, default=5): number(0, 50, 1, "%"),
            probatio.Required(CONF_MIN_TIME, default=30): number(0, 240, 5, "min"),
            probatio.Required(CONF_CO2, default=0.27): number(0, 2, 0.01, "kg/kWh"),
        }
    )
    return probatio.Schema(
        {
            probatio.Required(CONF_STEER, default=False): BooleanSelector(),
            probatio.Optional(CONF_ELECTRICITY_ENTITY): entity_of(*NUMBERS),
            probatio.Required(CONF_ELECTRICITY_PRICE, default=0.27): number(
                -1, 5, "any", "€/kWh"
            ),
            probatio.Optional(CONF_GAS_ENTITY): entity_of(*NUMBERS),
            probatio.Required(CONF_GAS_PRICE, default=1.24): number(
                0.01, 20, "any", "€/m³"
            ),
            probatio.Required(CONF_MORE): section(more, {"collapsed": True}),
        }
    )
