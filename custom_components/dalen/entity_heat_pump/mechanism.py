"""By what means the entities of another integration limit a heat pump."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from ..heat_pump.mechanism import ContactTimes
from ..heat_pump.model import LimitKind
from .number_range import NumberRange
from .setting import Action, Setting

SG_READY_TIMES: Final = ContactTimes(hold_s=600, pause_s=600, longest_s=7200)
"""What the SG-Ready rules and makers ask: 10 minutes at least, 2 hours at most."""

OTGW_REFRESH_S: Final = 20.0
"""The gateway drops a control set point after a minute without a new one."""

HEISHAMON_REFRESH_S: Final = 300.0


class LimitType(StrEnum):
    """The type of a means, as it is kept with the heat pump."""

    WATTS = "watts"
    PERCENT = "percent"
    BLOCK = "block"
    OPENTHERM = "opentherm"
    HEISHAMON = "heishamon"
    NONE = "none"


NO_LIMIT: Final = {"type": LimitType.NONE.value}
"""What is kept with a heat pump that is only monitored."""


class OpenThermMethod(StrEnum):
    """What the gateway can override."""

    MAX_MODULATION = "max_modulation"
    CONTROL_SETPOINT = "control_setpoint"


@dataclass(frozen=True, slots=True, kw_only=True)
class WattsNumber:
    """A number in watts or kilowatts."""

    entity_id: str
    range: NumberRange
    free: float
    """What it holds while nothing is limited, in its own unit."""

    enable: Setting | None = None
    """What has to be set for the device to heed the number."""

    enable_free: Setting | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PercentNumber:
    """A number in percent."""

    entity_id: str
    range: NumberRange
    free: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Heishamon:
    """The demand control of a Panasonic, over MQTT."""

    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Settings that stop the heat pump, and those that let it go."""

    kind: LimitKind
    block: tuple[Setting, ...]
    free: tuple[Setting, ...]
    times: ContactTimes


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandBlock:
    """Actions that hold the heat pump back, and that let it go; no entity shows it."""

    block: Action
    free: Action
    times: ContactTimes
    refresh_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoLimit:
    """Nothing is ever set."""


type Mechanism = (
    WattsNumber | PercentNumber | Heishamon | Block | CommandBlock | NoLimit
)


def read_mechanism(data: Mapping[str, Any]) -> Mechanism:
    """Return the means that is kept with a heat pump. Raises KeyError, ValueError."""
    match LimitType(data["type"]):
        case LimitType.WATTS:
            return _watts_number(data)
        case LimitType.PERCENT:
            return PercentNumber(
                entity_id=data["entity_id"],
                range=NumberRange(**data["range"]),
                free=data["free"],
            )
        case LimitType.HEISHAMON:
            return Heishamon(topic=data["topic"])
        case LimitType.BLOCK:
            return Block(
                kind=LimitKind(data["kind"]),
                block=_settings(data["block"]),
                free=_settings(data["free"]),
                times=_times(data),
            )
        case LimitType.OPENTHERM:
            return _opentherm(data)
        case LimitType.NONE:
            return NoLimit()


def _watts_number(data: Mapping[str, Any]) -> WattsNumber:
    """Return a number in watts, and what makes the device heed it."""
    enable = data.get("enable")
    enable_free = data.get("enable_free")
    return WattsNumber(
        entity_id=data["entity_id"],
        range=NumberRange(**data["range"]),
        free=data["free"],
        enable=Setting(**enable) if enable else None,
        enable_free=Setting(**enable_free) if enable_free else None,
    )


def _opentherm(data: Mapping[str, Any]) -> CommandBlock:
    """Return the actions of an OpenTherm gateway.

    Source: the actions of Home Assistant's opentherm_gw; -1 and 0 clear.
    """
    method, gateway = OpenThermMethod(data["method"]), data["gateway_id"]
    if method is OpenThermMethod.MAX_MODULATION:
        service, field, free = "set_max_modulation", "level", -1
    else:
        service, field, free = "set_control_setpoint", "temperature", 0
    block, let_go = (
        Action(
            domain="opentherm_gw",
            service=service,
            data={"gateway_id": gateway, field: value},
        )
        for value in (data["block"], free)
    )
    is_dropped = method is OpenThermMethod.CONTROL_SETPOINT
    return CommandBlock(
        block=block,
        free=let_go,
        times=_times(data),
        refresh_s=OTGW_REFRESH_S if is_dropped else None,
    )


def _settings(rows: list[Mapping[str, Any]]) -> tuple[Setting, ...]:
    """Return settings that are kept as mappings."""
    return tuple(Setting(**row) for row in rows)


def _times(data: Mapping[str, Any]) -> ContactTimes:
    """Return how long a block lasts; the rules of SG-Ready unless others are kept."""
    times = data.get("times")
    return ContactTimes(**times) if times else SG_READY_TIMES
