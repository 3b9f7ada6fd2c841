"""The houses keep the first law and lose heat as fast as their label says."""

from hypothesis import given, strategies as st
import numpy as np
import pytest

from dalen_hub.simulation.arrays import filled
from dalen_hub.simulation.house import (
    HouseParameters,
    HouseState,
    balanced_state,
    houses,
    step_houses,
    typical_houses,
    various_houses,
)

LOSS = st.floats(min_value=60.0, max_value=400.0)
CAPACITY = st.floats(min_value=5.0, max_value=25.0)


def stored_wh(parameters: HouseParameters, state: HouseState) -> float:
    """Return the heat in a house above 0 C."""
    kwh = parameters.air_kwh_per_k * state.air_c
    return float(1000.0 * (kwh + parameters.mass_kwh_per_k * state.mass_c)[0])


@given(
    loss=LOSS,
    capacity=CAPACITY,
    air_c=st.floats(5.0, 25.0),
    mass_c=st.floats(0.0, 25.0),
    outdoor_c=st.floats(-20.0, 20.0),
    heat_w=st.floats(-2000.0, 20_000.0),
    irradiance_w_m2=st.floats(0.0, 800.0),
    dt_s=st.floats(0.5, 60.0),
)
def test_heat_is_neither_made_nor_lost(
    loss: float,
    capacity: float,
    air_c: float,
    mass_c: float,
    outdoor_c: float,
    heat_w: float,
    irradiance_w_m2: float,
    dt_s: float,
) -> None:
    """The heat stored grows by what enters minus what leaves through the shell."""
    parameters = houses(filled(1, loss), filled(1, capacity))
    before = HouseState(air_c=filled(1, air_c), mass_c=filled(1, mass_c))
    after = step_houses(
        parameters,
        before,
        outdoor_c=outdoor_c,
        heat_w=filled(1, heat_w),
        irradiance_w_m2=irradiance_w_m2,
        dt_s=dt_s,
    )
    lost_w = float(parameters.mass_to_outdoor_w_per_k[0]) * (mass_c - outdoor_c)
    sun_w = float(parameters.aperture_m2[0]) * irradiance_w_m2
    gained_wh = (heat_w + sun_w - lost_w) * dt_s / 3600.0
    stored = stored_wh(parameters, after) - stored_wh(parameters, before)
    assert stored == pytest.approx(gained_wh, abs=1e-6, rel=1e-6)


@given(loss=LOSS, capacity=CAPACITY, outdoor_c=st.floats(-20.0, 15.0))
def test_a_balanced_house_stays_as_it_is(
    loss: float, capacity: float, outdoor_c: float
) -> None:
    """Heating with the loss keeps both temperatures."""
    parameters = houses(filled(1, loss), filled(1, capacity))
    state = balanced_state(parameters, air_c=filled(1, 20.0), outdoor_c=outdoor_c)
    heat_w = filled(1, loss * (20.0 - outdoor_c))
    after = step_houses(
        parameters,
        state,
        outdoor_c=outdoor_c,
        heat_w=heat_w,
        irradiance_w_m2=0.0,
        dt_s=60.0,
    )
    assert after.air_c == pytest.approx(state.air_c)
    assert after.mass_c == pytest.approx(state.mass_c)


def test_an_unheated_house_cools_to_outdoors() -> None:
    """Without heat the room ends at the outdoor temperature."""
    parameters = typical_houses(1)
    state = balanced_state(parameters, air_c=filled(1, 20.0), outdoor_c=0.0)
    for _ in range(60 * 24 * 30):
        state = step_houses(
            parameters,
            state,
            outdoor_c=0.0,
            heat_w=filled(1, 0.0),
            irradiance_w_m2=0.0,
            dt_s=60.0,
        )
    assert float(state.air_c[0]) == pytest.approx(0.0, abs=0.1)


def test_houses_of_a_village_differ_and_are_drawn_again_alike() -> None:
    """A seed draws the same village; the mean loss fits the Dutch stock."""
    first = various_houses(2000, np.random.default_rng(3))
    second = various_houses(2000, np.random.default_rng(3))
    assert np.array_equal(first.loss_w_per_k, second.loss_w_per_k)
    assert 140.0 < float(first.loss_w_per_k.mean()) < 185.0
    assert float(first.loss_w_per_k.std()) > 30.0
