"""What the answers on the screens of an entity mean, as they are kept."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from ..const import CONF_LIMIT
from ..entity_heat_pump.bindings import BINDING_NAMES, POWER
from ..entity_heat_pump.mechanism import LimitType, OpenThermMethod
from ..entity_heat_pump.number_range import NumberRange
from ..entity_heat_pump.recipe import ENABLE, LIMIT, RecipeControl
from ..entity_heat_pump.tier import ControlType
from .entity_schemas import (
    CONF_BLOCK_C,
    CONF_BLOCK_LEVEL,
    CONF_BLOCK_OPTION,
    CONF_BLOCK_VALUE,
    CONF_BLOCKED_WHEN,
    CONF_FIRST_SWITCH,
    CONF_FREE_OPTION,
    CONF_FREE_VALUE,
    CONF_HOLD_MIN,
    CONF_LONGEST_MIN,
    CONF_MAPPING,
    CONF_METHOD,
    CONF_MORE,
    CONF_PAUSE_MIN,
    CONF_SECOND_SWITCH,
    CONF_TIMES,
    CONF_TOPIC,
)

type Answers = Mapping[str, Any]

ROOM_STEP_K: Final = 3.0
"""A room set point may be moved this far: a limit must not make a house cold."""

_INVERSE: Final = {"on": "off", "off": "on"}

_BLOCK_FIELDS: Final = (CONF_BLOCK_OPTION, CONF_BLOCKED_WHEN, CONF_BLOCK_VALUE)
_FREE_FIELDS: Final = (CONF_FREE_OPTION, CONF_FREE_VALUE)

# Blocked and free positions of two contacts. SG-Ready: 1,0 blocks, 0,0 is normal.
_TWO_CONTACTS: Final = {
    "sg_ready": (("on", "off"), ("off", "off")),
    "sg_ready_swapped": (("off", "on"), ("off", "off")),
    "sg_ready_inverted": (("off", "on"), ("on", "on")),
}


def bindings_of(answers: Answers) -> dict[str, str]:
    """Return the entities that tell something, by the names of the bindings."""
    flat = {**answers, **answers.get(CONF_MORE, {})}
    return {name: flat[name] for name in BINDING_NAMES if flat.get(name)}


def number_limit(
    kind: ControlType, entity_id: str, found: NumberRange, answers: Answers
) -> dict[str, Any]:
    """Return the control by a number of watts or percent."""
    limit = {
        "type": kind.value,
        "entity_id": entity_id,
        "range": asdict(found),
        "free": answers[CONF_FREE_VALUE],
    }
    if enable := answers.get(ENABLE):
        limit["enable"] = {"entity_id": enable, "value": "on"}
        limit["enable_free"] = {"entity_id": enable, "value": "off"}
    return limit


def select_limit(entity_id: str, answers: Answers) -> dict[str, Any]:
    """Return the control by an option."""
    return _block(
        "contact",
        [_setting(entity_id, answers[CONF_BLOCK_OPTION])],
        [_setting(entity_id, answers[CONF_FREE_OPTION])],
    )


def switch_limit(entity_id: str, answers: Answers) -> dict[str, Any]:
    """Return the control by a switch."""
    blocked = answers[CONF_BLOCKED_WHEN]
    return _block(
        "contact",
        [_setting(entity_id, blocked)],
        [_setting(entity_id, _INVERSE[blocked])],
    )


def temperature_limit(entity_id: str, answers: Answers) -> dict[str, Any]:
    """Return the control by a set point."""
    return _block(
        "setpoint",
        [_setting(entity_id, answers[CONF_BLOCK_VALUE])],
        [_setting(entity_id, answers[CONF_FREE_VALUE])],
    )


def contact_limit(answers: Answers) -> dict[str, Any]:
    """Return the control by one or two contacts."""
    mapping, first = answers[CONF_MAPPING], answers[CONF_FIRST_SWITCH]
    times = answers[CONF_TIMES]
    switches = [first]
    blocked: tuple[str, ...] = (mapping,)
    free: tuple[str, ...] = (_INVERSE.get(mapping, ""),)
    if mapping in _TWO_CONTACTS:
        switches.append(answers[CONF_SECOND_SWITCH])
        blocked, free = _TWO_CONTACTS[mapping]
    limit = _block(
        "contact",
        [_setting(*pair) for pair in zip(switches, blocked, strict=True)],
        [_setting(*pair) for pair in zip(switches, free, strict=True)],
    )
    limit["times"] = {
        "hold_s": times[CONF_HOLD_MIN] * 60,
        "pause_s": times[CONF_PAUSE_MIN] * 60,
        "longest_s": times[CONF_LONGEST_MIN] * 60,
    }
    return limit


def contact_problem(answers: Answers) -> tuple[str, str] | None:
    """Return the field and the error of answers about a contact that do not fit."""
    second, mapping = answers.get(CONF_SECOND_SWITCH), answers[CONF_MAPPING]
    if second == answers[CONF_FIRST_SWITCH]:
        return CONF_SECOND_SWITCH, "switches_same"
    if mapping in _TWO_CONTACTS and second is None:
        return CONF_MAPPING, "mapping_needs_two"
    if mapping not in _TWO_CONTACTS and second is not None:
        return CONF_MAPPING, "mapping_needs_one"
    times = answers[CONF_TIMES]
    if times[CONF_HOLD_MIN] > times[CONF_LONGEST_MIN]:
        return "base", "hold_above_longest"
    return None


def contact_answers(data: Answers) -> dict[str, Any]:
    """Return the answers that lead to a contact as it is kept."""
    limit = data[CONF_LIMIT]
    switches = [row["entity_id"] for row in limit["block"]]
    blocked = tuple(row["value"] for row in limit["block"])
    free = tuple(row["value"] for row in limit["free"])
    two = {value: key for key, value in _TWO_CONTACTS.items()}
    answers = picked_answers(data)
    answers[CONF_FIRST_SWITCH] = switches[0]
    answers[CONF_MAPPING] = two.get((blocked, free), blocked[0])
    if len(switches) > 1:
        answers[CONF_SECOND_SWITCH] = switches[1]
    times = limit["times"]
    answers[CONF_TIMES] = {
        CONF_HOLD_MIN: times["hold_s"] / 60,
        CONF_PAUSE_MIN: times["pause_s"] / 60,
        CONF_LONGEST_MIN: times["longest_s"] / 60,
    }
    return answers


def picked_answers(data: Answers) -> dict[str, Any]:
    """Return the answers that lead to entities as they are kept."""
    answers: dict[str, Any] = {
        CONF_MORE: {
            name: data[name]
            for name in BINDING_NAMES
            if name != POWER and data.get(name)
        }
    }
    if power := data.get(POWER):
        answers[POWER] = power
    if control := control_entity(data[CONF_LIMIT]):
        answers[LIMIT] = control
    return answers


def opentherm_limit(gateway_id: str, answers: Answers) -> dict[str, Any]:
    """Return the control by an OpenTherm gateway."""
    method = OpenThermMethod(answers[CONF_METHOD])
    is_level = method is OpenThermMethod.MAX_MODULATION
    block = int(answers[CONF_BLOCK_LEVEL]) if is_level else answers[CONF_BLOCK_C]
    return {
        "type": LimitType.OPENTHERM.value,
        "gateway_id": gateway_id,
        "method": method.value,
        "block": block,
    }


def heishamon_limit(topic: str) -> dict[str, Any]:
    """Return the control by HeishaMon."""
    return {"type": LimitType.HEISHAMON.value, "topic": topic.strip().strip("/")}


def control_entity(limit: Mapping[str, Any]) -> str | None:
    """Return the first entity that controls a heat pump; None without one."""
    if entity_id := limit.get("entity_id"):
        return str(entity_id)
    rows = limit.get("block")
    return rows[0]["entity_id"] if isinstance(rows, list) else None


def controlling_entities(data: Answers) -> tuple[str, ...]:
    """Return all entities that are set to control a heat pump."""
    limit = data[CONF_LIMIT]
    rows = limit["block"] if limit.get("type") == LimitType.BLOCK else ()
    alone = (limit["entity_id"],) if "entity_id" in limit else ()
    return (*alone, *(row["entity_id"] for row in rows))


def control_answers(limit: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers that lead to a control as it is kept."""
    answers: dict[str, Any] = {}
    match LimitType(limit["type"]):
        case LimitType.WATTS | LimitType.PERCENT:
            answers = {CONF_FREE_VALUE: limit["free"]}
            if enable := limit.get("enable"):
                answers[ENABLE] = enable["entity_id"]
        case LimitType.BLOCK:
            block, free = limit["block"][0]["value"], limit["free"][0]["value"]
            answers = dict.fromkeys(_BLOCK_FIELDS, block)
            answers |= dict.fromkeys(_FREE_FIELDS, free)
        case LimitType.OPENTHERM:
            is_level = limit["method"] == OpenThermMethod.MAX_MODULATION
            key = CONF_BLOCK_LEVEL if is_level else CONF_BLOCK_C
            answers = {CONF_METHOD: limit["method"], key: limit["block"]}
        case _:
            # Empty for one that is monitored: nothing of it is asked.
            answers = {key: limit[key] for key in (CONF_TOPIC,) if key in limit}
    return answers


def recipe_control(limit: Mapping[str, Any]) -> RecipeControl:
    """Return how a heat pump that is kept is controlled."""
    match LimitType(limit["type"]):
        case LimitType.OPENTHERM:
            return RecipeControl.OPENTHERM
        case LimitType.HEISHAMON:
            return RecipeControl.HEISHAMON
        case _:
            return RecipeControl.ENTITY


def entity_unique_id(data: Answers) -> str:
    """Return how a heat pump through entities is known: by what controls it."""
    limit = data[CONF_LIMIT]
    known_by = (
        control_entity(limit)
        or limit.get("gateway_id")
        or limit.get("topic")
        or data[POWER]
    )
    return f"entity:{known_by}"


def _block(
    kind: str, block: list[dict[str, Any]], free: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return a control that stops the heat pump and lets it go."""
    return {"type": LimitType.BLOCK.value, "kind": kind, "block": block, "free": free}


def _setting(entity_id: str, value: str | float) -> dict[str, Any]:
    """Return an entity with a value."""
    return {"entity_id": entity_id, "value": value}
