"""Known houses are found again, whatever is missing."""

import numpy as np
import pytest

from dalen_hub.grid.series import SeriesError
from dalen_hub.homes.thermal.house_series import (
    HEAT,
    INDOOR,
    IRRADIANCE,
    OUTDOOR,
    HouseSeries,
    house_series,
)
from dalen_hub.homes.thermal.identification import (
    day_error,
    first_unseen_step,
    identify,
)
from dalen_hub.homes.thermal.priors import house_prior
from dalen_hub.homes.thermal.rc_model import CAPACITY, LOSS, RcModel, step_model
from dalen_hub.homes.thermal.windows import simulate, windows

from .simulated import Measured, measured_houses

HOMES = 6


@pytest.fixture(scope="module")
def measured() -> Measured:
    """Return two weeks of six simulated houses."""
    return measured_houses(HOMES, 14, seed=4)


def made_house(vector: np.ndarray, days: int, seed: int = 1) -> HouseSeries:
    """Return a house that obeys the model but for a sensor of 0.05 K."""
    rng = np.random.default_rng(seed)
    steps = days * 48
    hours = np.arange(steps) / 2.0
    outdoor_c = (
        4.0 + 3.0 * np.sin(hours / 11.0) + 3.0 * np.sin(hours / 24.0 * 2 * np.pi)
    )
    heat_w = 3500.0 * (rng.random(steps // 8).repeat(8) < 0.5)
    sun = np.clip(300.0 * np.sin((hours - 6.0) / 12.0 * np.pi), 0.0, None)
    sun *= rng.random(days).repeat(48)
    model = step_model(vector[None, :], 1800.0)
    state, room_c = np.array([20.0, 18.0]), np.empty(steps)
    for step in range(steps):
        room_c[step] = state[0]
        inputs = [outdoor_c[step], heat_w[step], sun[step], 1.0]
        state = model.transition[0] @ state + model.drive[0] @ inputs
    return HouseSeries(
        start_s=0.0,
        step_s=1800.0,
        indoor_c=room_c + 0.05 * rng.normal(size=steps),
        outdoor_c=outdoor_c,
        heat_w=heat_w,
        irradiance_w_m2=sun,
        has_sun=True,
    )


@pytest.mark.parametrize("seed", range(4))
def test_a_house_that_obeys_the_model_is_found(seed: int) -> None:
    """With rich measurements the loss is found within 4 %, the capacity in 10 %."""
    rng = np.random.default_rng(seed)
    prior = house_prior()
    vector = prior.mean + 0.8 * prior.sd * rng.uniform(-1.0, 1.0, size=10)
    truth = RcModel.of(vector)
    series = made_house(vector, 21, seed)
    first = first_unseen_step(series)
    found = identify(series, last=first)
    assert found.model.loss_w_per_k == pytest.approx(truth.loss_w_per_k, rel=0.04)
    assert found.model.capacity_kwh_per_k == pytest.approx(
        truth.capacity_kwh_per_k, rel=0.10
    )
    error = day_error(found.optimum.vector, series, first)
    assert error.rmse_k < 0.1
    assert error.persistence_k > 0.5
    assert found.relative_sd(LOSS) < 0.05


def test_simulated_houses_are_found_and_foreseen(measured: Measured) -> None:
    """With all heat known: the loss within 20 %, a day to 0.1 K."""
    houses = measured.truth.houses
    for house in range(HOMES):
        series = house_series(measured.times_s, measured.columns(house, gains=True))
        first = first_unseen_step(series)
        found = identify(series, last=first)
        error = day_error(found.optimum.vector, series, first)
        ratio = found.model.loss_w_per_k / float(houses.loss_w_per_k[house])
        assert 0.8 < ratio < 1.2
        assert error.rmse_k < 0.1
        assert error.rmse_k < 0.6 * error.persistence_k


def test_heat_of_people_that_nobody_measured_is_estimated(measured: Measured) -> None:
    """Without the gains in the heat: the loss within 25 %."""
    houses = measured.truth.houses
    for house in range(HOMES):
        series = house_series(measured.times_s, measured.columns(house, gains=False))
        found = identify(series)
        ratio = found.model.loss_w_per_k / float(houses.loss_w_per_k[house])
        assert 0.75 < ratio < 1.25
        assert 100.0 < found.model.gains_w < 600.0


def test_gaps_and_missing_samples_do_little_harm(measured: Measured) -> None:
    """A third of the rows and a whole day gone: nearly the same house."""
    columns = measured.columns(0, gains=True)
    rng = np.random.default_rng(5)
    hours = (measured.times_s - measured.times_s[0]) / 3600.0
    kept = (rng.random(hours.size) > 0.33) & ((hours < 60.0) | (hours > 84.0))
    whole = identify(house_series(measured.times_s, columns))
    holed = identify(
        house_series(measured.times_s[kept], {k: v[kept] for k, v in columns.items()})
    )
    assert holed.days < whole.days
    assert holed.model.loss_w_per_k == pytest.approx(whole.model.loss_w_per_k, rel=0.1)


def test_a_room_sensor_that_is_silent_now_and_then(measured: Measured) -> None:
    """Temperatures are missing, inputs are not: all days stay in use."""
    columns = dict(measured.columns(1, gains=True))
    hours = (measured.times_s - measured.times_s[0]) / 3600.0
    silent = (hours % 24.0 > 2.0) & (hours % 24.0 < 5.0)
    columns[INDOOR] = np.where(silent, np.nan, columns[INDOOR])
    series = house_series(measured.times_s, columns)
    assert np.isnan(series.indoor_c).sum() > 14 * 4
    first = first_unseen_step(series)
    found = identify(series, last=first)
    assert day_error(found.optimum.vector, series, first).rmse_k < 0.1


def test_nothing_measured_indoors_after_the_start_is_used() -> None:
    """Other temperatures to come change nothing in what is foreseen."""
    vector = house_prior().mean
    series = made_house(vector, 8)
    days = windows(series, 200, 260, 100)
    before = simulate(vector[None, :], days)
    assert days.starts.size == 1
    series.indoor_c[days.starts[0] + 1 :] += 7.0
    assert np.array_equal(simulate(vector[None, :], days), before)
    series.indoor_c[days.starts[0]] += 1.0
    assert not np.array_equal(simulate(vector[None, :], days), before)


def test_unseen_days_are_not_used_to_fit() -> None:
    """Rubbish after the division changes nothing in the model."""
    series = made_house(house_prior().mean, 12)
    first = first_unseen_step(series)
    before = identify(series, last=first).optimum.vector
    series.indoor_c[first + 1 :] = 40.0
    series.heat_w[first + 1 :] = 0.0
    assert np.array_equal(identify(series, last=first).optimum.vector, before)


def test_days_with_unknown_inputs_are_left_out() -> None:
    """No window covers a step of which the heat is not known, nor is it filtered."""
    series = made_house(house_prior().mean, 10)
    series.heat_w[200:206] = np.nan
    days = windows(series, 2, series.steps, 6)
    assert days.starts.size
    for begin, start in zip(days.begins, days.starts, strict=True):
        assert not np.isnan(series.heat_w[begin : start + days.horizon]).any()
        assert start - begin >= 24


def test_too_few_days_are_refused() -> None:
    """In a line that says how many are needed."""
    with pytest.raises(SeriesError, match="6 are needed"):
        first_unseen_step(made_house(house_prior().mean, 5))
    series = made_house(house_prior().mean, 8)
    series.heat_w[::40] = np.nan
    with pytest.raises(SeriesError, match="without a gap"):
        identify(series)
    series = made_house(house_prior().mean, 8)
    series.heat_w[-130::10] = np.nan
    with pytest.raises(SeriesError, match="None of the last days"):
        day_error(house_prior().mean, series, first_unseen_step(series))


def test_without_sun_and_with_a_steady_room_it_still_answers() -> None:
    """A room that never changes tells little; the belief then stands."""
    series = made_house(house_prior().mean, 8)
    steady = HouseSeries(
        start_s=0.0,
        step_s=1800.0,
        indoor_c=np.full(series.steps, 20.0),
        outdoor_c=series.outdoor_c,
        heat_w=160.0 * (20.0 - series.outdoor_c),
        irradiance_w_m2=np.zeros(series.steps),
        has_sun=False,
    )
    found = identify(steady)
    assert np.isfinite(found.optimum.vector).all()
    assert 60.0 < found.model.loss_w_per_k < 300.0
    assert found.relative_sd(CAPACITY) > found.relative_sd(LOSS)


def test_columns_are_named_as_in_files() -> None:
    """The names are an outside contract."""
    assert (INDOOR, OUTDOOR, HEAT, IRRADIANCE) == (
        "indoor_c",
        "outdoor_c",
        "heat_w",
        "irradiance_w_m2",
    )
