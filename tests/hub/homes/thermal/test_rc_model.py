"""The model in steps agrees with the physics of the simulation."""

from hypothesis import given, settings, strategies as st
import numpy as np
import pytest

from dalen_hub.homes.thermal.kalman import MEASUREMENT_SD_K, stationary_gain
from dalen_hub.homes.thermal.priors import house_prior, prior_for
from dalen_hub.homes.thermal.rc_model import (
    AIR_SHARE,
    APERTURE,
    CAPACITY,
    COUPLING,
    FLOOR_SHARE,
    GAINS,
    LEAK_SHARE,
    LOSS,
    RcModel,
    step_model,
)
from dalen_hub.simulation.arrays import filled
from dalen_hub.simulation.house import HouseState, houses, step_houses

VECTORS = st.lists(st.floats(-1.5, 1.5), min_size=10, max_size=10).map(
    lambda away: house_prior().mean + house_prior().sd * np.array(away)
)


def drawn(vector: np.ndarray) -> np.ndarray:
    """Return a vector as one row."""
    return vector[None, :]


def test_it_is_the_house_of_the_simulation_without_leak_and_floor_heating() -> None:
    """Half an hour in one step equals 1800 steps of a second."""
    truth = houses(filled(1, 160.0), filled(1, 12.0))
    vector = house_prior().mean
    vector[LOSS], vector[CAPACITY] = np.log(160.0), np.log(12.0)
    vector[AIR_SHARE] = np.log(0.15 / 0.85)
    vector[COUPLING] = np.log(float(truth.air_to_mass_w_per_k[0]))
    vector[[LEAK_SHARE, FLOOR_SHARE]] = -40.0
    vector[APERTURE], vector[GAINS] = -40.0, 0.3
    model = step_model(drawn(vector), 1800.0)
    ahead = model.transition[0] @ [20.0, 18.0] + model.drive[0] @ [2.0, 4000.0, 0.0, 1]
    state = HouseState(air_c=filled(1, 20.0), mass_c=filled(1, 18.0))
    for _ in range(1800):
        state = step_houses(
            truth,
            state,
            outdoor_c=2.0,
            heat_w=filled(1, 4300.0),
            irradiance_w_m2=0.0,
            dt_s=1.0,
        )
    assert ahead[0] == pytest.approx(float(state.air_c[0]), abs=2e-3)
    assert ahead[1] == pytest.approx(float(state.mass_c[0]), abs=2e-3)


@settings(max_examples=50)
@given(vector=VECTORS, outdoor_c=st.floats(-15.0, 15.0))
def test_heat_equal_to_the_loss_keeps_a_room_warm(
    vector: np.ndarray, outdoor_c: float
) -> None:
    """The steady state loses HTC x difference, whatever the rest of the house."""
    vector[FLOOR_SHARE] = -40.0
    vector[GAINS] = 0.0
    model = step_model(drawn(vector), 3600.0)
    heat_w = np.exp(vector[LOSS]) * (20.0 - outdoor_c)
    drive = model.drive[0] @ [outdoor_c, heat_w, 0.0, 1.0]
    steady = np.linalg.solve(np.eye(2) - model.transition[0], drive)
    assert steady[0] == pytest.approx(20.0, abs=1e-5)


@settings(max_examples=50)
@given(vector=VECTORS, step_s=st.sampled_from([900.0, 1800.0, 3600.0]))
def test_a_house_is_stable_and_warmed_by_all_that_warms(
    vector: np.ndarray, step_s: float
) -> None:
    """All eigenvalues are within 0..1, all effects are upwards."""
    model = step_model(drawn(vector), step_s)
    eigenvalues = np.linalg.eigvals(model.transition[0])
    assert np.all(np.abs(eigenvalues) < 1.0)
    assert np.all(model.transition[0] > 0.0)
    assert np.all(model.drive[0, :, :3] >= 0.0)


@settings(max_examples=50)
@given(vector=VECTORS)
def test_the_gain_is_where_the_filter_settles(vector: np.ndarray) -> None:
    """Two thousand rounds of the plain Riccati recursion end at the same gain."""
    model = step_model(drawn(vector), 1800.0)
    forward, noise = model.transition[0], model.noise[0]
    spread = noise.copy()
    gain = np.zeros(2)
    for _ in range(2000):
        gain = spread[:, 0] / (spread[0, 0] + MEASUREMENT_SD_K**2)
        after = spread - np.outer(gain, spread[0])
        spread = forward @ after @ forward.T + noise
    assert stationary_gain(model)[0] == pytest.approx(gain, abs=1e-6)


def test_many_models_at_once_are_the_same_as_one_by_one() -> None:
    """The batch is only a matter of speed."""
    rng = np.random.default_rng(1)
    vectors = house_prior().mean + 0.5 * rng.normal(size=(5, 10))
    together = step_model(vectors, 1800.0)
    gains = stationary_gain(together)
    for index, vector in enumerate(vectors):
        alone = step_model(drawn(vector), 1800.0)
        assert alone.transition[0] == pytest.approx(together.transition[index])
        assert alone.drive[0] == pytest.approx(together.drive[index])
        assert stationary_gain(alone)[0] == pytest.approx(gains[index], abs=1e-6)


def test_a_prior_scales_only_far_from_houses() -> None:
    """A school is believed to be a large house; a house keeps the usual belief."""
    usual = RcModel.of(house_prior().mean)
    for balanced in (None, -5.0, 60.0, 400.0):
        assert RcModel.of(prior_for(balanced).mean) == usual
    school = RcModel.of(prior_for(3500.0).mean)
    assert school.loss_w_per_k == pytest.approx(3500.0)
    assert school.capacity_kwh_per_k == pytest.approx(20 * usual.capacity_kwh_per_k)
    assert school.air_share == usual.air_share
