"""The hub in a simulation: it hears messages and calls the production controller.

Nothing here looks at the village. What comes in are readings of the transformer's
meter and, of homes, their quarter-hour reports and whether they polled.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from dalen_hub.caps.budget import Outlook, Reading, is_metered
from dalen_hub.caps.control import Basis, Control, caps_ahead_w
from dalen_hub.caps.controller import (
    ControlState,
    Decision,
    Situation,
    decide,
    first_state,
)
from dalen_hub.caps.day_plan import DayPlan, paused_power_w, plan_day
from dalen_hub.caps.fleet import Fleet, Grid, simple_grid
from dalen_hub.caps.heard import Heard
from dalen_hub.caps.inputs import Reports
from dalen_hub.grid.quarter_hours import QUARTER, floor_quarter

from .arrays import BoolArray, FloatArray
from .rest_forecast import RestForecast

NO_LIMIT_KW: Final = 1e6
_KEPT: Final = timedelta(hours=1)
_WANT_QUARTERS: Final = 96
_FORECAST_EVERY: Final = timedelta(hours=3)
_REPLAN_EVERY: Final = timedelta(hours=1)
# What a plan is made of is kept beside it; the caps ahead do not look at reports.
_NO_REPORTS: Final = Reports(
    want_w={},
    power_w={},
    power_start=datetime(1970, 1, 1, tzinfo=UTC),
    paused=frozenset(),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What n homes reported of a quarter hour, shape (n,); NaN where nothing came.

    ``capped`` and ``paused`` are their operating states.
    """

    start: datetime
    power_w: FloatArray
    capped: BoolArray
    paused: BoolArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What the hub publishes: caps by quarter hour, the running one first.

    ``ahead_w`` has the shape (quarter hours, n).
    """

    decision: Decision
    ahead_w: FloatArray


@dataclass(slots=True, kw_only=True)
class HubSide:
    """The hub of one village; ``limit_kw`` None: its transformer has no limit."""

    fleet: Fleet
    limit_kw: float | None
    forecast: RestForecast
    now: datetime
    _grid: Grid = field(init=False)
    _state: ControlState = field(init=False)
    _readings: tuple[Reading, ...] = field(init=False, default=())
    _report: Report | None = field(init=False, default=None)
    _free_w: FloatArray = field(init=False)
    _is_free: BoolArray = field(init=False)
    _want_w: FloatArray = field(init=False)
    _outlook: Outlook | None = field(init=False, default=None)
    _plan: DayPlan | None = field(init=False, default=None)
    _planned_at: datetime | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Start without having heard anything."""
        limit_kw = NO_LIMIT_KW if self.limit_kw is None else self.limit_kw
        self._grid = simple_grid(limit_kw)
        self._state = first_state(self.fleet, self.now)
        self._want_w = np.full(self.fleet.size, np.nan)
        self._free_w = np.zeros((0, self.fleet.size))
        self._is_free = np.zeros((0, self.fleet.size), dtype=np.bool_)

    def read_meter(self, reading: Reading) -> None:
        """Take in a reading of the transformer."""
        kept = [r for r in self._readings if reading.end - r.end < _KEPT]
        self._readings = (*kept, reading)

    def read_reports(self, report: Report) -> None:
        """Take in the reports of a quarter hour, and learn what was not steered."""
        self._report = report
        self._want_w = self._uncapped_w(report)
        trafo_kw = self._mean_load_kw(report.start)
        known = ~np.isnan(report.power_w)
        if trafo_kw is not None and known.any():
            # Who is silent draws what the others draw.
            pumps_kw = float(report.power_w[known].mean()) * self.fleet.size / 1000.0
            self.forecast.add(report.start, trafo_kw - pumps_kw)

    def decide(
        self,
        now: datetime,
        online: BoolArray,
        *,
        frame_w: float = np.inf,
        stopped: bool = False,
    ) -> Orders | None:
        """Return new orders, None where those in force go on."""
        heard = self._heard(online)
        outlook = self._current_outlook(now)
        plan = self._current_plan(now, outlook, heard)
        situation = Situation(
            now=now,
            readings=self._readings,
            outlook=outlook,
            plan=plan,
            heard=heard,
            stopped=stopped,
            frame_w=frame_w,
        )
        self._state, decision = decide(self._state, situation, self.fleet, self._grid)
        if not decision.send:
            return None
        ahead_w = self._ahead_w(plan, outlook, decision, now)
        return Orders(decision=decision, ahead_w=ahead_w)

    def _ahead_w(
        self, plan: DayPlan, outlook: Outlook, decision: Decision, now: datetime
    ) -> FloatArray:
        """Return what the service would publish."""
        index = plan.index_at(now) or 0
        ahead = replace(
            plan,
            starts=plan.starts[index:],
            caps_w=plan.caps_w[index:],
        )
        control = Control(
            targets=(),
            fleet=self.fleet,
            state=self._state,
            basis=Basis(
                forecasts=(), outlook=outlook, reports=_NO_REPORTS, made_at=now
            ),
            plan=ahead,
        )
        return caps_ahead_w(control, decision, None, now)

    def _current_outlook(self, now: datetime) -> Outlook:
        """Return the forecast, made anew every few hours."""
        outlook = self._outlook
        if outlook is None or now - outlook.starts[0] >= _FORECAST_EVERY:
            outlook = self._outlook = self.forecast.outlook(now)
        return outlook

    def _current_plan(self, now: datetime, outlook: Outlook, heard: Heard) -> DayPlan:
        """Return the plan for the hours ahead, made anew each hour."""
        plan = self._plan
        due = self._planned_at is None or now - self._planned_at >= _REPLAN_EVERY
        if plan is None or due:
            paused_w = paused_power_w(self.fleet, heard.paused, heard.want_w)
            plan = plan_day(
                self.fleet,
                self._grid,
                _from_now(outlook, now),
                turns=self._state.turns,
                paused_w=paused_w,
                want_w=heard.want_w,
                metered=is_metered(self._readings, now),
            )
            self._plan, self._planned_at = plan, now
        return plan

    def _heard(self, online: BoolArray) -> Heard:
        """Return what homes told so far."""
        unknown = np.full(self.fleet.size, np.nan)
        last = self._report
        if last is None:
            return Heard(
                online=online,
                paused=np.zeros(self.fleet.size, dtype=np.bool_),
                want_w=unknown,
                power_w=unknown,
            )
        return Heard(
            online=online,
            paused=last.paused,
            want_w=self._want_w,
            power_w=last.power_w,
            power_start=last.start,
            power_end=last.start + QUARTER,
        )

    def _uncapped_w(self, report: Report) -> FloatArray:
        """Return the mean power in the quarter hours without a cap, of a day."""
        is_free = ~(report.capped | np.isnan(report.power_w))
        free_w = np.where(is_free, report.power_w, 0.0)
        self._is_free = np.vstack((self._is_free[1 - _WANT_QUARTERS :], is_free))
        self._free_w = np.vstack((self._free_w[1 - _WANT_QUARTERS :], free_w))
        sums, counts = self._free_w.sum(axis=0), self._is_free.sum(axis=0)
        want_w = np.full(self.fleet.size, np.nan)
        np.divide(sums, counts, out=want_w, where=counts > 0)
        return want_w

    def _mean_load_kw(self, start: datetime) -> float | None:
        """Return the mean of the meter over a quarter hour, None where unknown."""
        inside = [r for r in self._readings if start < r.end <= start + QUARTER]
        if not inside:
            return None
        return float(np.mean([reading.load_kw for reading in inside]))


def _from_now(outlook: Outlook, now: datetime) -> Outlook:
    """Return a forecast from the running quarter hour on."""
    first = outlook.starts.index(floor_quarter(now))
    return Outlook(
        starts=outlook.starts[first:],
        p50_kw=outlook.p50_kw[first:],
        p90_kw=outlook.p90_kw[first:],
    )
