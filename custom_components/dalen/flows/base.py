"""What all ways to add a heat pump have in common."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigSubentryData
from homeassistant.data_entry_flow import FlowContext, FlowHandler, FlowResult
from homeassistant.helpers.translation import async_get_translations

from ..const import (
    CONF_FLOOR_W,
    CONF_INSTALLER_MAXIMUM_W,
    CONF_MINIMUM_W,
    CONF_NAMEPLATE_W,
    DOMAIN,
)

type Errors = dict[str, str]


def check_powers(powers: Mapping[str, Any]) -> Errors:
    """Return what is wrong with the powers of a heat pump."""
    if powers[CONF_NAMEPLATE_W] <= powers[CONF_MINIMUM_W]:
        return {"base": "nameplate_below_minimum"}
    if powers[CONF_FLOOR_W] >= powers[CONF_NAMEPLATE_W]:
        return {"base": "floor_above_nameplate"}
    maximum_w = powers.get(CONF_INSTALLER_MAXIMUM_W)
    if maximum_w is not None and maximum_w < powers[CONF_MINIMUM_W]:
        return {"base": "maximum_below_minimum"}
    return {}


class HeatPumpFlow[
    ContextT: FlowContext,
    ResultT: FlowResult[Any, Any],
    HandlerT,
](FlowHandler[ContextT, ResultT, HandlerT]):
    """A flow that adds a heat pump to a house, or changes one."""

    @abstractmethod
    async def _async_heat_pump_ready(self, heat_pump: ConfigSubentryData) -> ResultT:
        """Go on with a heat pump that answers and is described."""

    def _known_heat_pumps(self) -> set[str]:
        """Return the unique ids of the other heat pumps that the house has."""
        return set()

    def _changed_heat_pump(self) -> Mapping[str, Any] | None:
        """Return the data of the heat pump that is changed; None for a new one."""
        return None

    async def _async_default_name(self) -> str:
        """Return "Heat pump" in the language of the house, numbered from the second."""
        name = await self._async_text("device", "device.heat_pump.name")
        count = len(self._known_heat_pumps())
        return name if count == 0 else f"{name} {count + 1}"

    async def _async_text(self, category: str, key: str) -> str:
        """Return a text of the translations in the language of the house."""
        return (await self._async_texts(category))[f"component.{DOMAIN}.{key}"]

    async def _async_words(self, selector: str) -> dict[str, str]:
        """Return the words for the options of a selector, by option."""
        start = f"component.{DOMAIN}.selector.{selector}.options."
        texts = await self._async_texts("selector")
        return {
            key.removeprefix(start): text
            for key, text in texts.items()
            if key.startswith(start)
        }

    async def _async_texts(self, category: str) -> dict[str, str]:
        """Return the texts of a category in the language of the house."""
        return await async_get_translations(
            self.hass, self.hass.config.language, category, {DOMAIN}
        )
