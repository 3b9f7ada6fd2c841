"""From the caps of a hub to the limits of one heat pump. No I/O."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, Final

from .limits import Limit, LimitSource
from .openadr.caps import Cap

ROUNDING_W: Final = 10.0
"""Caps travel as kW with 2 decimals, rounded down."""

UNSIGNED_SHARE: Final = 0.5
"""An order that nobody signed lowers a heat pump to this part of its nameplate."""


def limits_for_heat_pump(
    caps: Iterable[Cap],
    *,
    nameplate_w: float,
    home_nameplate_w: float,
    floor_w: float = 0.0,
) -> list[Limit]:
    """Return the limits that the caps of a home mean for one of its heat pumps.

    The heat pumps of a home share its cap in proportion to their nameplates. A
    cap at the nameplate of the home limits nothing. Caps of equal watts that
    follow each other become one limit, so that its end is the end of limiting.
    Caps that the hub did not sign count within a narrower envelope.
    """
    lowest_w = max(floor_w, UNSIGNED_SHARE * nameplate_w)
    limits: list[Limit] = []
    for cap in caps:
        if cap.limit_w > home_nameplate_w - ROUNDING_W:
            continue
        share_w = cap.limit_w * nameplate_w / home_nameplate_w
        limit = _limit(cap, share_w if cap.is_signed else max(share_w, lowest_w))
        if limits and _goes_on(limits[-1], limit):
            limits[-1] = replace(limits[-1], end=limit.end)
        else:
            limits.append(limit)
    return limits


def event_at(caps: Iterable[Cap], time: datetime) -> str | None:
    """Return the id of the event whose cap holds at this time, None without one.

    A report names the event that it answers; that is the cap, not a stop.
    """
    for cap in caps:
        if (
            cap.emergency is None
            and cap.start <= time
            and (cap.end is None or time < cap.end)
        ):
            return cap.event_id
    return None


def plan_end(caps: Iterable[Cap]) -> datetime | None:
    """Return how far a plan goes, with the hours in which it limits nothing."""
    return max((cap.end for cap in caps if cap.end is not None), default=None)


def caps_to_json(caps: Iterable[Cap]) -> list[dict[str, Any]]:
    """Return caps as JSON can hold them."""
    return [
        asdict(cap)
        | {
            "start": cap.start.isoformat(),
            "end": None if cap.end is None else cap.end.isoformat(),
        }
        for cap in caps
    ]


def caps_from_json(stored: Sequence[dict[str, Any]]) -> tuple[Cap, ...]:
    """Read what `caps_to_json` wrote; before there were signatures, nothing was."""
    return tuple(
        Cap(
            **item
            | {
                "start": datetime.fromisoformat(item["start"]),
                "end": item["end"] and datetime.fromisoformat(item["end"]),
            }
        )
        for item in stored
    )


def _limit(cap: Cap, limit_w: float) -> Limit:
    """Return one limit for one cap; without a signature there is no stop."""
    is_stop = cap.emergency is not None and cap.is_signed
    return Limit(
        source=LimitSource.EMERGENCY if is_stop else LimitSource.HUB,
        limit_w=limit_w,
        start=cap.start,
        end=cap.end,
        reason=(is_stop and cap.emergency) or "cap of the neighbourhood",
        order_id=cap.event_id,
    )


def _goes_on(first: Limit, then: Limit) -> bool:
    """Tell if a limit continues the one before it."""
    return first == replace(then, start=first.start, end=first.end) and (
        first.end == then.start
    )
