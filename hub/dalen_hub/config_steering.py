"""What may stand in `hub.yaml` about sharing: policy, frames, phases, cables, stops."""

from collections.abc import Callable, Mapping
from datetime import time
import math
import re
from typing import Any, Final

import voluptuous as vol

from dalen_hub.caps.stop import LONGEST
from dalen_hub.config_values import above_zero, each, identifier, text
from dalen_hub.grid.frames import Frame
from dalen_hub.grid.parts import PHASES, Cable, OverloadStop, Phases
from dalen_hub.grid.sharing import Policy

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK: Final = re.compile(r"(?:[01]?\d|2[0-3]):[0-5]\d")
_DAY_MINUTES: Final = 24 * 60


def policy(value: Any) -> Policy:
    """Validate how room is shared."""
    known = ", ".join(Policy)
    if not isinstance(value, str) or value not in set(Policy):
        raise vol.Invalid(
            f"must be one of {known}, got {value!r}. Write equal if in doubt."
        )
    return Policy(value)


def between(least: float, most: float, example: str) -> Callable[[Any], float]:
    """Return a validator of a number from ``least`` to ``most``."""

    def validate(value: Any) -> float:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not math.isfinite(value) or not least <= value <= most:
            raise vol.Invalid(
                f"must be a number from {least:g} to {most:g}, got {value!r}. Write"
                f" for example {example}."
            )
        return float(value)

    return validate


def whole(least: int, most: int, example: str) -> Callable[[Any], int]:
    """Return a validator of a whole number from ``least`` to ``most``."""

    def validate(value: Any) -> int:
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if not is_whole or not least <= value <= most:
            raise vol.Invalid(
                f"must be a whole number from {least} to {most}, got {value!r}. Write"
                f" for example {example}."
            )
        return int(value)

    return validate


def clock_time(value: Any) -> time:
    """Validate a time of day at which a quarter hour begins.

    YAML 1.1 reads an unquoted 17:00 as the number of its minutes, 1020.
    """
    minutes = None
    if isinstance(value, int) and not isinstance(value, bool):
        minutes = value
    elif isinstance(value, str) and _CLOCK.fullmatch(value):
        hour, minute = value.split(":")
        minutes = 60 * int(hour) + int(minute)
    if minutes is None or not 0 <= minutes < _DAY_MINUTES or minutes % 15:
        raise vol.Invalid(
            f"must be a time of day on a quarter hour, got {value!r}. Write for example"
            " '17:00', with quotes."
        )
    return time(minutes // 60, minutes % 60)


def weekdays(value: Any) -> frozenset[int]:
    """Validate a list of days of the week."""
    if not isinstance(value, list) or not value or not set(value) <= set(DAYS):
        raise vol.Invalid(
            f"must be a list of {', '.join(DAYS)}, got {value!r}. Write for example"
            " [mon, tue, wed, thu, fri], or leave it out for every day."
        )
    return frozenset(DAYS.index(day) for day in value)


def phase_limits(value: Any) -> tuple[float, ...]:
    """Validate the limit of the phases: one number for each, or three."""
    number = above_zero("Write what one phase may carry, for example 126.")
    values = value if isinstance(value, list) else [value] * PHASES
    if len(values) != PHASES:
        raise vol.Invalid(
            f"must be one number, or three for L1, L2 and L3; got {value!r}. Write for"
            " example 126."
        )
    return tuple(number(each) for each in values)


def phase_shares(value: Any) -> tuple[float, ...]:
    """Validate which part of the load each phase carries."""
    share = between(0.0, 1.0, "[0.40, 0.33, 0.27]")
    if not isinstance(value, list) or len(value) != PHASES:
        raise vol.Invalid(
            f"must be three parts of 1 for L1, L2 and L3, got {value!r}. Write for"
            " example [0.40, 0.33, 0.27], or leave it out."
        )
    shares = tuple(share(each) for each in value)
    if abs(sum(shares) - 1.0) > 0.02:
        raise vol.Invalid(f"must add up to 1, got {sum(shares):g}.")
    return shares


FRAME: Final[dict[Any, Any]] = {
    vol.Required("from"): clock_time,
    vol.Required("until"): clock_time,
    vol.Required("cap_w"): between(0.0, 100_000.0, "500"),
    vol.Optional("days", default=list(DAYS)): weekdays,
}
PHASE: Final[dict[Any, Any]] = {
    vol.Required("limit_kw"): phase_limits,
    vol.Optional("shares"): phase_shares,
}
CABLE: Final[dict[Any, Any]] = {
    vol.Required("id"): identifier("molenstraat"),
    vol.Optional("name"): text("Molenstraat"),
    vol.Required("limit_kw"): above_zero("Write for example 90."),
    vol.Required("share"): between(0.0, 1.0, "0.2"),
}
OVERLOAD: Final[dict[Any, Any]] = {
    vol.Optional("above", default=1.0): between(0.5, 2.0, "1.0"),
    vol.Optional("readings", default=3): whole(2, 12, "3"),
    vol.Optional("minutes", default=30): between(1, LONGEST.seconds / 60, "30"),
}
STEERING: Final[dict[Any, Any]] = {
    vol.Optional("policy", default="equal"): policy,
    vol.Optional("fairness_floor", default=0.5): between(0.1, 1.0, "0.5"),
    vol.Optional("frames", default=list): each(FRAME, "frame", "from", empty=True),
    vol.Optional("phases"): PHASE,
    vol.Optional("cables", default=list): each(CABLE, "cable", "id", empty=True),
    vol.Optional("stop_on_overload"): OVERLOAD,
}
PARTS: Final[Mapping[str, dict[Any, Any]]] = {
    "frames": FRAME,
    "phases": PHASE,
    "cables": CABLE,
    "stop_on_overload": OVERLOAD,
}
"""The schemas below a transformer, by their key."""


def steering(item: dict[str, Any]) -> dict[str, Any]:
    """Return checked data of a transformer as arguments of ``Trafo``."""
    phases, overload = item.get("phases"), item.get("stop_on_overload")
    return {
        "policy": item["policy"],
        "fairness_floor": item["fairness_floor"],
        "frames": tuple(_frame(each) for each in item["frames"]),
        "phases": None
        if phases is None
        else Phases(limits_kw=phases["limit_kw"], shares=phases.get("shares")),
        "cables": tuple(
            Cable(**{"name": each["id"], **each}) for each in item["cables"]
        ),
        "overload_stop": None if overload is None else OverloadStop(**overload),
    }


def _frame(item: dict[str, Any]) -> Frame:
    """Return one fixed frame."""
    return Frame(
        start=item["from"],
        end=item["until"],
        cap_w=item["cap_w"],
        weekdays=item["days"],
    )
