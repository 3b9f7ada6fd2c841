"""Turns, policies, frames, phases: the smaller rules of sharing."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import numpy as np
import pytest

from dalen_hub.caps.bottlenecks import share_room
from dalen_hub.caps.fleet import (
    PHASES,
    UNKNOWN,
    Fleet,
    fleet_of,
    memberships,
    phase_grid,
)
from dalen_hub.caps.phases import estimate_phase
from dalen_hub.caps.policies import (
    credit_weights,
    need_weights,
    share_by_policy,
    weights_of,
)
from dalen_hub.caps.release import stagger_s
from dalen_hub.caps.rotation import LEAST_OFF, no_turns, take_turns
from dalen_hub.grid.frames import Frame, frame_cap_w
from dalen_hub.grid.sharing import FAIRNESS_FLOOR, Policy

CABLES = 5
GRID = phase_grid(380.0, cable_limits_kw=[120.0] * CABLES, cable_shares=[0.2] * CABLES)


def village(rng: np.random.Generator, count: int) -> Fleet:
    """Return homes on phases and cables, some of unknown phase."""
    phase = rng.integers(UNKNOWN, PHASES, count)
    cable = rng.integers(UNKNOWN, CABLES, count)
    return fleet_of(
        rng.uniform(800, 2500, count),
        minimum_w=rng.uniform(200, 600, count),
        floor_w=rng.uniform(0, 150, count),
        places=memberships(phase, cable, CABLES),
    )


def load_w(fleet: Fleet, power_w: np.ndarray) -> np.ndarray:
    """Return the load of each constraint."""
    return fleet.claims(power_w, power_w).load_w(power_w, len(GRID.bottlenecks))


@given(st.integers(0, 2**32), st.integers(1, 60))
def test_turns_stay_within_the_shares_under_every_constraint(
    seed: int, count: int
) -> None:
    """Whoever runs takes what the others leave, on its own phase and cable."""
    rng = np.random.default_rng(seed)
    fleet = village(rng, count)
    lower_w, upper_w = fleet.lowest_w, fleet.highest_w
    rooms_w = load_w(fleet, lower_w) + rng.uniform(0, 300) * load_w(
        fleet, np.ones(count)
    )
    turns = no_turns(count)
    since = np.zeros(count)
    for _ in range(12):
        share_w = share_room(fleet.claims(lower_w, upper_w), rooms_w).share_w
        low = (share_w < fleet.start_w) & (fleet.start_w > lower_w)
        before = turns
        turns = take_turns(turns, fleet, share_w, low=low, elapsed=timedelta(minutes=5))
        given_w = np.where(turns.on, fleet.start_w, lower_w)
        given_w = np.where(low, given_w, share_w)
        assert (load_w(fleet, given_w) <= rooms_w * (1 + 1e-9) + 1e-3).all()
        # Who was switched off stays off for a while.
        since = np.where(before.on, 0.0, since + 300.0)
        started = low & turns.on & ~before.on
        assert (since[started] >= LEAST_OFF.total_seconds()).all()


def test_a_home_of_unknown_phase_loads_each_phase_with_a_third() -> None:
    """The transformer and its cable carry the whole of it."""
    members = memberships(np.array([UNKNOWN, 1]), np.array([0, UNKNOWN]), CABLES)
    fleet = fleet_of([900.0, 600.0], places=members)
    loads = load_w(fleet, fleet.nameplate_w)
    assert loads[0] == 1500
    np.testing.assert_allclose(loads[1:4], [300, 900, 300])
    assert loads[4] == 900
    np.testing.assert_allclose(loads[4 + CABLES : 7 + CABLES], 300)
    assert [each.name for each in GRID.bottlenecks[3:5]] == ["phase L3", "cable 1"]


@given(st.integers(0, 2**32), st.integers(1, 40))
def test_cost_never_takes_more_than_half_of_a_fair_share(seed: int, count: int) -> None:
    """And it saves at least as much money as the fair share."""
    rng = np.random.default_rng(seed)
    fleet = village(rng, count)
    saving = rng.choice([0.05, 0.1, 0.2, 0.29], count)
    fleet = replace(fleet, saving_eur_per_kwh=saving)
    rooms_w = load_w(fleet, fleet.highest_w) * rng.uniform(0.3, 1.0)
    bounds = fleet.lowest_w, fleet.highest_w
    fair = share_room(fleet.claims(*bounds), rooms_w).share_w
    sharing = share_by_policy(fleet, *bounds, rooms_w)
    cheap = sharing.share_w
    assert (cheap >= FAIRNESS_FLOOR * fair - 1e-6).all()
    assert (load_w(fleet, cheap) <= rooms_w * (1 + 1e-9) + 1e-3).all()
    # The levels that the controller works with give the same shares.
    levels_w = sharing.common_level_w(fleet.members)
    np.testing.assert_allclose(np.clip(levels_w, *bounds), cheap, atol=1e-6)


def test_cost_gives_the_rest_to_whom_it_saves_most() -> None:
    """Half of the fair 500 W for all, the rest by merit."""
    fleet = fleet_of([1000.0] * 4, saving_eur_per_kwh=np.array([0.29, 0.29, 0.1, 0.05]))
    sharing = share_by_policy(fleet, np.zeros(4), fleet.highest_w, np.array([2000.0]))
    np.testing.assert_allclose(sharing.share_w, [750, 750, 250, 250])


def test_weights_are_bounded_and_mean_one() -> None:
    """No home gets more than four times what another gets."""
    np.testing.assert_allclose(
        need_weights(np.array([100.0, 200, np.nan])), [2 / 3, 4 / 3, 1]
    )
    assert need_weights(np.array([1.0, 1000])).tolist() == [
        0.5,
        pytest.approx(2, abs=0.01),
    ]
    np.testing.assert_allclose(credit_weights(np.array([0.0, 10, 20])), [0.5, 1, 1.5])
    assert credit_weights(np.zeros(3)).tolist() == [1, 1, 1]
    for policy in Policy:
        weights = weights_of(
            policy, homes=2, need_w_per_k=np.array([100.0, 200]), burden_kwh=np.ones(2)
        )
        assert weights.shape == (2,)
        assert (weights > 0).all()


@pytest.mark.parametrize(
    ("moment", "cap_w"),
    [
        ("2026-11-23T15:59", np.inf),
        ("2026-11-23T16:00", 500.0),
        ("2026-11-23T18:00", 400.0),
        ("2026-11-23T21:00", np.inf),
        ("2026-11-27T23:30", 300.0),
        ("2026-11-28T00:30", 300.0),
        ("2026-11-28T23:30", np.inf),
        ("2026-11-28T16:30", 500.0),
    ],
)
def test_frames_by_local_time(moment: str, cap_w: float) -> None:
    """The lowest one in force; one over midnight belongs to the day it begins."""
    frames = (
        Frame(start=time(16), end=time(21), cap_w=500.0),
        Frame(start=time(17, 30), end=time(19), cap_w=400.0),
        Frame(start=time(23), end=time(1), cap_w=300.0, weekdays=frozenset({4})),
    )
    zone = ZoneInfo("Europe/Amsterdam")
    now = datetime.fromisoformat(moment).replace(tzinfo=zone).astimezone(UTC)
    assert frame_cap_w(frames, now, zone) == cap_w


def test_homes_rise_spread_over_five_minutes() -> None:
    """Each day in another order, and always the same for a day."""
    homes = [f"home-{index}" for index in range(500)]
    first = np.array([stagger_s(home, date(2026, 11, 23)) for home in homes])
    second = np.array([stagger_s(home, date(2026, 11, 24)) for home in homes])
    assert first.min() >= 0
    assert first.max() < 300
    assert np.histogram(first, bins=5, range=(0, 300))[0].min() >= 70
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.2
    assert stagger_s(homes[0], date(2026, 11, 23)) == first[0]


@pytest.mark.parametrize("phase", range(PHASES))
def test_the_phase_of_a_home_shows_in_a_fortnight(phase: int) -> None:
    """From quarter-hour energy (T1) and the meter of the phases."""
    rng = np.random.default_rng(phase)
    count = 14 * 96
    pump_w = 900.0 * (np.repeat(rng.random(count // 4) < 0.5, 4))
    noise = np.cumsum(rng.standard_normal((count, PHASES)), axis=0)
    phases_kw = 60 + 0.5 * noise + rng.standard_normal((count, PHASES))
    assert estimate_phase(pump_w, phases_kw) == UNKNOWN
    phases_kw[:, phase] += pump_w / 1000
    assert estimate_phase(pump_w, phases_kw) == phase
    assert estimate_phase(pump_w[:50], phases_kw[:50]) == UNKNOWN
    assert estimate_phase(np.full(count, np.nan), phases_kw) == UNKNOWN
