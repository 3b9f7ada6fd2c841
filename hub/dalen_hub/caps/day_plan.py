"""The plan: room, level and caps per quarter hour, from the forecast alone. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, Self

import numpy as np

from dalen_hub.caps.bottlenecks import Floats
from dalen_hub.caps.budget import MARGIN, Outlook
from dalen_hub.caps.fleet import Bools, Fleet, Grid, floor_step
from dalen_hub.caps.policies import share_by_policy
from dalen_hub.caps.rotation import Turns, no_turns, take_turns
from dalen_hub.grid.quarter_hours import QUARTER, floor_quarter

# A link is lost for two hours on average, hardly ever for more than six.
_CORRECTED: Final = 24
# What stands in the way of a whole step is rounding.
_NOTHING_W: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPlan:
    """Arrays of shape (quarter hours,), caps and home levels (quarter hours, homes).

    ``level_w`` is infinite where nobody is limited; with several bottlenecks it is
    the lowest of their levels. ``shortfall_w`` is what floors exceed the room by.
    """

    starts: tuple[datetime, ...]
    room_w: Floats
    level_w: Floats
    home_levels_w: Floats
    caps_w: Floats
    shortfall_w: Floats

    def index_at(self, now: datetime) -> int | None:
        """Return the index of the running quarter hour, None outside the plan."""
        quarter = floor_quarter(now)
        return self.starts.index(quarter) if quarter in self.starts else None

    def home_levels_at(self, now: datetime, fleet: Fleet) -> Floats:
        """Return the level of each home in the running quarter hour."""
        index = self.index_at(now)
        if index is None:
            return np.full(fleet.size, np.inf)
        levels_w: Floats = self.home_levels_w[index]
        return levels_w


def plan_day(
    fleet: Fleet,
    grid: Grid,
    outlook: Outlook,
    *,
    turns: Turns | None = None,
    turns_at: datetime | None = None,
    now: datetime | None = None,
    paused_w: Floats | None = None,
    want_w: Floats | None = None,
    metered: bool = False,
) -> DayPlan:
    """Return the plan for the quarter hours of the forecast, in their order.

    Room = limit x (1 - 2 %) - P90 of the rest, for all that heat pumps can draw. Where
    the meter corrects (``metered``) the next hours of a plan count for homes that lost
    their link only, and the others make up for an error: they have limit - P50, for
    what heat pumps are known to draw uncapped (``want_w``, NaN where unknown).

    ``turns`` is the rotation so far, as of ``turns_at``; a plan that is made within a
    quarter hour, at ``now``, counts only the time since, so that no compressor starts
    or stops too soon. ``paused_w`` is what homes draw that paused (0 for others),
    shape (n,): they take no part, what they draw leaves the room.
    """
    rooms_w = _rooms_w(grid, outlook, metered=metered)
    paused = np.zeros(fleet.size) if paused_w is None else paused_w
    taken_w = fleet.load_w(paused, len(grid.bottlenecks))
    rooms_w = np.maximum(rooms_w - taken_w, 0.0)
    takes_part = fleet.steerable & (paused == 0.0)
    careful = _Asking.of(fleet, takes_part, None)
    usual = _Asking.of(fleet, takes_part, want_w)
    near = _CORRECTED if metered else 0
    plan = _free_plan(fleet, outlook.starts, rooms_w)
    turns = turns or no_turns(fleet.size)
    nobody = np.zeros(fleet.size, dtype=np.bool_)
    elapsed = _elapsed(outlook.starts, turns_at, now)
    is_tight = [
        *usual.are_tight(rooms_w[:near]).tolist(),
        *careful.are_tight(rooms_w[near:]).tolist(),
    ]
    # Once there is room to the end nobody asks whose turn it is.
    while is_tight and not is_tight[-1]:
        is_tight.pop()
    for index, (tight, passed) in enumerate(zip(is_tight, elapsed, strict=False)):
        if tight:
            asking = usual if index < near else careful
            turns = asking.plan_quarter(plan, index, rooms_w[index], turns, passed)
        else:
            turns = take_turns(
                turns, fleet, fleet.highest_w, low=nobody, elapsed=passed
            )
    return plan


def _free_plan(fleet: Fleet, starts: tuple[datetime, ...], rooms_w: Floats) -> DayPlan:
    """Return a plan that limits nobody, with arrays of its own."""
    shape = (len(starts), fleet.size)
    return DayPlan(
        starts=starts,
        room_w=rooms_w[:, 0],
        level_w=np.full(len(starts), np.inf),
        home_levels_w=np.full(shape, np.inf),
        caps_w=np.broadcast_to(fleet.highest_w, shape).copy(),
        shortfall_w=np.zeros(len(starts)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asking:
    """The homes that take part in a plan, and the most that they may want."""

    fleet: Fleet
    takes_part: Bools
    lower_w: Floats
    upper_w: Floats

    @classmethod
    def of(cls, fleet: Fleet, takes_part: Bools, want_w: Floats | None) -> Self:
        """Ask for what is wanted, for all that a heat pump can where nobody told."""
        known_w = np.full(fleet.size, np.nan) if want_w is None else want_w
        return cls(
            fleet=fleet,
            takes_part=takes_part,
            lower_w=np.where(takes_part, fleet.lowest_w, 0.0),
            upper_w=np.where(takes_part, fleet.most_wanted_w(known_w), 0.0),
        )

    def are_tight(self, rooms_w: Floats) -> Bools:
        """Return in which quarter hours somebody has to be limited."""
        most_w = self.fleet.load_w(self.upper_w, rooms_w.shape[1])
        return np.asarray((most_w > rooms_w).any(axis=1))

    def plan_quarter(
        self,
        plan: DayPlan,
        index: int,
        room_w: Floats,
        turns: Turns,
        elapsed: timedelta,
    ) -> Turns:
        """Write a quarter hour with too little room into the plan."""
        fleet = self.fleet
        sharing = share_by_policy(fleet, self.lower_w, self.upper_w, room_w)
        levels_w = sharing.common_level_w(fleet.members)
        share_w = fleet.share_w(levels_w)
        low = _is_low(fleet, self.takes_part, share_w)
        turns = take_turns(turns, fleet, share_w, low=low, elapsed=elapsed)
        plan.level_w[index] = lowest_level_w(sharing.level_w)
        plan.home_levels_w[index] = levels_w
        plan.caps_w[index] = caps_of(fleet, self.takes_part, share_w, turns)
        plan.shortfall_w[index] = sharing.shortfall_w.max(initial=0.0)
        return turns


def _elapsed(
    starts: Sequence[datetime], turns_at: datetime | None, now: datetime | None
) -> list[timedelta]:
    """Return how much time passes before the turns of each quarter hour."""
    if turns_at is None or now is None or not starts:
        return [QUARTER] * len(starts)
    moments = [turns_at, now, *starts[1:]]
    return [
        min(max(after - before, timedelta()), QUARTER)
        for before, after in pairwise(moments)
    ]


def _is_low(fleet: Fleet, takes_part: Bools, share_w: Floats) -> Bools:
    """Return whose share lies below the minimum of its heat pump."""
    low: Bools = takes_part & (share_w < fleet.start_w - _NOTHING_W)
    return low & (fleet.start_w > fleet.lowest_w)


def caps_of(fleet: Fleet, takes_part: Bools, share_w: Floats, turns: Turns) -> Floats:
    """Return the caps in whole steps; one that takes no part is not limited."""
    caps_w = np.maximum(floor_step(share_w), fleet.lowest_w)
    in_turn = np.where(turns.on, fleet.start_w, fleet.lowest_w)
    caps_w = np.where(turns.in_turn, in_turn, caps_w)
    return np.where(takes_part, np.minimum(caps_w, fleet.highest_w), fleet.highest_w)


def lowest_level_w(levels_w: Floats) -> float:
    """Return the lowest level in whole steps, infinite where nobody is limited."""
    lowest = levels_w.min(initial=np.inf)
    return float(floor_step(np.array([lowest]))[0]) if np.isfinite(lowest) else np.inf


def _rooms_w(grid: Grid, outlook: Outlook, *, metered: bool) -> Floats:
    """Return what is left for heat pumps, shape (quarter hours, constraints)."""
    careful = np.arange(len(outlook.starts)) >= (_CORRECTED if metered else 0)
    rest_kw = np.where(careful, outlook.p90_kw, outlook.p50_kw)
    limits_w = (1.0 - MARGIN * careful)[:, None] * _limits_ahead_w(grid, outlook)
    return np.maximum(limits_w - 1000.0 * np.outer(rest_kw, grid.rest_shares), 0.0)


def _limits_ahead_w(grid: Grid, outlook: Outlook) -> Floats:
    """Return the limits, shape (quarter hours, constraints)."""
    limits_w = np.tile(grid.limits_w, (len(outlook.starts), 1))
    if outlook.limit_kw is not None:
        limits_w[:, 0] = 1000.0 * outlook.limit_kw
    if outlook.pumps_kw is not None and grid.has_group:
        limits_w[:, -1] = 1000.0 * outlook.pumps_kw
    return limits_w


def paused_power_w(fleet: Fleet, paused: Bools, want_w: Floats) -> Floats:
    """Return what paused homes draw, 0 for all others."""
    return np.where(paused & fleet.steerable, fleet.wanted_w(want_w), 0.0)


def outlook_of(
    starts: Sequence[datetime], p50_kw: Sequence[float], p90_kw: Sequence[float]
) -> Outlook:
    """Return a forecast as arrays."""
    return Outlook(
        starts=tuple(starts), p50_kw=np.asarray(p50_kw), p90_kw=np.asarray(p90_kw)
    )
