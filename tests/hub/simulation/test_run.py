"""Villages under the production controller: physics and promises."""

import numpy as np
import pytest

from dalen_hub.simulation.courses import MINUTES_PER_DAY, START, drawn_base
from dalen_hub.simulation.experiment import Result, load_after_stop_kw, run_experiment
from dalen_hub.simulation.figures import spread, summary
from dalen_hub.simulation.links import draw_online, draw_paused
from dalen_hub.simulation.run import Run
from dalen_hub.simulation.run_options import RunOptions, Strategy
from dalen_hub.simulation.scenario import Scenario

SEEDS, DAYS = 2, 1


def quiet(_: str) -> None:
    """Say nothing."""


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    """Return two villages as the pilot's."""
    return Scenario.of(RunOptions(seeds=SEEDS, days=DAYS))


def result_of(scenario: Scenario, strategy: Strategy) -> Result:
    """Return an experiment on a 90 % limit."""
    options = RunOptions(seeds=SEEDS, days=DAYS, strategy=strategy, limit_share=0.9)
    return run_experiment(options, quiet, scenario)


@pytest.fixture(scope="module")
def dynamic(scenario: Scenario) -> Result:
    """Return an experiment with the hub's controller."""
    return result_of(scenario, Strategy.DYNAMIC)


def test_the_meter_adds_up(dynamic: Result) -> None:
    """Transformer = homes that nobody steers + heat pumps, in every quarter hour."""
    for traces in (dynamic.free, dynamic.steered):
        np.testing.assert_allclose(
            traces.trafo_kw, traces.base_kw + traces.fleet_kw, rtol=1e-9
        )
    np.testing.assert_array_equal(dynamic.free.base_kw, dynamic.steered.base_kw)


def test_the_same_seeds_give_the_same_village(scenario: Scenario) -> None:
    """More villages leave those that were there as they are."""
    one = Scenario.of(RunOptions(seeds=1, days=DAYS))
    np.testing.assert_array_equal(
        one.courses.base_kw[:, 0], scenario.courses.base_kw[:, 0]
    )
    np.testing.assert_array_equal(one.paused[:, 0], scenario.paused[:, 0])
    pumps = one.stock.pumps
    np.testing.assert_array_equal(
        one.stock.homes.hybrids.rated_w, scenario.stock.homes.hybrids.rated_w[:pumps]
    )


def test_dynamic_steering_keeps_the_limit_and_the_warmth(dynamic: Result) -> None:
    """On a limit of 90 %: at most one quarter hour above, nobody cold, some gas."""
    for figures in dynamic.figures:
        assert figures.overshoot_pct is not None
        assert figures.overshoot_pct <= 100.0 / 96 + 1e-9
        assert figures.peak_cut >= 0.08
        assert figures.comfort_k_h <= 0.01
        assert figures.optimum_gas_m3 is not None
        assert 0.0 < figures.optimum_gas_m3 <= figures.extra_gas_m3


def test_a_frame_and_a_full_stop_hold_back_more_than_nothing(
    scenario: Scenario,
) -> None:
    """500 W leaves less than no limit, off leaves less than 500 W; gas fills in."""
    frame = result_of(scenario, Strategy.FRAME)
    stop = result_of(scenario, Strategy.STOP)
    evening = slice(17 * 4, 21 * 4)
    fleets = [
        each[evening].mean()
        for each in (
            frame.free.fleet_kw,
            frame.steered.fleet_kw,
            stop.steered.fleet_kw,
        )
    ]
    assert fleets[0] > fleets[1] > 2.0 * fleets[2]
    gases = [summary(each.figures)["extra_gas_m3"].mean for each in (frame, stop)]
    assert gases[0] is not None
    assert gases[1] is not None
    assert 0.0 < gases[0] < gases[1]


@pytest.mark.parametrize("hour", [7, 18, 20])
def test_an_emergency_stop_is_felt_within_five_minutes(hour: int) -> None:
    """Four fifths of what the heat pumps drew is gone; the run itself goes on."""
    options = RunOptions(seeds=1, days=DAYS, offline_share=0.05)
    run = Run(
        scenario=Scenario.of(options),
        strategy=Strategy.NONE,
        limits_kw=None,
        data_minutes=5,
    )
    while run.minute < hour * 60:
        run.advance()
    stopped_kw = load_after_stop_kw(run, 5)
    for _ in range(5):
        run.advance()
    pumps_kw = run.trafo_kw - run.scenario.courses.base_kw[run.minute - 1]
    assert float((run.trafo_kw - stopped_kw)[0]) >= 0.8 * float(pumps_kw[0])


def test_outages_come_in_bursts_and_pauses_are_rare() -> None:
    """The share is met; an outage lasts for hours; hardly anybody pauses."""
    rng = np.random.default_rng(3)
    online = draw_online(20 * MINUTES_PER_DAY, 100, 0.2, rng)
    assert float((~online).mean()) == pytest.approx(0.2, abs=0.03)
    lost = (online[:-1] & ~online[1:]).sum()
    assert 90.0 < float((~online).sum() / lost) < 150.0
    assert draw_online(10, 5, 0.0, rng).all()
    paused = draw_paused(5 * MINUTES_PER_DAY, 97, rng)
    assert float(paused.mean()) < 0.02


def test_base_load_has_the_noise_of_its_source() -> None:
    """3.5 % within days and 5 % between them, around the mean household."""
    load_kw, history_kw = drawn_base(START, MINUTES_PER_DAY, 3, 255.0)
    assert load_kw.shape == (MINUTES_PER_DAY, 3)
    days_kw = history_kw.reshape(28, 96, 3)
    factors = days_kw / days_kw.mean(axis=0)
    between = factors.mean(axis=1)
    assert float(between.std()) == pytest.approx(0.05, abs=0.015)
    assert float((factors - between[:, None]).std()) == pytest.approx(0.033, abs=0.01)


def test_spread_is_that_of_a_sample_and_knows_nothing_of_nothing() -> None:
    """What no seed has has no mean."""
    assert spread([1.0, 3.0]).mean == 2.0
    assert spread([1.0, 3.0]).std == pytest.approx(2.0**0.5)
    assert spread([None, None]).mean is None
    assert spread([4.0]).std == 0.0
