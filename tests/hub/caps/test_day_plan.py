"""The plan: within the room, in steps, with turns for pumps that cannot run so low."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st
import numpy as np
import pytest

from dalen_hub.caps.day_plan import DayPlan, outlook_of, plan_day
from dalen_hub.caps.fleet import STEP_W, Fleet, fleet_of, simple_grid

START = datetime(2026, 11, 23, 16, tzinfo=UTC)


def plan(fleet: Fleet, *rooms_w: float, paused_w: np.ndarray | None = None) -> DayPlan:
    """Return the plan for these rooms, a quarter hour each."""
    usable_w = 980_000.0
    starts = [START + timedelta(minutes=15 * index) for index in range(len(rooms_w))]
    p90_kw = [(usable_w - room_w) / 1000 for room_w in rooms_w]
    outlook = outlook_of(starts, p90_kw, p90_kw)
    return plan_day(fleet, simple_grid(1000.0), outlook, paused_w=paused_w)


@st.composite
def fleets(draw: st.DrawFn, *, minimum: bool = True) -> Fleet:
    """Draw some homes."""
    count = draw(st.integers(1, 40))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    return fleet_of(
        rng.uniform(100, 12_000, count),
        minimum_w=rng.uniform(0, 1_000, count) * minimum,
        floor_w=rng.uniform(0, 1_000, count) * (rng.random(count) < 0.5),
        weight=rng.uniform(0.5, 2, count),
    )


@given(fleets(), st.floats(0, 300_000))
def test_caps_fit_wherever_the_floors_fit(fleet: Fleet, room_w: float) -> None:
    """The sum never exceeds the room, else the shortfall is told."""
    made = plan(fleet, room_w)
    floors = fleet.lowest_w.sum()
    if floors <= room_w:
        assert made.caps_w.sum() <= room_w + 1e-3
        assert made.shortfall_w[0] == 0
    else:
        assert made.caps_w.sum() == floors
        assert made.shortfall_w[0] == pytest.approx(floors - room_w, abs=1e-3)


@given(fleets(), st.floats(0, 300_000))
def test_caps_are_whole_steps_within_the_bounds(fleet: Fleet, room_w: float) -> None:
    """No cap exceeds a nameplate or undercuts a floor; none lies uselessly low."""
    made = plan(fleet, room_w)
    caps_w = made.caps_w[0]
    assert (caps_w % STEP_W == 0).all()
    assert (caps_w <= fleet.nameplate_w).all()
    assert (caps_w >= fleet.lowest_w).all()
    assert ((caps_w >= fleet.start_w) | (caps_w == fleet.lowest_w)).all()
    if np.isinf(made.level_w[0]):
        assert (caps_w == fleet.highest_w).all()


@given(fleets(minimum=False), st.floats(0, 300_000), st.floats(0, 50_000))
def test_more_room_never_lowers_a_cap(
    fleet: Fleet, room_w: float, more_w: float
) -> None:
    """Caps are monotone in the room, where nobody has to take turns."""
    less, more = plan(fleet, room_w, room_w + more_w).caps_w
    assert (more >= less).all()


def test_pilot_evening() -> None:
    """97 heat pumps in 50 kW get 510 W each."""
    made = plan(fleet_of([1500.0] * 97), 50_000)
    assert set(made.caps_w[0]) == {510}
    assert made.level_w[0] == 510


def test_exact_division_loses_no_step() -> None:
    """A level that is a whole step stays one, whatever the arithmetic."""
    for count in range(1, 200):
        made = plan(fleet_of([1500.0] * count), count * 520.0)
        assert set(made.caps_w[0]) == {520}


def test_level_is_the_floor_where_not_even_floors_fit() -> None:
    """The shortfall is reported, the homes keep their floors."""
    made = plan(fleet_of([1500.0] * 10, floor_w=300.0), 1_000)
    assert made.level_w[0] == 300
    assert made.shortfall_w[0] == 2_000


def test_pumps_that_cannot_run_so_low_take_turns() -> None:
    """Half of them run at their minimum, and after a while the other half."""
    fleet = fleet_of([1450.0] * 10, minimum_w=400.0)
    caps_w = plan(fleet, *[2_000.0] * 16).caps_w
    assert (caps_w.sum(axis=1) == 2_000).all()
    assert set(np.unique(caps_w)) == {0, 400}
    running = caps_w > 0
    # Everybody ran, nobody much longer than another.
    hours = running.sum(axis=0)
    assert hours.min() >= 6
    assert hours.max() <= 10
    # A quarter hour is too short to run or to rest.
    for column in running.T:
        changes = np.flatnonzero(np.diff(column))
        assert (np.diff(changes) >= 2).all()


def test_paused_homes_take_room_and_no_cap() -> None:
    """What they draw leaves the room; they are not limited."""
    fleet = fleet_of([1500.0] * 10)
    paused_w = np.array([800.0] * 2 + [0.0] * 8)
    made = plan(fleet, 5_600.0, paused_w=paused_w)
    assert made.caps_w[0].tolist() == [1500] * 2 + [500] * 8


def test_a_home_that_cannot_be_limited_takes_no_room() -> None:
    """It is part of the forecast."""
    fleet = fleet_of([1500.0] * 3, steerable=[True, False, True])
    assert plan(fleet, 1_000.0).caps_w[0].tolist() == [500, 1500, 500]


def test_with_a_meter_a_plan_knows_what_is_wanted() -> None:
    """A quarter more than each wanted, and all that it can where nobody told."""
    fleet = fleet_of([1500.0] * 10)
    wanted_w = np.array([400.0] * 9 + [np.nan])
    starts = [START]
    for room_w, free in ((6_000.0, True), (5_999.0, False)):
        rest_kw = [(980_000.0 - room_w) / 1000]
        outlook = outlook_of(starts, rest_kw, rest_kw)
        grid = simple_grid(980.0)
        made = plan_day(fleet, grid, outlook, want_w=wanted_w, metered=True)
        assert np.isinf(made.level_w[0]) is np.bool_(free)
        careful = plan_day(fleet, grid, outlook, want_w=wanted_w)
        assert careful.caps_w.sum() <= room_w


def test_a_meter_makes_the_next_hours_less_careful() -> None:
    """P50 without a margin for six hours; then P90 and 2 % again."""
    fleet = fleet_of([1500.0] * 10)
    starts = [START + timedelta(minutes=15 * index) for index in range(40)]
    outlook = outlook_of(starts, [960.0] * 40, [975.0] * 40)
    with_meter = plan_day(fleet, simple_grid(1000.0), outlook, metered=True)
    assert set(with_meter.room_w[:24]) == {40_000.0}
    assert set(with_meter.room_w[24:]) == {5_000.0}
    without = plan_day(fleet, simple_grid(1000.0), outlook)
    assert set(without.room_w) == {5_000.0}
