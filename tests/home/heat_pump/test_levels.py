"""Levels and percentages are moved until the measured power holds the limit."""

from datetime import datetime, timedelta
from itertools import pairwise
import random

from hypothesis import given, strategies as st
import pytest

from custom_components.dalen.heat_pump.level_controller import LevelController
from custom_components.dalen.heat_pump.mechanism import LevelScale
from custom_components.dalen.heat_pump.power_curve import PowerCurve

from .builders import NOW

LEVELS = LevelScale(
    lowest=0, highest=10, step=1, lowest_is_off=True, min_run_s=300, settle_s=60
)
PERCENT = LevelScale(
    lowest=0, highest=100, step=10, lowest_is_off=False, min_run_s=600, settle_s=120
)


def seconds(count: float) -> timedelta:
    """Return a duration."""
    return timedelta(seconds=count)


def test_the_first_guess_is_a_straight_line() -> None:
    """From the minimum power to the nameplate; a stopped compressor draws nothing."""
    curve = PowerCurve(LEVELS, 450, 1800)
    assert curve.expected_w(0) == 0
    assert curve.expected_w(1) == 450
    assert curve.expected_w(10) == 1800
    assert curve.expected_w(4) == pytest.approx(900)
    assert curve.highest_within(900) == 4
    assert curve.highest_within(449) == 0
    assert curve.highest_within(99_999) == 10
    assert curve.expected_w(11) == 1800
    percent = PowerCurve(PERCENT, 500, 2500)
    assert percent.expected_w(0) == 500
    assert percent.highest_within(100) == 0


def test_a_measured_power_bends_the_line() -> None:
    """New measurements count, but one alone does not overturn the old ones."""
    curve = PowerCurve(LEVELS, 450, 1800)
    curve.learn(4, 1200)
    assert curve.expected_w(4) == 1200
    assert curve.expected_w(7) == pytest.approx(1500)
    curve.learn(4, 200)
    assert curve.expected_w(4) == pytest.approx(900)


def test_a_higher_level_is_never_expected_to_draw_less() -> None:
    """Even when it was measured so, on a warmer day."""
    curve = PowerCurve(LEVELS, 450, 1800)
    curve.learn(5, 2000)
    curve.learn(7, 1000)
    expected = [curve.expected_w(level) for level in range(11)]
    assert expected == sorted(expected)
    assert curve.expected_w(10) == 2000


def run(
    controller: LevelController,
    watts_of: list[float],
    minutes: int,
    start: datetime = NOW,
) -> list[int]:
    """Run a heat pump for some minutes; return its level at every reading."""
    held: list[int] = []
    now = start
    for _ in range(minutes * 6):
        now += seconds(10)
        level = controller.level
        assert level is not None
        controller.observe(watts_of[level], now, steady=True)
        if (wanted := controller.wanted(now)) is not None:
            controller.hold(wanted, now)
        held.append(level)
    return held


def test_a_limit_is_held_within_some_minimum_runs() -> None:
    """Although the pump draws more than the line says."""
    truth = [5, 600, 800, 1000, 1150, 1300, 1450, 1600, 1750, 1900, 2000]
    controller = LevelController(LEVELS, 450, 1800)
    controller.hold(controller.aim(1000, NOW), NOW)
    assert controller.level == 4
    held = run(controller, truth, 30)
    assert held[-1] == 3
    assert truth[held[-1]] <= 1000


def test_it_climbs_when_there_is_room() -> None:
    """One level per minimum run, and not beyond what is expected to fit."""
    truth = [5.0, *(300.0 + 60 * level for level in range(10))]
    controller = LevelController(LEVELS, 450, 1800)
    controller.hold(controller.aim(800, NOW), NOW)
    assert controller.level == 3
    held = run(controller, truth, 60)
    assert max(held) > 3
    assert truth[max(held)] <= 800
    changes = [i for i in range(1, len(held)) if held[i] != held[i - 1]]
    assert all(b - a >= 30 for a, b in pairwise(changes))


def test_a_lower_limit_takes_effect_at_once_a_higher_one_step_by_step() -> None:
    """Down is an order; up has time."""
    controller = LevelController(LEVELS, 450, 1800)
    controller.hold(controller.aim(1800, NOW), NOW)
    assert controller.level == 10
    soon = NOW + seconds(5)
    controller.hold(controller.aim(700, soon), soon)
    assert controller.level == 2
    assert controller.aim(1800, soon + seconds(5)) == 2
    assert controller.aim(1800, soon + seconds(300)) == 3
    assert controller.aim(700, soon + seconds(300)) == 2


def test_without_a_measured_power_the_lowest_level_is_safe() -> None:
    """After five minutes; a clock that leaps counts as not knowing."""
    controller = LevelController(PERCENT, 500, 2500)
    assert controller.wanted(NOW) is None
    controller.hold(controller.aim(1500, NOW), NOW)
    assert controller.level == 50
    controller.observe(None, NOW + seconds(200), steady=True)
    assert controller.wanted(NOW + seconds(300)) == 50
    assert controller.wanted(NOW + seconds(301)) == 0
    assert controller.wanted(NOW - seconds(301)) == 0
    controller.observe(1400, NOW + seconds(310), steady=True)
    assert controller.wanted(NOW + seconds(311)) == 50


def test_defrosting_and_settling_teach_nothing() -> None:
    """Only a steady power says what a level draws."""
    controller = LevelController(LEVELS, 450, 1800)
    controller.observe(900, NOW, steady=True)
    controller.hold(controller.aim(900, NOW), NOW)
    controller.observe(3000, NOW + seconds(59), steady=True)
    for index in range(30):
        controller.observe(3000, NOW + seconds(60 + 10 * index), steady=False)
    assert controller.wanted(NOW + seconds(355)) == 4


def test_other_powers_start_the_line_anew() -> None:
    """Once the device has told them; the same ones change nothing."""
    controller = LevelController(LEVELS, 450, 1800)
    controller.curve.learn(5, 1000)
    controller.expect(450, 1800)
    assert controller.curve.expected_w(5) == 1000
    controller.expect(400, 2200)
    assert controller.curve.expected_w(10) == 2200
    controller.hold(3, NOW)
    controller.let_go()
    assert (controller.level, controller.limit_w) == (None, None)


@given(
    seed=st.integers(0, 2**32),
    limits=st.lists(st.floats(0, 3000), min_size=1, max_size=6),
    scale=st.sampled_from([LEVELS, PERCENT]),
)
def test_no_course_of_limits_and_powers_breaks_the_steps(
    seed: int, limits: list[float], scale: LevelScale
) -> None:
    """The level stays in its range, and rises one step per minimum run."""
    chance = random.Random(seed)
    controller = LevelController(scale, 450, 1800)
    now, risen_at, changed_at = NOW, NOW - seconds(9999), NOW - seconds(9999)
    before = None
    for limit_w in limits:
        controller.hold(controller.aim(limit_w, now), now)
        for _ in range(chance.randrange(1, 90)):
            now += seconds(10)
            power = None if chance.random() < 0.1 else chance.uniform(0, 3500)
            controller.observe(power, now, steady=chance.random() < 0.9)
            wanted = controller.wanted(now)
            assert wanted is not None
            controller.hold(wanted, now)
            level = controller.level
            assert level is not None
            assert scale.lowest <= level <= scale.highest
            assert (level - scale.lowest) % scale.step == 0
            if before is not None and level > before:
                assert level - before <= scale.step
                assert now - changed_at >= seconds(scale.min_run_s - 10)
                assert now > risen_at
                risen_at = now
            if level != before:
                changed_at = now
            before = level
