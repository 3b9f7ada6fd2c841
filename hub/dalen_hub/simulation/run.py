"""Run S villages minute by minute, each with its own hub."""

from collections.abc import Callable
import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from dalen_hub.caps.budget import Reading
from dalen_hub.caps.fleet import Fleet, fleet_of
from dalen_hub.grid.quarter_hours import QUARTER, floor_quarter

from .arrays import BoolArray, FloatArray
from .courses import MINUTE, local_hours
from .home_side import HomeSide, with_links
from .hub_side import HubSide, Orders, Report
from .hybrid_model import HybridOutput
from .pilot_frames import frame_w
from .run_options import Strategy
from .scenario import Scenario
from .traces import QUARTER_MIN, Recorder, Traces
from .village import HomesState, settled_state, step_homes

# A home reports so long after a quarter hour, and polls at least so often.
_REPORT_DELAY_MIN: Final = 2
_POLLS_MIN: Final = 3
_STAGGER_MIN: Final = 5
# An inverter takes the next speed below a limit (see hybrid.py), and standby counts.
_SPEED_STEP: Final = 0.97

# A house needs this long to follow a set point that rose in the morning.
_WARM_UP_HOURS: Final = 3.0

type Progress = Callable[[int, int], None]


@dataclass(slots=True, kw_only=True)
class Run:
    """A run in progress; ``minute`` is the next one to simulate."""

    scenario: Scenario
    strategy: Strategy
    limits_kw: FloatArray | None
    """The limit of each transformer, shape (S,)."""
    data_minutes: int
    minute: int = 0
    stopped: bool = False
    hubs: list[HubSide] = field(init=False)
    homes: list[HomeSide] = field(init=False)
    trafo_kw: FloatArray = field(init=False)
    """The newest minute of each transformer, shape (S,)."""
    _state: HomesState = field(init=False)
    _recorder: Recorder = field(init=False)
    _pending: dict[int, tuple[int, Orders]] = field(init=False, default_factory=dict)
    _meter_kwmin: FloatArray = field(init=False)
    _capped: BoolArray = field(init=False)
    _level_w: FloatArray = field(init=False)
    _rng: np.random.Generator = field(init=False)
    _taps_rng: np.random.Generator = field(init=False)
    _hours: list[float] = field(init=False)

    def __post_init__(self) -> None:
        """Settle the houses; no hub has heard anything."""
        stock, courses = self.scenario.stock, self.scenario.courses
        villages, pumps = stock.villages, stock.pumps
        self._rng, self._taps_rng = (np.random.default_rng(each) for each in (5, 6))
        self._hours = local_hours(courses.start, courses.minutes).tolist()
        self._state = settled_state(
            stock.homes,
            outdoor_c=np.repeat(courses.outdoor_c[0], pumps),
            local_hour=self._hours[0],
            rng=self._rng,
        )
        self._recorder = Recorder.empty(courses.minutes, villages, pumps)
        self._meter_kwmin = np.zeros(villages)
        self.trafo_kw = np.zeros(villages)
        self._capped = np.zeros((villages, pumps), dtype=np.bool_)
        self._level_w = np.full(villages, np.inf)
        self.hubs = [self._hub(seed) for seed in range(villages)]
        self.homes = [self._homes(seed) for seed in range(villages)]

    @property
    def now(self) -> datetime:
        """Return the instant at which the next minute begins."""
        return self.scenario.courses.start + self.minute * MINUTE

    @property
    def traces(self) -> Traces:
        """Return what was recorded."""
        return self._recorder.traces

    def advance(self) -> None:
        """Simulate one minute."""
        minute, courses = self.minute, self.scenario.courses
        self._talk()
        limits_w = self._limits_w()
        self._state, output = step_homes(
            self.scenario.stock.homes,
            self._state,
            outdoor_c=np.repeat(courses.outdoor_c[minute], self.scenario.stock.pumps),
            irradiance_w_m2=np.repeat(
                courses.irradiance_w_m2[minute], self.scenario.stock.pumps
            ),
            local_hour=self._hours[minute],
            limit_w=limits_w.ravel(),
            dt_s=60.0,
            rng=self._rng,
            taps_rng=self._taps_rng,
        )
        self._record(output, limits_w)
        self.minute += 1

    def branch(self) -> Run:
        """Return a copy that can go another way; the scenario is shared."""
        memo = {id(self.scenario): self.scenario}
        return copy.deepcopy(self, memo)

    def order(self, *, stopped: bool) -> None:
        """Order or release an emergency stop: the hubs decide at once."""
        self.stopped = stopped
        for seed in range(len(self.hubs)):
            self._decide(seed)

    def _talk(self) -> None:
        """Let orders arrive, then readings and reports, and the hubs decide."""
        minute = self.minute
        self._deliver()
        if self.strategy is Strategy.NONE:
            return
        is_reading = minute > 0 and minute % self.data_minutes == 0
        is_report = minute > QUARTER_MIN and minute % QUARTER_MIN == _REPORT_DELAY_MIN
        for seed, hub in enumerate(self.hubs):
            if is_reading:
                hub.read_meter(self._reading(seed))
            if is_report:
                hub.read_reports(self._report(seed))
            if is_reading:
                self._decide(seed)
        if is_reading:
            self._meter_kwmin[:] = 0.0

    def _decide(self, seed: int) -> None:
        """Ask one hub; homes hear its orders a minute later."""
        first = max(0, self.minute + 1 - _POLLS_MIN)
        polled = self.scenario.online[first : self.minute + 1, seed]
        online: BoolArray = np.asarray(polled.any(axis=0))
        orders = self.hubs[seed].decide(
            self.now,
            online,
            frame_w=frame_w(self.strategy, self.now),
            stopped=self.stopped,
        )
        if orders is not None:
            self._pending[seed] = (self.minute + 1, self._with_frames(seed, orders))
            self._level_w[seed] = min(
                orders.decision.level_w, frame_w(self.strategy, self.now)
            )

    def _deliver(self) -> None:
        """Let homes with a link hear what was ordered a minute ago."""
        for seed, (due, orders) in list(self._pending.items()):
            if due <= self.minute:
                online = self.scenario.online[self.minute, seed]
                self.homes[seed].hear(orders, self.minute, online)
                del self._pending[seed]

    def _with_frames(self, seed: int, orders: Orders) -> Orders:
        """Return orders below the fixed frames of the hours ahead."""
        if self.strategy not in {Strategy.FRAME, Strategy.STOP}:
            return orders
        running = floor_quarter(self.now)
        frames_w = [
            [frame_w(self.strategy, running + index * QUARTER)]
            for index in range(len(orders.ahead_w))
        ]
        ahead_w = self.hubs[seed].fleet.framed_w(orders.ahead_w, np.array(frames_w))
        return Orders(decision=orders.decision, ahead_w=ahead_w)

    def _limits_w(self) -> FloatArray:
        """Return the limits that homes obey in this minute, shape (S, n)."""
        minute, paused = self.minute, self.scenario.paused
        if self.strategy is Strategy.NONE and not self.stopped:
            return np.full(self._capped.shape, np.inf)
        return np.stack(
            [
                homes.limits_w(minute, paused[minute, seed])
                for seed, homes in enumerate(self.homes)
            ]
        )

    def _reading(self, seed: int) -> Reading:
        """Return what the meter of a transformer tells now."""
        return Reading(
            end=self.now,
            length=timedelta(minutes=self.data_minutes),
            load_kw=float(self._meter_kwmin[seed]) / self.data_minutes,
        )

    def _report(self, seed: int) -> Report:
        """Return what arrives of the homes' reports of the last quarter hour."""
        quarter = self.minute // QUARTER_MIN - 1
        report = Report(
            start=self.scenario.courses.start + quarter * QUARTER_MIN * MINUTE,
            power_w=self._recorder.traces.pumps_w[quarter, seed],
            capped=self._capped[seed].copy(),
            paused=self.scenario.paused[self.minute, seed],
        )
        self._capped[seed] = False
        return with_links(report, self.scenario.online[self.minute, seed])

    def _record(self, output: HybridOutput, limits_w: FloatArray) -> None:
        """Record a minute."""
        minute, stock = self.minute, self.scenario.stock
        courses = self.scenario.courses
        pumps_w = stock.by_village(output.electric_w)
        base_kw = courses.base_kw[minute]
        self.trafo_kw = base_kw + pumps_w.sum(axis=1) / 1000.0
        self._meter_kwmin += self.trafo_kw
        nameplate_w = stock.by_village(stock.homes.hybrids.nameplate_w)
        self._capped |= limits_w < nameplate_w - 10.0
        self._recorder.add(
            minute,
            trafo_kw=self.trafo_kw,
            base_kw=base_kw,
            outdoor_c=courses.outdoor_c[minute],
            pumps_w=pumps_w,
            boiler_w=stock.by_village(output.boiler_w),
        )
        if minute % QUARTER_MIN == QUARTER_MIN - 1:
            set_point_c = self._warm_by_now_c(self._hours[minute])
            below_k = stock.by_village(set_point_c - self._state.houses.air_c)
            self._recorder.end_quarter(minute, below_k, self._level_w)

    def _warm_by_now_c(self, hour: float) -> FloatArray:
        """Return the set points, those of before where they rose not long ago."""
        thermostats = self.scenario.stock.homes.thermostats
        before = (hour - _WARM_UP_HOURS) % 24.0
        return np.minimum(
            thermostats.set_point_at(hour), thermostats.set_point_at(before)
        )

    def _hub(self, seed: int) -> HubSide:
        """Return the hub of one village."""
        return HubSide(
            fleet=told_fleet(self.scenario, seed),
            limit_kw=None if self.limits_kw is None else float(self.limits_kw[seed]),
            forecast=copy.deepcopy(self.scenario.forecasts[seed]),
            now=self.now,
        )

    def _homes(self, seed: int) -> HomeSide:
        """Return the homes of one village."""
        stock = self.scenario.stock
        stagger = np.random.default_rng([seed, 7]).integers(
            _STAGGER_MIN, size=stock.pumps
        )
        return HomeSide(
            nameplate_w=stock.by_village(stock.homes.hybrids.nameplate_w)[seed],
            stagger=stagger.astype(np.float64),
            minutes=self.scenario.courses.minutes,
        )


def told_fleet(scenario: Scenario, seed: int) -> Fleet:
    """Return what homes told when they joined: nameplate and lowest useful cap."""
    stock = scenario.stock
    hybrids = stock.homes.hybrids
    lowest_w = (hybrids.minimum_w + hybrids.standby_w) / _SPEED_STEP
    return fleet_of(
        stock.by_village(hybrids.nameplate_w)[seed],
        minimum_w=stock.by_village(np.ceil(lowest_w))[seed],
    )


def finish(run: Run, progress: Progress) -> Traces:
    """Simulate to the end and return all but the day to settle."""
    total = run.scenario.courses.minutes
    while run.minute < total:
        run.advance()
        progress(run.minute, total)
    return run.traces.counted()
