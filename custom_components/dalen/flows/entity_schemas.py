"""The screens of a heat pump that is connected through entities."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from homeassistant.const import CONF_NAME, UnitOfTime
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    NumberSelector,
    SelectOptionDict,
    TextSelector,
)
import probatio

from ..const import CONF_MINIMUM_W, CONF_NAMEPLATE_W, DEFAULT_NAMEPLATE_W
from ..entity_heat_pump.bindings import POWER
from ..entity_heat_pump.mechanism import OpenThermMethod
from ..entity_heat_pump.number_range import NumberRange
from ..entity_heat_pump.recipe import ENABLE, LIMIT
from .selectors import (
    SENSORS,
    choice,
    entity,
    limits_section,
    number,
    translated,
    watts,
)

CONF_PROPOSAL: Final = "proposal"
CONF_MORE: Final = "more"
CONF_TIMES: Final = "times"
CONF_FREE_VALUE: Final = "free_value"
CONF_BLOCK_VALUE: Final = "block_value"
CONF_BLOCK_OPTION: Final = "block_option"
CONF_FREE_OPTION: Final = "free_option"
CONF_BLOCKED_WHEN: Final = "blocked_when"
CONF_METHOD: Final = "method"
CONF_BLOCK_LEVEL: Final = "block_level"
CONF_BLOCK_C: Final = "block_c"
CONF_TOPIC: Final = "topic"
CONF_FIRST_SWITCH: Final = "first_switch"
CONF_SECOND_SWITCH: Final = "second_switch"
CONF_MAPPING: Final = "mapping"
CONF_HOLD_MIN: Final = "hold_min"
CONF_PAUSE_MIN: Final = "pause_min"
CONF_LONGEST_MIN: Final = "longest_min"

OTHER: Final = "other"
DEFAULT_TOPIC: Final = "panasonic_heat_pump"
DEFAULT_MINIMUM_W: Final = 400

_STATES: Final = ("binary_sensor", "sensor", "switch", "input_boolean", "input_select")
_CONTROLS: Final = (
    "number",
    "input_number",
    "select",
    "input_select",
    "switch",
    "input_boolean",
    "climate",
)
_SWITCHES: Final = ("switch", "input_boolean")

MORE: Final[Mapping[str, Sequence[str]]] = {
    "thermal_entity": SENSORS,
    "boiler_entity": _STATES,
    "defrost_entity": _STATES,
    "outdoor_entity": SENSORS,
    "flow_entity": SENSORS,
    "return_entity": SENSORS,
    "room_entity": (*SENSORS, "climate"),
}


def proposal_schema(options: Iterable[SelectOptionDict]) -> probatio.Schema:
    """Ask which of the heat pumps that were found."""
    return probatio.Schema({probatio.Required(CONF_PROPOSAL): choice(list(options))})


def pick_schema(*, has_limit: bool) -> probatio.Schema:
    """Ask for the entities; the control only where an entity is the control."""
    fields: dict[Any, Any] = {probatio.Required(POWER): entity(SENSORS)}
    if has_limit:
        fields[probatio.Optional(LIMIT)] = entity(_CONTROLS)
    return probatio.Schema(fields | _more())


def contact_schema() -> probatio.Schema:
    """Ask for the switches of a contact, and what they mean."""
    return probatio.Schema(
        {
            probatio.Required(CONF_FIRST_SWITCH): entity(_SWITCHES),
            probatio.Optional(CONF_SECOND_SWITCH): entity(_SWITCHES),
            probatio.Required(CONF_MAPPING, default="on"): translated(
                ["on", "off", "sg_ready", "sg_ready_swapped", "sg_ready_inverted"],
                CONF_MAPPING,
            ),
            probatio.Optional(POWER): entity(SENSORS),
            **_more(),
            probatio.Required(CONF_TIMES): section(_times(), {"collapsed": True}),
        }
    )


def number_schema(found: NumberRange, *, has_enable: bool) -> probatio.Schema:
    """Ask what a number holds without a limit, and what switches it on."""
    fields: dict[Any, Any] = {
        probatio.Required(CONF_FREE_VALUE, default=found.high): number(
            found.low, found.high, found.unit
        )
    }
    if has_enable:
        fields[probatio.Optional(ENABLE)] = entity(_SWITCHES)
    return probatio.Schema(fields)


def select_schema(options: Sequence[str]) -> probatio.Schema:
    """Ask which option stops the heat pump, and which lets it go."""
    selector = choice(list(options))
    return probatio.Schema(
        {
            probatio.Required(CONF_BLOCK_OPTION): selector,
            probatio.Required(CONF_FREE_OPTION): selector,
        }
    )


def switch_schema() -> probatio.Schema:
    """Ask at which position of a switch the heat pump stops."""
    return probatio.Schema(
        {
            probatio.Required(CONF_BLOCKED_WHEN, default="on"): translated(
                ["on", "off"], CONF_BLOCKED_WHEN
            )
        }
    )


def temperature_schema(low: float, high: float, unit: str) -> probatio.Schema:
    """Ask for the set point during a limit, and without one."""
    return probatio.Schema(
        {
            probatio.Required(CONF_BLOCK_VALUE): number(low, high, unit),
            probatio.Required(CONF_FREE_VALUE): number(low, high, unit),
        }
    )


def opentherm_schema() -> probatio.Schema:
    """Ask what the gateway has to override."""
    return probatio.Schema(
        {
            probatio.Required(
                CONF_METHOD, default=OpenThermMethod.MAX_MODULATION.value
            ): translated([method.value for method in OpenThermMethod], CONF_METHOD),
            probatio.Required(CONF_BLOCK_LEVEL, default=0): number(0, 100, "%"),
            probatio.Required(CONF_BLOCK_C, default=25): number(1, 90, "°C"),
        }
    )


def heishamon_schema() -> probatio.Schema:
    """Ask for the topic of HeishaMon."""
    return probatio.Schema(
        {probatio.Required(CONF_TOPIC, default=DEFAULT_TOPIC): TextSelector()}
    )


def powers_schema(name: str, minimum_w: float | None) -> probatio.Schema:
    """Ask for the powers, and the limits of the house where it can be limited."""
    fields: dict[Any, Any] = {
        probatio.Required(CONF_NAME, default=name): TextSelector(),
        probatio.Required(CONF_NAMEPLATE_W, default=DEFAULT_NAMEPLATE_W): watts(),
    }
    if minimum_w is not None:
        fields[probatio.Required(CONF_MINIMUM_W, default=minimum_w)] = watts()
        fields |= limits_section()
    return probatio.Schema(fields)


def _more() -> dict[Any, Any]:
    """Ask for what else there is to read."""
    fields = {probatio.Optional(name): entity(MORE[name]) for name in MORE}
    more = section(probatio.Schema(fields), {"collapsed": True})
    return {probatio.Optional(CONF_MORE, default={}): more}


def _times() -> probatio.Schema:
    """Ask how long a block lasts."""
    return probatio.Schema(
        {
            probatio.Required(CONF_HOLD_MIN, default=10): _minutes(10, 60),
            probatio.Required(CONF_PAUSE_MIN, default=10): _minutes(10, 120),
            probatio.Required(CONF_LONGEST_MIN, default=120): _minutes(10, 120),
        }
    )


def _minutes(low: int, high: int) -> NumberSelector:
    """Return a box for a time."""
    return number(low, high, UnitOfTime.MINUTES)
