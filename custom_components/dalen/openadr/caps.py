"""Read from events which power this home may draw, in watts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import inf, isfinite
from typing import Final

from .errors import TimelineError
from .instants import INFINITE
from .model import Event, Skipped, Value
from .overlay import Piece, overlay
from .timeline import HORIZON, Slot, timeline

LIMIT: Final = "IMPORT_CAPACITY_LIMIT"
EMERGENCY: Final = "ALERT_GRID_EMERGENCY"

_W_PER_UNIT: Final = {"KW": 1000.0, "W": 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """An upper bound that a VTN asks for, from ``start`` until ``end``.

    ``emergency`` holds the text for people when it is an emergency stop.
    ``priority`` 0 is the highest, None the lowest. ``is_signed`` tells if it is
    the hub's own order; what is not counts within a narrower envelope.
    """

    start: datetime
    end: datetime | None
    limit_w: float
    priority: int | None
    emergency: str | None
    event_id: str
    is_signed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CapsReading:
    """The caps of all events, and what was refused with the reason."""

    caps: tuple[Cap, ...]
    refused: tuple[Skipped, ...]


def read_caps(
    events: Iterable[Event],
    *,
    now: datetime,
    default_unit: str | None = None,
    horizon: timedelta = HORIZON,
    is_signed: bool = False,
) -> CapsReading:
    """Return the caps of events, sorted by start; all are signed, or none is.

    Of caps that overlap, the one with the highest priority holds, then the
    lowest. Emergency stops are laid over each other apart from the caps, so that
    refusing a stop leaves the cap below it. An emergency stop without an end
    keeps ``end`` None; the envelope of the home refuses it. ``default_unit`` is
    the unit of the program, for events without payload descriptors.
    """
    found: list[Cap] = []
    refused: list[Skipped] = []
    for event in events:
        caps, reasons = _caps_of(event, now, default_unit, horizon)
        found += caps
        refused += (Skipped(id=event.id, reason=reason) for reason in reasons)
    endless = {cap.event_id: cap for cap in reversed(found) if cap.end is None}
    stops = [cap for cap in found if cap.end and cap.emergency is not None]
    ordinary = [cap for cap in found if cap.end and cap.emergency is None]
    caps = [*_laid_over(ordinary), *_joined(_laid_over(stops)), *endless.values()]
    caps.sort(key=lambda cap: (cap.start, cap.emergency is not None))
    return CapsReading(
        caps=tuple(replace(cap, is_signed=is_signed) for cap in caps),
        refused=tuple(refused),
    )


def _caps_of(
    event: Event, now: datetime, default_unit: str | None, horizon: timedelta
) -> tuple[list[Cap], list[str]]:
    """Return the caps of one event, and the reasons for what was refused."""
    if not any(item.type == LIMIT for i in event.intervals for item in i.payloads):
        return [], []
    unit = event.units.get(LIMIT, default_unit)
    if unit is None or unit.upper() not in _W_PER_UNIT:
        return [], [f"the unit of {LIMIT} is {unit or 'missing'}; it must be KW"]
    try:
        slots = timeline(event, now=now, horizon=horizon)
    except TimelineError as err:
        return [], [str(err)]
    reasons: set[str] = set()
    caps = list(_from_slots(event, slots, _W_PER_UNIT[unit.upper()], reasons))
    return caps, sorted(reasons)


def _from_slots(
    event: Event, slots: Iterable[Slot], w_per_unit: float, reasons: set[str]
) -> Iterator[Cap]:
    """Yield a cap per slot that has a usable limit; add reasons for the others."""
    for slot in slots:
        if LIMIT not in slot.values:
            continue
        limit_w = _watts(slot.values[LIMIT], w_per_unit)
        if limit_w is None:
            reasons.add(f"a value of {LIMIT} is not a finite number of 0 or more")
            continue
        emergency = _emergency_text(slot, limit_w)
        if emergency is None and slot.end is None:
            reasons.add("a cap has no end")
            continue
        yield Cap(
            start=slot.start,
            end=None if _is_endless_stop(event, emergency) else slot.end,
            limit_w=limit_w,
            priority=event.priority,
            emergency=emergency,
            event_id=event.id,
        )


def _watts(value: Value, w_per_unit: float) -> float | None:
    """Return a limit in watts, None when it is not a finite number of 0 or more."""
    if isinstance(value, bool | str):
        return None
    try:
        limit_w = round(float(value) * w_per_unit, 3)
    except OverflowError:
        return None
    return limit_w if isfinite(limit_w) and limit_w >= 0 else None


def _emergency_text(slot: Slot, limit_w: float) -> str | None:
    """Return the text of an emergency stop: an alert together with a limit of 0."""
    if EMERGENCY not in slot.values or limit_w > 0:
        return None
    return str(slot.values[EMERGENCY])


def _is_endless_stop(event: Event, emergency: str | None) -> bool:
    """Tell if an emergency stop repeats for ever, which is no end either."""
    return emergency is not None and event.duration == INFINITE


def _laid_over(caps: Iterable[Cap]) -> list[Cap]:
    """Return which cap holds when; priority first, then the lowest limit."""
    pieces = (
        Piece(start=cap.start, end=cap.end, rank=_rank(cap), item=cap) for cap in caps
    )
    return [
        replace(piece.item, start=piece.start, end=piece.end)
        for piece in overlay(pieces)
    ]


def _rank(cap: Cap) -> tuple[float, float]:
    """Return what is compared where caps overlap."""
    return (inf if cap.priority is None else min(cap.priority, 2**31), cap.limit_w)


def _joined(caps: Iterable[Cap]) -> list[Cap]:
    """Join parts of one emergency stop that abut, so that its length shows."""
    joined: list[Cap] = []
    for cap in caps:
        last = joined[-1] if joined else None
        if last and last.event_id == cap.event_id and last.end == cap.start:
            joined[-1] = replace(last, end=cap.end)
        else:
            joined.append(cap)
    return joined
