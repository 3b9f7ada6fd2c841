"""What all screens for the options of the house have in common."""

from typing import Any, Final, Literal

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

NUMBERS: Final = ("sensor", "number", "input_number")
"""The entities that hold a number."""


class HouseOptionsFlow(OptionsFlow):
    """A flow that changes one of the options and keeps the others."""

    def _save(self, key: str, data: dict[str, Any]) -> ConfigFlowResult:
        """Keep these options, and finish."""
        return self.async_create_entry(data={**self.config_entry.options, key: data})

    def _kept(self, key: str) -> dict[str, Any]:
        """Return the options of one subject; empty when there are none yet."""
        return dict(self.config_entry.options.get(key, {}))


def entity_of(*domains: str) -> EntitySelector:
    """Ask for an entity of these domains."""
    return EntitySelector(EntitySelectorConfig(domain=list(domains)))


def number(
    low: float, high: float, step: float | Literal["any"], unit: str
) -> NumberSelector:
    """Ask for a number with its unit."""
    return NumberSelector(
        NumberSelectorConfig(
            min=low,
            max=high,
            step=step,
            unit_of_measurement=unit,
            mode=NumberSelectorMode.BOX,
        )
    )


def choice(options: list[str], key: str, *, multiple: bool = False) -> SelectSelector:
    """Ask for one or more options that the translations have words for."""
    return SelectSelector(
        SelectSelectorConfig(
            options=options,
            translation_key=key,
            multiple=multiple,
            mode=SelectSelectorMode.LIST,
        )
    )
