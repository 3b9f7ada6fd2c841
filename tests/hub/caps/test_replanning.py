"""Turns across plans: a plan that is made anew starts and stops no compressor early."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings, strategies as st
import numpy as np

from dalen_hub.caps.controller import Situation, decide, first_state
from dalen_hub.caps.day_plan import outlook_of, plan_day
from dalen_hub.caps.fleet import fleet_of, simple_grid
from dalen_hub.caps.heard import nothing_heard
from dalen_hub.caps.rotation import LEAST_OFF

HOMES = 12
START = datetime(2026, 11, 23, 16, 5, tzinfo=UTC)
GRID = simple_grid(100.0)


@settings(max_examples=30)
@given(
    st.lists(st.integers(1, 14), min_size=20, max_size=60),
    st.integers(0, 2**32),
)
def test_a_new_plan_in_mid_quarter_starts_nobody_too_soon(
    steps_min: list[int], seed: int
) -> None:
    """However often a forecast comes: who was switched off stays off 20 minutes."""
    rng = np.random.default_rng(seed)
    fleet = fleet_of([1500.0] * HOMES, minimum_w=500.0, floor_w=100.0)
    state, now = first_state(fleet, START), START
    off_since: dict[int, datetime] = {}
    for minutes in steps_min:
        quarter = now.replace(minute=now.minute // 15 * 15)
        starts = [quarter + timedelta(minutes=15) * index for index in range(8)]
        p90_kw = [98.0 - rng.uniform(2.0, 5.5)] * 8
        outlook = outlook_of(starts, p90_kw, p90_kw)
        plan = plan_day(
            fleet, GRID, outlook, turns=state.turns, turns_at=state.at, now=now
        )
        situation = Situation(
            now=now,
            readings=(),
            outlook=outlook,
            plan=plan,
            heard=nothing_heard(fleet),
            fresh_forecast=True,
        )
        state, decision = decide(state, situation, fleet, GRID)
        running = decision.caps_w >= 500.0
        # What is published for the running quarter hour is what was decided.
        np.testing.assert_array_equal(plan.caps_w[0] >= 500.0, running)
        for home in range(HOMES):
            if not running[home]:
                off_since.setdefault(home, now)
            elif (since := off_since.pop(home, None)) is not None:
                assert now - since >= LEAST_OFF
        now += timedelta(minutes=minutes)
