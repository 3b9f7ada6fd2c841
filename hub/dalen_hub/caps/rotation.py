"""Heat pumps that cannot run as low as their share take turns. Pure.

A cap below the minimum power of a heat pump switches it off, and its share would be
lost. So of the homes whose share lies below their minimum some run at the minimum
and the others are off, never more than the shares allow together. Whoever waited
longest goes first: the watts that a home missed are its credit (deficit round
robin). For the compressor's sake a run lasts at least 30 minutes and a rest 20.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import numpy as np

from dalen_hub.caps.bottlenecks import Floats, Ints
from dalen_hub.caps.fleet import Bools, Fleet

LEAST_RUN: Final = timedelta(minutes=30)
LEAST_OFF: Final = timedelta(minutes=20)
# A home that was away for long must not claim a whole evening.
_MOST_CREDIT_WS: Final = 4 * 3_600 * 1_000.0
_PASSES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """Whose turn it is, shape (n,) each: on by turn, for how long, and the credit.

    ``in_turn`` says who is in the rotation at all. ``since_s`` is how long a home
    has been on or off. ``credit_ws`` are missed watt seconds, negative if ahead.
    """

    in_turn: Bools
    on: Bools
    since_s: Floats
    credit_ws: Floats


def no_turns(homes: int) -> Turns:
    """Return the state before anybody had to wait."""
    return Turns(
        in_turn=np.zeros(homes, dtype=np.bool_),
        on=np.ones(homes, dtype=np.bool_),
        since_s=np.full(homes, LEAST_RUN.total_seconds()),
        credit_ws=np.zeros(homes),
    )


def take_turns(
    turns: Turns, fleet: Fleet, share_w: Floats, *, low: Bools, elapsed: timedelta
) -> Turns:
    """Return who runs now: of the ``low`` ones as many as their shares allow.

    ``elapsed`` is the time since the last decision. Under every constraint the
    minimum powers of those that run, and the floors of the others, are together at
    most the shares of both.
    """
    if not low.any() and turns.on.all() and not turns.in_turn.any():
        # Nobody waits and nobody waited: only the time passes.
        return Turns(
            in_turn=turns.in_turn,
            on=turns.on,
            since_s=turns.since_s + elapsed.total_seconds(),
            credit_ws=turns.credit_ws,
        )
    turns = _pass_time(turns, fleet, share_w, elapsed)
    on = ~low
    if low.any():
        on |= _chosen(turns, fleet, share_w, low)
    since_s = np.where(on == turns.on, turns.since_s, 0.0)
    return replace(turns, in_turn=low, on=on, since_s=since_s)


def _pass_time(
    turns: Turns, fleet: Fleet, share_w: Floats, elapsed: timedelta
) -> Turns:
    """Add the time and the missed or taken watt seconds since the last decision."""
    seconds = elapsed.total_seconds()
    got_w = np.where(turns.on, fleet.start_w, 0.0)
    missed_w = np.where(turns.in_turn, np.minimum(share_w, fleet.start_w) - got_w, 0.0)
    credit_ws = turns.credit_ws + missed_w * seconds
    credit_ws = np.minimum(np.maximum(credit_ws, -_MOST_CREDIT_WS), _MOST_CREDIT_WS)
    return replace(turns, since_s=turns.since_s + seconds, credit_ws=credit_ws)


def _chosen(turns: Turns, fleet: Fleet, share_w: Floats, low: Bools) -> Bools:
    """Return who of the low ones runs."""
    extra_w = np.where(low, fleet.start_w - fleet.lowest_w, 0.0)
    spare_w = np.where(low, share_w - fleet.lowest_w, 0.0)
    # A part of 10 W that rounding takes from each is not there for the turns.
    left_w = _load(fleet, spare_w) * (1 + 1e-12)
    waiting = low & (turns.on | (turns.since_s >= LEAST_OFF.total_seconds()))
    order = _order(turns, waiting)
    chosen = np.zeros(fleet.size, dtype=np.bool_)
    for _ in range(_PASSES):
        fits = _that_fit(fleet, order, extra_w, left_w)
        if not len(fits):
            break
        chosen[fits] = True
        left_w = left_w - _load(fleet, np.where(_mask(fits, fleet.size), extra_w, 0.0))
        order = order[~chosen[order]]
    return chosen


def _order(turns: Turns, waiting: Bools) -> Ints:
    """Return the waiting ones: first who may not stop yet, then by credit."""
    must_go_on = turns.on & turns.in_turn
    must_go_on &= turns.since_s < LEAST_RUN.total_seconds()
    order = np.lexsort((-turns.credit_ws, ~must_go_on))
    waiting_order: Ints = order[waiting[order]].astype(np.int64)
    return waiting_order


def _that_fit(
    fleet: Fleet,
    order: Ints,
    extra_w: Floats,
    left_w: Floats,
) -> Ints:
    """Return those that fit when all before them in the order are counted."""
    fits = np.ones(len(order), dtype=np.bool_)
    for constraint in range(len(left_w)):
        part = _part_in(fleet, constraint)[order]
        counted = np.cumsum(part * extra_w[order])
        fits &= (part == 0) | (counted <= left_w[constraint])
    return order[fits]


def _part_in(fleet: Fleet, constraint: int) -> Floats:
    """Return with which part each home loads a constraint."""
    inside = fleet.members == constraint
    if fleet.parts is None:
        part: Floats = inside.any(axis=1).astype(np.float64)
    else:
        part = np.where(inside, fleet.parts, 0.0).sum(axis=1)
    return part


def _load(fleet: Fleet, power_w: Floats) -> Floats:
    """Return the load of each constraint."""
    return fleet.load_w(power_w, fleet.constraints)


def _mask(indices: Ints, size: int) -> Bools:
    """Return the indices as a mask."""
    mask = np.zeros(size, dtype=np.bool_)
    mask[indices] = True
    return mask
