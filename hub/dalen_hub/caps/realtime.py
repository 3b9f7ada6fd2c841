"""The level that the meter of the transformer allows. Pure.

rest = meter - what the heat pumps should have drawn meanwhile
room = limit x (1 - margin) - rest - change of the forecast - homes that do not follow
level = the water level of the room among what the heat pumps want

The room falls at once. It rises by at most 10 W a minute for each heat pump, unless
it was larger within the last quarter hour: a short dip needs no slow return.

What homes report makes the middle term better; without reports an error in it
cancels, since the same model says what the next level will draw.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import numpy as np

from dalen_hub.caps.bottlenecks import NO_CONSTRAINT, Floats, Ints
from dalen_hub.caps.budget import Measured, expected_mean_w, margin, newest
from dalen_hub.caps.case import Case
from dalen_hub.caps.control_state import ControlState, Source
from dalen_hub.caps.policies import share_by_policy
from dalen_hub.caps.quarter_energy import made_up_for_w
from dalen_hub.grid.quarter_hours import QUARTER

# Homes that report too few quarter hours say too little about all.
_LEAST_REPORTS: Final = 5
_USE_BOUNDS: Final = (0.5, 1.5)
_USE_GAIN: Final = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where the levels shall go, shape (n,), and why.

    ``rest_w`` and ``room_w`` of the transformer are NaN where no meter was asked.
    """

    levels_w: Floats
    bottleneck: Ints
    source: Source
    rest_w: float = np.nan
    room_w: float = np.nan

    @property
    def is_metered(self) -> bool:
        """Return whether the meter counts."""
        return self.source in {Source.REALTIME, Source.RELEASE}


def target_of(case: Case) -> Target:
    """Return the levels that the stop, else the meter, else the plan asks for."""
    situation, fleet = case.situation, case.fleet
    nobody = np.full(fleet.size, NO_CONSTRAINT, dtype=np.int64)
    if situation.stopped:
        zero = np.zeros(fleet.size)
        return Target(levels_w=zero, bottleneck=nobody, source=Source.STOP)
    count = len(case.grid.bottlenecks)
    measured = newest(situation.readings, situation.now, count)
    if measured is not None:
        return _metered(case, measured)
    planned_w = situation.plan.home_levels_at(situation.now, fleet)
    held = np.where(np.isfinite(planned_w), 0, nobody)
    return Target(levels_w=planned_w, bottleneck=held, source=Source.PLAN)


def _metered(case: Case, measured: Measured) -> Target:
    """Return the water level of the room that the meter leaves."""
    rest_w = _rest_w(case, measured)
    others_w = _others_w(case)
    room_w = _room_w(case, measured, rest_w) - case.state.use * others_w
    lower_w = np.where(case.takes_part, case.drawn_w(case.fleet.lowest_w), 0.0)
    upper_w = np.where(case.takes_part, case.want_w, 0.0)
    allowed_w = np.maximum(room_w, 0.0) / case.state.use
    reached_w = np.minimum(allowed_w, _reachable_w(case, others_w))
    sharing = share_by_policy(case.fleet, lower_w, upper_w, reached_w)
    levels_w = sharing.common_level_w(case.fleet.members)
    is_slow = (reached_w < allowed_w).any() and np.isfinite(levels_w).any()
    return Target(
        levels_w=levels_w,
        bottleneck=sharing.bottleneck,
        source=Source.RELEASE if is_slow else Source.REALTIME,
        rest_w=float(rest_w[0]),
        room_w=float(room_w[0]),
    )


def _reachable_w(case: Case, others_w: Floats) -> Floats:
    """Return the highest room that does not rise too fast, per constraint.

    A fresh forecast counts at once, but not after a stop.
    """
    state, fleet, now = case.state, case.fleet, case.situation.now
    if case.situation.fresh_forecast and not state.after_stop:
        return np.full(len(case.grid.bottlenecks), np.inf)
    minutes = max(0.0, (now - state.at) / timedelta(minutes=1))
    share_w = np.minimum(case.want_w, fleet.share_w(state.levels_w))
    risen_w = share_w + case.settings.ramp_w_per_min * minutes
    reach_w = case.load_w(np.where(case.takes_part, risen_w, 0.0))
    recent = [
        each.load_w
        for each in state.history
        if now - each.since <= QUARTER and each.since > state.steady_since
    ]
    if not recent:
        return reach_w
    before_w: Floats = np.max(recent, axis=0) - others_w
    return np.maximum(reach_w, before_w)


def _others_w(case: Case) -> Floats:
    """Return what steered homes that do not follow now draw, per constraint."""
    expected_w = case.expected_w(case.state.told_w)
    return case.load_w(np.where(case.takes_part, 0.0, expected_w))


def _rest_w(case: Case, measured: Measured) -> Floats:
    """Return the load that is not steered, per constraint."""
    state = case.state
    if state.history:
        delay = case.settings.response
        pumps_w = expected_mean_w(state.history, measured.start, measured.end, delay)
    else:
        pumps_w = case.load_w(case.expected_w(state.told_w))
    rest_w = measured.load_w - state.use * pumps_w
    return np.where(np.isnan(rest_w), rest_w[0] * case.grid.rest_shares, rest_w)


def _room_w(case: Case, measured: Measured, rest_w: Floats) -> Floats:
    """Return what is left for all heat pumps, per constraint."""
    situation, settings = case.situation, case.settings
    middle = measured.end - measured.length / 2
    ahead = situation.now + measured.length / 2
    change_w = 1000.0 * situation.outlook.change_kw(middle, ahead)
    free = margin(ahead - middle, settings.margin, settings.age_margin)
    aims_w = case.grid.limits_w * (1.0 - free)
    made_up_w = np.zeros_like(aims_w)
    made_up_w[0] = made_up_for_w(
        situation.readings, aims_w[0], situation.now, settings.response
    )
    return aims_w + made_up_w - rest_w - change_w * case.grid.rest_shares


def learn_use(case: Case) -> ControlState:
    """Return the state after comparing what homes reported with what was expected.

    It changes once per reported interval, and only where enough homes report.
    """
    state, heard = case.state, case.situation.heard
    reported = ~np.isnan(heard.power_w) & case.fleet.steerable
    if heard.power_start is None or heard.power_end is None:
        return state
    is_known = heard.power_end == state.use_until
    is_before = not state.history or heard.power_start < state.history[0].since
    if is_known or is_before or reported.sum() < _LEAST_REPORTS:
        return state
    all_want_w = case.want_w[case.fleet.steerable].sum()
    share = case.want_w[reported].sum() / max(1.0, all_want_w)
    expected_w = expected_mean_w(
        state.history, heard.power_start, heard.power_end, case.settings.response
    )[0]
    if expected_w <= 0.0:
        return state
    ratio = heard.power_w[reported].sum() / (share * expected_w)
    step = float(np.clip(ratio, *_USE_BOUNDS)) - state.use
    return replace(state, use=state.use + _USE_GAIN * step, use_until=heard.power_end)
