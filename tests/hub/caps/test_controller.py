"""The controller: never over the limit for long, down at once, up slowly, no truth."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st
import numpy as np
import pytest

from dalen_hub.caps.budget import Outlook, Reading
from dalen_hub.caps.control import Basis, Control, caps_ahead_w
from dalen_hub.caps.control_members import carried_over
from dalen_hub.caps.control_state import Source
from dalen_hub.caps.controller import (
    ControlState,
    Decision,
    Situation,
    decide,
    first_state,
)
from dalen_hub.caps.day_plan import DayPlan, outlook_of, plan_day
from dalen_hub.caps.fleet import Fleet, fleet_of, simple_grid
from dalen_hub.caps.heard import Heard, nothing_heard
from dalen_hub.caps.inputs import Reports
from dalen_hub.caps.reasons import Reason, reason_of, sentence

START = datetime(2026, 11, 23, 16, tzinfo=UTC)
LIMIT_KW = 300.0
HOMES = 100
FLEET = fleet_of([1500.0] * HOMES, minimum_w=300.0)
GRID = simple_grid(LIMIT_KW)
NO_REPORTS = Reports(want_w={}, power_w={}, power_start=START, paused=frozenset())


def planned(fleet: Fleet, p90_kw: float) -> tuple[Outlook, DayPlan]:
    """Return a forecast that stays the same for six hours, and its plan."""
    starts = [START + timedelta(minutes=15 * index) for index in range(24)]
    outlook = outlook_of(starts, [p90_kw] * 24, [p90_kw] * 24)
    return outlook, plan_day(fleet, GRID, outlook)


@dataclass(slots=True)
class Street:
    """A street that obeys one poll late, and a hub that sees its meter only."""

    rest_kw: Callable[[datetime], float]
    want_w: np.ndarray = field(default_factory=lambda: np.full(HOMES, 900.0))
    minutes: int = 5
    forecast_p90_kw: float = 150.0
    fleet: Fleet = field(default_factory=lambda: FLEET)
    offline: np.ndarray = field(default_factory=lambda: np.zeros(HOMES, dtype=bool))
    now: datetime = START
    readings: list[Reading] = field(default_factory=list)
    loads_kw: list[float] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    levels_w: list[float] = field(default_factory=list)
    plans: dict[float, tuple[Outlook, DayPlan]] = field(default_factory=dict)
    state: ControlState | None = None
    caps_w: np.ndarray = field(default_factory=lambda: np.full(HOMES, np.inf))
    stopped: bool = False
    fresh: bool = False

    def situation(self) -> Situation:
        """Return what the hub knows now."""
        if self.forecast_p90_kw not in self.plans:
            made = planned(self.fleet, self.forecast_p90_kw)
            self.plans[self.forecast_p90_kw] = made
        outlook, plan = self.plans[self.forecast_p90_kw]
        return Situation(
            now=self.now,
            readings=tuple(self.readings[-12:]),
            outlook=outlook,
            plan=plan,
            heard=replace(nothing_heard(self.fleet), online=~self.offline),
            stopped=self.stopped,
            fresh_forecast=self.fresh,
        )

    def run(self, minutes: int) -> None:
        """Let time pass."""
        self.state = self.state or first_state(self.fleet, self.now)
        pending = self.caps_w
        for minute in range(minutes):
            self.caps_w = np.where(self.offline, self.caps_w, pending)
            if minute % self.minutes == 0:
                self.state, decision = decide(
                    self.state, self.situation(), self.fleet, GRID
                )
                self.fresh = False
                self.decisions.append(decision)
                pending = decision.caps_w
                self.levels_w.append(float(self.state.levels_w.min()))
            runs = self.caps_w >= self.fleet.minimum_w
            pumps_w = np.where(runs, np.minimum(self.want_w, 0.95 * self.caps_w), 0.0)
            self.loads_kw.append(self.rest_kw(self.now) + pumps_w.sum() / 1000)
            self.now += timedelta(minutes=1)
            if len(self.loads_kw) % self.minutes == 0:
                self.readings.append(
                    Reading(
                        end=self.now,
                        length=timedelta(minutes=self.minutes),
                        load_kw=float(np.mean(self.loads_kw[-self.minutes :])),
                    )
                )

    def quarters_kw(self) -> np.ndarray:
        """Return the means of the quarter hours."""
        count = len(self.loads_kw) // 15 * 15
        return np.array(self.loads_kw[:count]).reshape(-1, 15).mean(axis=1)


def steps(
    before_kw: float, after_kw: float, minute: int
) -> Callable[[datetime], float]:
    """Return a rest that jumps."""
    return lambda now: (
        before_kw if now < START + timedelta(minutes=minute) else after_kw
    )


@pytest.mark.parametrize("minutes", [1, 5, 15])
@pytest.mark.parametrize("want_w", [600.0, 900.0, 1200.0])
def test_the_meter_alone_brings_the_load_below_the_limit(
    minutes: int, want_w: float
) -> None:
    """With acknowledgements only (T0), and whatever the pumps really want."""
    street = Street(
        rest_kw=steps(180, 250, 30), want_w=np.full(HOMES, want_w), minutes=minutes
    )
    street.run(180)
    # A quarter hour to see the step, and two readings to correct it.
    after = street.quarters_kw()[4 + minutes // 15 :]
    assert (after <= LIMIT_KW).all()
    # And does not give away much more than the margin.
    assert after[-1] >= 0.93 * LIMIT_KW
    assert street.decisions[-1].source in {Source.REALTIME, Source.RELEASE}


def test_nobody_is_limited_while_there_is_room() -> None:
    """Whatever a careful plan says."""
    street = Street(rest_kw=lambda _: 150.0, forecast_p90_kw=100.0)
    street.run(60)
    assert all(np.isinf(each.level_w) for each in street.decisions)
    assert sum(each.send for each in street.decisions) == 4


def test_down_at_once_and_up_slowly() -> None:
    """10 W a minute at most, and the release ends with nobody limited.

    What a short dip took comes back at once: the first quarter hour is none.
    """
    street = Street(rest_kw=lambda now: steps(250, 120, 60)(now))
    street.run(240)
    levels = np.array(street.levels_w)
    finite = levels[np.isfinite(levels)]
    assert np.diff(finite[4:]).max() <= 50 + 1e-9
    assert np.isinf(levels[-1])
    assert finite.min() < 500


@given(st.integers(0, 2**32), st.sampled_from([1, 5, 15]))
def test_caps_stay_in_their_bounds_whatever_the_meter_says(
    seed: int, minutes: int
) -> None:
    """Hostile meters cannot break a floor or a nameplate."""
    rng = np.random.default_rng(seed)
    fleet = fleet_of(
        rng.uniform(500, 3000, HOMES),
        minimum_w=rng.uniform(0, 500, HOMES),
        floor_w=rng.uniform(0, 300, HOMES),
        steerable=rng.random(HOMES) < 0.9,
    )
    street = Street(
        rest_kw=lambda _: float(rng.uniform(-400, 900)), fleet=fleet, minutes=minutes
    )
    street.run(45)
    for after in street.decisions:
        caps_w = after.caps_w[fleet.steerable]
        assert (caps_w >= fleet.lowest_w[fleet.steerable]).all()
        assert (caps_w <= fleet.highest_w[fleet.steerable]).all()
        assert (
            after.caps_w[~fleet.steerable] == fleet.highest_w[~fleet.steerable]
        ).all()


@given(st.integers(0, 2**32), st.sampled_from([1, 5, 15]))
def test_together_they_rise_slowly_whatever_the_meter_says(
    seed: int, minutes: int
) -> None:
    """At most 10 W a minute each, above the most of the last quarter hour."""
    rng = np.random.default_rng(seed)
    fleet = fleet_of(rng.uniform(500, 3000, HOMES))
    street = Street(
        rest_kw=lambda _: float(rng.uniform(-400, 900)), fleet=fleet, minutes=minutes
    )
    street.run(90)
    want_w = fleet.wanted_w(np.full(HOMES, np.nan))
    shares_w = np.array([np.minimum(each, want_w).sum() for each in street.levels_w])
    ramp_w = 10.0 * minutes * HOMES
    for index in range(1, len(shares_w)):
        first = max(0, index - 15 // minutes)
        assert shares_w[index] <= shares_w[first:index].max() + ramp_w + 1e-6


def test_old_data_leave_the_plan() -> None:
    """After 45 minutes without a reading the forecast counts alone."""
    street = Street(rest_kw=lambda _: 250.0, forecast_p90_kw=244.0)
    street.run(30)
    assert street.state is not None
    street.now += timedelta(minutes=90)
    state, decision = decide(street.state, street.situation(), FLEET, GRID)
    assert decision.level_w <= 500
    assert np.isnan(decision.room_w)
    assert state.source in {Source.PLAN, Source.RELEASE}


def test_a_fresh_forecast_counts_at_once() -> None:
    """The meter may raise the level afterwards, slowly."""
    street = Street(rest_kw=lambda _: 150.0)
    street.run(30)
    street.forecast_p90_kw = 244.0
    street.fresh = True
    street.run(1)
    assert street.decisions[-1].level_w == 500
    street.run(20)
    assert 500 < street.decisions[-1].level_w <= 700
    # A mild one frees at once.
    street.forecast_p90_kw = 120.0
    street.fresh = True
    street.run(1)
    assert np.isinf(street.decisions[-1].level_w)


def test_homes_that_are_offline_are_made_up_for() -> None:
    """A fifth does not follow; the others get less, and the limit holds."""
    offline = np.arange(HOMES) % 5 == 0
    street = Street(rest_kw=steps(180, 240, 30), offline=offline)
    street.run(180)
    assert (street.quarters_kw()[4:] <= LIMIT_KW).all()


def test_what_was_decided_holds_beyond_the_border_of_the_quarter_hour() -> None:
    """Homes do not fall back to the plan until the next decision reaches them."""
    street = Street(rest_kw=lambda _: 250.0, forecast_p90_kw=270.0)
    street.run(60)
    assert street.state is not None
    outlook, plan = street.plans[270.0]
    control = Control(
        targets=(),
        fleet=FLEET,
        state=street.state,
        basis=Basis(
            forecasts=(), outlook=outlook, reports=NO_REPORTS, made_at=street.now
        ),
        plan=plan,
    )
    decided = street.decisions[-1]
    ahead_w = caps_ahead_w(control, decided, None, street.now)
    assert ahead_w[1].tolist() == ahead_w[0].tolist() == decided.caps_w.tolist()
    assert ahead_w[2].tolist() == plan.caps_w[2].tolist() != ahead_w[1].tolist()


def test_a_stop_is_felt_within_five_minutes_and_released_slowly() -> None:
    """All are off at once; afterwards nobody jumps back up."""
    street = Street(rest_kw=lambda _: 150.0)
    street.run(20)
    before_kw = street.loads_kw[-1]
    street.stopped = True
    street.run(5)
    assert street.loads_kw[-1] <= before_kw - 0.9 * 90
    assert street.decisions[-1].source is Source.STOP
    assert not street.decisions[-1].caps_w.any()
    street.stopped, street.fresh = False, True
    street.run(150)
    levels = street.levels_w[-30:]
    assert levels[0] == 50
    assert np.diff([x for x in levels if np.isfinite(x)]).max() <= 50 + 1e-9
    assert np.isinf(levels[-1])
    # Turns start them one after the other: no minute brings a fifth of all.
    assert np.diff(street.loads_kw[-150:]).max() <= 0.3 * before_kw


def test_what_homes_report_makes_the_model_better() -> None:
    """Pumps that draw less than expected are expected to draw less."""
    street = Street(rest_kw=lambda _: 200.0)
    street.run(30)
    assert street.state is not None
    power = Heard(
        online=np.ones(HOMES, dtype=bool),
        paused=np.zeros(HOMES, dtype=bool),
        want_w=np.full(HOMES, np.nan),
        power_w=np.full(HOMES, 500.0),
        power_start=START + timedelta(minutes=15),
        power_end=START + timedelta(minutes=30),
    )
    situation = replace(street.situation(), heard=power)
    state, _ = decide(street.state, situation, FLEET, GRID)
    assert state.use < 1.0
    again, _ = decide(state, replace(situation, now=street.now), FLEET, GRID)
    assert again.use == state.use


def test_a_frame_caps_without_any_data() -> None:
    """The pilot's 500 W, as a fixed cap."""
    street = Street(rest_kw=lambda _: 100.0)
    situation = replace(street.situation(), frame_w=500.0)
    _, decision = decide(first_state(FLEET, START), situation, FLEET, GRID)
    assert set(decision.caps_w) == {500}


def test_state_follows_homes_that_join_and_leave() -> None:
    """The others keep what they had; a new one starts at the level in force."""
    street = Street(rest_kw=lambda _: 250.0)
    street.run(30)
    assert street.state is not None
    fleet = fleet_of([1500.0] * 3)
    moved = carried_over(street.state, [7, None, 3], fleet)
    assert moved.levels_w.tolist() == [street.state.levels_w[7]] * 3
    assert moved.told_w.tolist() == [
        street.state.told_w[7],
        1500,
        street.state.told_w[3],
    ]
    nobody = carried_over(street.state, [], fleet_of([]))
    assert carried_over(nobody, [None], fleet_of([900.0])).told_w.tolist() == [900]


@pytest.mark.parametrize("language", ["en", "nl"])
def test_every_cap_has_a_reason(language: str) -> None:
    """In one sentence, with the numbers in it."""
    street = Street(rest_kw=lambda _: 250.0)
    street.run(30)
    decision = street.decisions[-1]
    reason = reason_of(decision, FLEET, 0, paused=False, online=True)
    assert reason in {Reason.REALTIME, Reason.RELEASE}
    for each in Reason:
        text = sentence(each, decision, GRID, 0, language)
        assert text.endswith(".")
        assert "{" not in text
    assert f"{decision.caps_w[0]:.0f} W" in sentence(
        Reason.REALTIME, decision, GRID, 0, language
    )
    assert reason_of(decision, FLEET, 0, paused=True, online=True) is Reason.PAUSED
    assert reason_of(decision, FLEET, 0, paused=False, online=False) is Reason.OFFLINE
    free = replace(decision, caps_w=FLEET.highest_w)
    assert reason_of(free, FLEET, 0, paused=False, online=True) is Reason.FREE
    stop = replace(decision, source=Source.STOP)
    assert reason_of(stop, FLEET, 0, paused=False, online=True) is Reason.STOP
