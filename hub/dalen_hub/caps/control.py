"""What the hub keeps in memory of one transformer, and one step of its controller."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
import math

import numpy as np

from dalen_hub.caps.bottlenecks import Floats
from dalen_hub.caps.budget import Outlook, Reading, is_metered
from dalen_hub.caps.causes import SMALL, Cause
from dalen_hub.caps.control_members import carried_over
from dalen_hub.caps.control_state import DEFAULTS, Source
from dalen_hub.caps.controller import (
    ControlState,
    Decision,
    Situation,
    decide,
    first_state,
)
from dalen_hub.caps.day_plan import DayPlan, outlook_of, paused_power_w, plan_day
from dalen_hub.caps.fleet import Fleet, floor_step
from dalen_hub.caps.inputs import Reports, heard_from, wanted_ahead_w
from dalen_hub.caps.site import Site
from dalen_hub.caps.stop import Stop
from dalen_hub.forecast.model import QuarterForecast
from dalen_hub.grid.quarter_hours import floor_quarter
from dalen_hub.homes.registry import Home


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a plan is made of: it changes with the quarter hour, not with the meter."""

    forecasts: tuple[QuarterForecast, ...]
    outlook: Outlook
    reports: Reports
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """The memory of one transformer."""

    targets: tuple[str, ...]
    fleet: Fleet
    state: ControlState
    basis: Basis
    plan: DayPlan

    def holds(
        self, homes: Sequence[Home], causes: frozenset[Cause], now: datetime
    ) -> bool:
        """Return whether the plan is still the right one."""
        is_same = self.targets == tuple(home.target for home in homes)
        is_now = floor_quarter(self.basis.made_at) == floor_quarter(now)
        return is_same and is_now and causes <= SMALL


def basis_of(
    forecasts: Sequence[QuarterForecast],
    reports: Reports,
    now: datetime,
    *,
    limit_kw: Floats | None = None,
    pumps_kw: Floats | None = None,
) -> Basis:
    """Return what a plan is made of; for the limits see ``Outlook``."""
    outlook = outlook_of(
        [each.start for each in forecasts],
        [each.p50_kw for each in forecasts],
        [each.p90_kw for each in forecasts],
    )
    return Basis(
        forecasts=tuple(forecasts),
        outlook=replace(outlook, limit_kw=limit_kw, pumps_kw=pumps_kw),
        reports=reports,
        made_at=now,
    )


def step(
    before: Control | None,
    site: Site,
    homes: Sequence[Home],
    basis: Basis,
    *,
    readings: tuple[Reading, ...],
    stop: Stop | None,
    causes: frozenset[Cause],
    level_w: float | None,
    now: datetime,
    frame_w: float = math.inf,
) -> tuple[Control, Decision]:
    """Plan where that is due, and decide. Pure; runs in a thread.

    ``level_w`` is the level in force, for the first step after a start. ``frame_w``
    is the cap of a fixed frame in force.
    """
    fleet, grid = site.fleet, site.grid
    heard = heard_from(homes, basis.reports, now)
    state = _state(before, homes, fleet, level_w, now)
    if before is not None and before.basis is basis:
        plan = before.plan
    else:
        paused_w = paused_power_w(fleet, heard.paused, heard.want_w)
        plan = plan_day(
            fleet,
            grid,
            basis.outlook,
            turns=state.turns,
            turns_at=state.at,
            now=now,
            paused_w=paused_w,
            want_w=wanted_ahead_w(homes, basis.reports),
            # What was just foretold the meter cannot know: careful at first.
            metered=Cause.FORECAST not in causes and is_metered(readings, now),
        )
    situation = Situation(
        now=now,
        readings=readings,
        outlook=basis.outlook,
        plan=plan,
        heard=heard,
        stopped=stop is not None and stop.in_force(now),
        fresh_forecast=Cause.FORECAST in causes,
        frame_w=frame_w,
    )
    state, decision = decide(state, situation, fleet, grid)
    control = Control(
        targets=tuple(home.target for home in homes),
        fleet=fleet,
        state=state,
        basis=basis,
        plan=plan,
    )
    return control, decision


def caps_ahead_w(
    control: Control, decision: Decision, stop: Stop | None, now: datetime
) -> Floats:
    """Return the caps from the running quarter hour on, (quarter hours, homes).

    Now counts what was decided. Later the plan counts, but where the meter decides not
    before the next quarter hour has ended: the next decision is felt some minutes
    after it began. After a stop and in a release the level rises slowly. A stop has an event of its own: when that ends
    while the hub is away, the floor of a home is what remains.
    """
    fleet, caps_w = control.fleet, control.plan.caps_w.copy()
    if not len(caps_w):
        return caps_w
    caps_w[0] = np.where(
        fleet.steerable, np.maximum(decision.caps_w, fleet.lowest_w), fleet.highest_w
    )
    if decision.source in {Source.REALTIME, Source.RELEASE}:
        caps_w[1:2] = caps_w[0]
    if decision.source not in {Source.STOP, Source.RELEASE}:
        return caps_w
    begin = now if stop is None or not stop.in_force(now) else stop.until
    level_w = 0.0 if decision.source is Source.STOP else decision.level_w
    for index, start in enumerate(control.plan.starts[1:], 1):
        minutes = max(0.0, (start - begin) / timedelta(minutes=1))
        ramp_w = floor_step(
            fleet.weight * (level_w + DEFAULTS.ramp_w_per_min * minutes)
        )
        risen_w = np.clip(ramp_w, fleet.lowest_w, fleet.highest_w)
        if (risen_w >= caps_w[index])[fleet.steerable].all():
            break
        caps_w[index] = np.where(
            fleet.steerable, np.minimum(caps_w[index], risen_w), caps_w[index]
        )
    return caps_w


def _state(
    before: Control | None,
    homes: Sequence[Home],
    fleet: Fleet,
    level_w: float | None,
    now: datetime,
) -> ControlState:
    """Return the state for these homes; after a start, from the level in force."""
    if before is None:
        fresh = first_state(fleet, now)
        if level_w is None or math.isinf(level_w):
            return fresh
        return replace(fresh, levels_w=np.full(fleet.size, level_w))
    places = {target: index for index, target in enumerate(before.targets)}
    targets = [home.target for home in homes]
    if tuple(targets) == before.targets:
        return before.state
    return carried_over(before.state, [places.get(each) for each in targets], fleet)
