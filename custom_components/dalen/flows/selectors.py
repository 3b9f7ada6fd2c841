"""The boxes and lists that several screens of a heat pump have."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from homeassistant.const import UnitOfPower
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    EntityWithDeviceFilterSelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
)
import probatio

from ..const import (
    CONF_FLOOR_W,
    CONF_INSTALLER_MAXIMUM_W,
    CONF_LIMITS,
    DEFAULT_FLOOR_W,
    MAX_NAMEPLATE_W,
)

SENSORS: Final = ("sensor", "number", "input_number")

DEFAULT_BLOCK_BELOW_W: Final = 800
"""The mean of the pilot's heat pumps on a cold evening."""


def entity(domains: Sequence[str] = SENSORS) -> EntitySelector:
    """Return a choice of entities; without more, of those that tell a number."""
    filters = EntityWithDeviceFilterSelectorConfig(domain=list(domains))
    return EntitySelector(EntitySelectorConfig(filter=[filters]))


def choice(options: list[SelectOptionDict] | list[str]) -> SelectSelector:
    """Return a choice that needs no translation."""
    return SelectSelector(SelectSelectorConfig(options=options))


def translated(options: list[str], translation_key: str) -> SelectSelector:
    """Return a choice with translated options."""
    return SelectSelector(
        SelectSelectorConfig(options=options, translation_key=translation_key)
    )


def number(low: float, high: float, unit: str) -> NumberSelector:
    """Return a box for a number in a range."""
    return NumberSelector(
        NumberSelectorConfig(
            min=low,
            max=high,
            step="any",
            mode=NumberSelectorMode.BOX,
            unit_of_measurement=unit,
        )
    )


def whole(low: int, high: int) -> probatio.All[int]:
    """Return a box for a whole number."""
    return probatio.All(
        NumberSelector(
            NumberSelectorConfig(min=low, max=high, step=1, mode=NumberSelectorMode.BOX)
        ),
        probatio.Coerce(int),
    )


def watts() -> NumberSelector:
    """Return a box for a power."""
    return number(0, MAX_NAMEPLATE_W, UnitOfPower.WATT)


def limits_section() -> Mapping[Any, Any]:
    """Ask for the limits of the house, folded away: most keep them as they are."""
    limits = probatio.Schema(
        {
            probatio.Required(CONF_FLOOR_W, default=DEFAULT_FLOOR_W): watts(),
            probatio.Optional(CONF_INSTALLER_MAXIMUM_W): watts(),
        }
    )
    return {probatio.Required(CONF_LIMITS): section(limits, {"collapsed": True})}
