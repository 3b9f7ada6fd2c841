"""The one controller: service and simulation call ``decide``, nothing else. Pure.

It closes on the meter of the transformer. What single homes report is only used to
know better what a level will do; acknowledgements alone (T0) are enough.

- No data, or data older than 45 minutes: the plan.
- Data: the level that the meter allows. Down at once, up slowly (see realtime).
- A fresh forecast counts at once, as far as the meter allows; the meter may then
  raise the level further.
- An emergency stop is level 0; after it the level rises from there.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Final

import numpy as np

from dalen_hub.caps.bottlenecks import Floats
from dalen_hub.caps.budget import remember
from dalen_hub.caps.case import NOTHING_W, Case
from dalen_hub.caps.control_state import (
    DEFAULTS,
    ControlState,
    Decision,
    Settings,
    Situation,
    Source,
    first_state,
)
from dalen_hub.caps.day_plan import caps_of, lowest_level_w
from dalen_hub.caps.fleet import Fleet, Grid
from dalen_hub.caps.realtime import Target, learn_use, target_of
from dalen_hub.caps.rotation import Turns, take_turns
from dalen_hub.grid.quarter_hours import QUARTER, floor_quarter

__all__ = ["ControlState", "Decision", "Settings", "Situation", "decide", "first_state"]

# A level this far above what a heat pump wants does not limit it any more.
_FREE: Final = 1.25


def decide(
    state: ControlState,
    situation: Situation,
    fleet: Fleet,
    grid: Grid,
    settings: Settings = DEFAULTS,
) -> tuple[ControlState, Decision]:
    """Return the state for the next decision, and the caps from now on.

    ``state`` is ``first_state(fleet, now)`` at first. Where homes join or leave,
    bring it along with ``control_members.carried_over``.
    """
    case = Case.of(state, situation, fleet, grid, settings)
    learned = learn_use(case)
    if learned is not state:
        case = replace(case, state=learned)
    target = target_of(case)
    levels_w, source = _approached(case, target)
    turns = _turns(case, levels_w)
    caps_w = _caps_w(case, levels_w, turns)
    told_w, send = _told_w(case, caps_w)
    level_w = lowest_level_w(levels_w[fleet.steerable])
    told_level_w = level_w if send else state.told_level_w
    decision = Decision(
        caps_w=told_w,
        level_w=told_level_w,
        source=source,
        send=send,
        rising=told_w > state.told_w,
        rest_w=target.rest_w,
        room_w=target.room_w,
        takes_part=case.takes_part,
        off_in_turn=turns.in_turn & ~turns.on,
        on_in_turn=turns.in_turn & turns.on,
        bottleneck=target.bottleneck,
    )
    expected_w = case.load_w(case.expected_w(told_w))
    new_state = replace(
        case.state,
        at=situation.now,
        source=source,
        after_stop=source is Source.STOP
        or (state.after_stop and source is Source.RELEASE),
        steady_since=state.steady_since
        if target.is_metered and not situation.fresh_forecast
        else situation.now,
        levels_w=levels_w,
        told_w=told_w,
        told_level_w=told_level_w,
        turns=turns,
        history=remember(case.state.history, situation.now, expected_w),
    )
    return new_state, decision


def _approached(case: Case, target: Target) -> tuple[Floats, Source]:
    """Return the levels now: down at once, up slowly; the plan moves as planned."""
    state, situation = case.state, case.situation
    was_planned = target.source is Source.PLAN and state.source is Source.PLAN
    if was_planned or (target.is_metered and not situation.fresh_forecast):
        return target.levels_w, target.source
    minutes = max(0.0, (situation.now - state.at) / timedelta(minutes=1))
    risen_w = state.levels_w + case.settings.ramp_w_per_min * minutes
    if situation.fresh_forecast:
        planned_w = situation.plan.home_levels_at(situation.now, case.fleet)
        # After a stop not even a forecast makes all start together.
        risen_w = np.minimum(risen_w, planned_w) if state.after_stop else planned_w
    risen_w = np.where(risen_w >= _free_level_w(case), np.inf, risen_w)
    levels_w = np.minimum(target.levels_w, risen_w)
    if (levels_w < target.levels_w).any():
        return levels_w, Source.RELEASE
    return levels_w, target.source


def _free_level_w(case: Case) -> float:
    """Return the level from which on no heat pump is limited any more."""
    wanted_w = _FREE * case.want_w + case.settings.send_step_w
    free_w = np.minimum(case.fleet.highest_w, wanted_w) / case.fleet.weight
    return float(free_w[case.fleet.steerable].max(initial=0.0))


def _turns(case: Case, levels_w: Floats) -> Turns:
    """Return whose turn it is, among those whose share is below their minimum."""
    fleet, state = case.fleet, case.state
    elapsed = min(case.situation.now - state.at, QUARTER)
    if case.situation.stopped:
        everybody_off = np.zeros(fleet.size, dtype=np.bool_)
        return replace(
            state.turns,
            in_turn=everybody_off,
            on=everybody_off,
            since_s=np.where(
                state.turns.on, 0.0, state.turns.since_s + elapsed.total_seconds()
            ),
        )
    share_w = fleet.share_w(levels_w)
    low = case.takes_part & (share_w < fleet.start_w - NOTHING_W)
    low &= fleet.start_w > fleet.lowest_w
    return take_turns(state.turns, fleet, share_w, low=low, elapsed=elapsed)


def _caps_w(case: Case, levels_w: Floats, turns: Turns) -> Floats:
    """Return the caps of a level, a turn, a frame and a stop."""
    fleet, situation = case.fleet, case.situation
    if situation.stopped:
        return np.where(fleet.steerable, 0.0, fleet.highest_w)
    share_w = fleet.share_w(levels_w)
    caps_w = caps_of(fleet, fleet.steerable, share_w, turns)
    return fleet.framed_w(caps_w, situation.frame_w)


def _told_w(case: Case, caps_w: Floats) -> tuple[Floats, bool]:
    """Return the caps that count, and whether homes have to be told.

    They are told at a new quarter hour, when somebody is freed or limited, and when
    a cap moves by more than the step. Else the old ones stay.
    """
    state, highest_w = case.state, case.fleet.highest_w
    is_first = not state.history
    is_new_slot = floor_quarter(case.situation.now) != floor_quarter(state.at)
    has_moved = np.abs(caps_w - state.told_w) > case.settings.send_step_w
    is_freed = (caps_w >= highest_w) != (state.told_w >= highest_w)
    if is_first or is_new_slot or has_moved.any() or is_freed.any():
        return caps_w, True
    return state.told_w, False
