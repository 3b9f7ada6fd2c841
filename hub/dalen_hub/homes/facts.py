"""What a home tells about its heat pump when it joins, and later."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

HEAT_PUMP_KINDS = ("watts", "percent", "contact", "setpoint", "monitor")
"""How the heat pump can be limited, from finest to not at all."""

_LARGEST_W = 50_000
_MAX_NICKNAME = 64


class FactsError(ValueError):
    """A fact is not plausible; the message says what to send."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeFacts:
    """What the planner needs to know of a home. Powers are electric, in W."""

    nickname: str | None
    heat_pump_kind: str
    nameplate_w: float
    minimum_w: float
    floor_w: float


def parse_facts(data: Mapping[str, Any]) -> HomeFacts:
    """Return the facts in a JSON object. Raises FactsError for a wrong one."""
    kind = data.get("heat_pump_kind")
    if kind not in HEAT_PUMP_KINDS:
        raise FactsError(f"heat_pump_kind must be one of {', '.join(HEAT_PUMP_KINDS)}.")
    nameplate_w = _power_w(data, "nameplate_w", _LARGEST_W)
    if nameplate_w <= 0:
        raise FactsError("nameplate_w must be more than 0 W.")
    return HomeFacts(
        nickname=_nickname(data.get("nickname")),
        heat_pump_kind=kind,
        nameplate_w=nameplate_w,
        minimum_w=_power_w(data, "minimum_w", nameplate_w),
        floor_w=_power_w(data, "floor_w", nameplate_w),
    )


def _power_w(data: Mapping[str, Any], name: str, most_w: float) -> float:
    """Return a power from 0 to a maximum."""
    value = data.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FactsError(f"{name} must be a number of watts.")
    if not 0 <= value <= most_w:
        raise FactsError(f"{name} must lie from 0 to {most_w:g} W.")
    return float(value)


def _nickname(value: Any) -> str | None:
    """Return the nickname of a home, None when it has none."""
    if value is None:
        return None
    if not isinstance(value, str) or not value.isprintable():
        raise FactsError("nickname must be a text on one line.")
    nickname = value.strip()
    if len(nickname) > _MAX_NICKNAME:
        raise FactsError(f"nickname may have {_MAX_NICKNAME} characters at most.")
    return nickname or None
