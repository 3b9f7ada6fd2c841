"""The hybrid keeps its limits, its minimum power and the room warm."""

from collections.abc import Iterator

from hypothesis import given, settings, strategies as st
import numpy as np
import pytest

from dalen_hub.simulation.arrays import BoolArray, FloatArray, filled
from dalen_hub.simulation.heat_pump_physics import (
    coefficient_of_performance,
    flow_temperature_c,
)
from dalen_hub.simulation.hybrid_model import HybridOutput
from dalen_hub.simulation.village import (
    HomesParameters,
    HomesState,
    settled_state,
    step_homes,
    typical_homes,
    various_homes,
)

HOURS = 3600.0
SEED = st.integers(min_value=0, max_value=2**32 - 1)
# Standby, the crankcase heater and the margin of a meter.
IDLE_W = 61.0


def simulate(
    parameters: HomesParameters,
    *,
    outdoor_c: float,
    limit_w: FloatArray,
    hours: float,
    dt_s: float = 60.0,
    seed: int = 0,
    state: HomesState | None = None,
    local_hour: float = 17.0,
) -> Iterator[tuple[HomesState, HybridOutput]]:
    """Step homes under a steady limit in steady weather."""
    rng = np.random.default_rng(seed)
    state = state or settled_state(
        parameters, outdoor_c=outdoor_c, local_hour=local_hour, rng=rng
    )
    for step in range(int(hours * HOURS / dt_s)):
        state, output = step_homes(
            parameters,
            state,
            outdoor_c=outdoor_c,
            irradiance_w_m2=0.0,
            local_hour=(local_hour + step * dt_s / HOURS) % 24.0,
            limit_w=limit_w,
            dt_s=dt_s,
            rng=rng,
        )
        yield state, output


def no_limit(homes: int) -> FloatArray:
    """Return no limit for n homes."""
    return filled(homes, np.inf)


@pytest.mark.parametrize(
    ("outdoor_c", "flow_c", "least", "most"),
    [(7.0, 35.0, 3.4, 4.8), (2.0, 35.0, 2.8, 4.0), (-7.0, 45.0, 1.8, 2.4)],
)
def test_cop_lies_in_the_measured_map(
    outdoor_c: float, flow_c: float, least: float, most: float
) -> None:
    """The formula fits the map of the OpenQuatt outdoor unit."""
    cop = coefficient_of_performance(filled(1, flow_c), outdoor_c)
    assert least <= float(cop[0]) <= most


def test_cop_and_heating_curve_are_monotone_in_the_cold() -> None:
    """Colder outdoors: warmer flow and a lower COP."""
    outdoor_c = np.linspace(-20.0, 15.0, 71)
    flow_c = flow_temperature_c(outdoor_c)
    cop = coefficient_of_performance(flow_c, outdoor_c)
    assert (np.diff(flow_c) <= 0.0).all()
    assert (np.diff(cop) > 0.0).all()


def test_a_cold_evening_draws_about_a_kilowatt_without_the_boiler() -> None:
    """The default heat pump covers -4 C alone, at 1.0 to 1.4 kW."""
    parameters = typical_homes(1)
    outputs = [
        output
        for _, output in simulate(
            parameters, outdoor_c=-4.0, limit_w=no_limit(1), hours=0.5
        )
    ]
    electric_w = [float(output.electric_w[0]) for output in outputs]
    assert 1000.0 <= min(electric_w) <= max(electric_w) <= 1400.0
    assert not any(output.boiler_w[0] for output in outputs)


@pytest.mark.parametrize("dt_s", [1.0, 10.0, 60.0])
def test_a_limit_of_500_w_is_reached_in_two_minutes_and_the_boiler_fills(
    dt_s: float,
) -> None:
    """The power falls below the limit; heat and room stay."""
    parameters = typical_homes(1)
    rng = np.random.default_rng(0)
    state = settled_state(parameters, outdoor_c=-4.0, local_hour=17.0, rng=rng)
    steps = list(
        simulate(
            parameters,
            outdoor_c=-4.0,
            limit_w=filled(1, 500.0),
            hours=0.5,
            dt_s=dt_s,
            state=state,
        )
    )
    late = [output for _, output in steps[int(120.0 / dt_s) :]]
    assert all(output.electric_w[0] < 500.0 for output in late)
    assert all(output.electric_w[0] > 350.0 for output in late)
    heating = [output for output in late if not output.hot_water_w[0]]
    assert all(output.boiler_w[0] > 1000.0 for output in heating)


def test_a_limit_below_the_minimum_stops_the_compressor() -> None:
    """300 W is below the minimum of 350 W: off, and the boiler heats alone."""
    steps = list(
        simulate(typical_homes(1), outdoor_c=-4.0, limit_w=filled(1, 300.0), hours=1.0)
    )
    state, output = steps[-1]
    assert not state.hybrids.running[0]
    assert float(output.electric_w[0]) < IDLE_W
    assert float(output.boiler_w[0]) > 2000.0


def test_the_compressor_rests_before_it_starts_again() -> None:
    """A limit that comes and goes cannot make the compressor chatter."""
    parameters = typical_homes(1)
    rest_s = float(parameters.hybrids.least_off_s[0])
    *_, (stopped, _) = simulate(
        parameters, outdoor_c=-4.0, limit_w=filled(1, 0.0), hours=1.0 / 60.0
    )
    released = simulate(
        parameters, outdoor_c=-4.0, limit_w=no_limit(1), hours=0.5, state=stopped
    )
    running = [bool(state.hybrids.running[0]) for state, _ in released]
    assert not any(running[: int(rest_s / 60.0) - 1])
    assert running[-1]


@settings(max_examples=15, deadline=None)
@given(
    seed=SEED,
    outdoor_c=st.floats(-12.0, 12.0),
    limit_w=st.floats(0.0, 2000.0),
    dt_s=st.sampled_from([15.0, 60.0]),
)
def test_power_is_zero_or_at_least_the_minimum_and_obeys_the_limit(
    seed: int, outdoor_c: float, limit_w: float, dt_s: float
) -> None:
    """For any village, weather and limit, apart from defrost and oil return."""
    homes = 24
    parameters = various_homes(homes, np.random.default_rng(seed))
    hybrids = parameters.hybrids
    quiet_s = filled(homes, 0.0)
    for state, output in simulate(
        parameters,
        outdoor_c=outdoor_c,
        limit_w=filled(homes, limit_w),
        hours=4.0,
        dt_s=dt_s,
        seed=seed,
    ):
        compressor_w = state.hybrids.compressor_w
        on = compressor_w > 0.0
        assert (compressor_w[on] >= hybrids.minimum_w[on]).all()
        assert (compressor_w <= hybrids.nameplate_w).all()
        protected: BoolArray = output.defrost | output.oil_return
        quiet_s = np.where(protected, 0.0, quiet_s + dt_s)
        settled = quiet_s > 120.0
        ceiling_w = max(limit_w, IDLE_W)
        assert (output.electric_w[settled] <= ceiling_w).all()


@settings(max_examples=8, deadline=None)
@given(seed=SEED, outdoor_c=st.floats(-10.0, 8.0), limit_w=st.floats(0.0, 2500.0))
def test_rooms_stay_within_half_a_kelvin_under_any_limit(
    seed: int, outdoor_c: float, limit_w: float
) -> None:
    """The boiler covers what the heat pump may not or cannot deliver.

    Except just after a tap: a combined boiler makes hot water first.
    """
    homes = 16
    parameters = various_homes(homes, np.random.default_rng(seed))
    set_point_c = parameters.thermostats.set_point_c
    no_tap_s = filled(homes, 0.0)
    # From breakfast to bed: no step of the set point.
    for state, output in simulate(
        parameters,
        outdoor_c=outdoor_c,
        limit_w=filled(homes, limit_w),
        hours=11.0,
        seed=seed,
        local_hour=9.0,
    ):
        no_tap_s = np.where(output.hot_water_w > 0.0, 0.0, no_tap_s + 60.0)
        too_cold_k = set_point_c - state.houses.air_c
        assert (too_cold_k < 0.9).all()
        assert (too_cold_k[no_tap_s > 1200.0] < 0.5).all()


def test_defrosts_come_in_frost_only_and_exceed_a_limit_briefly() -> None:
    """A defrost takes its power whatever the limit, a few minutes in the hour."""
    parameters = typical_homes(50)
    limit_w = filled(50, 500.0)
    frost = list(simulate(parameters, outdoor_c=0.0, limit_w=limit_w, hours=6.0))
    share = float(np.mean([output.defrost for _, output in frost]))
    assert 0.02 < share < 0.12
    assert any(
        (output.electric_w[output.defrost] > 1000.0).any() for _, output in frost
    )
    assert any((output.thermal_w[output.defrost] < 0.0).any() for _, output in frost)
    mild = simulate(parameters, outdoor_c=9.0, limit_w=limit_w, hours=6.0)
    assert not any(output.defrost.any() for _, output in mild)


def test_oil_returns_after_hours_at_low_speed() -> None:
    """Eight hours at low speed end in two minutes at a higher one."""
    parameters = typical_homes(10)
    outputs = [
        output
        for _, output in simulate(
            parameters, outdoor_c=5.5, limit_w=filled(10, 500.0), hours=12.0
        )
    ]
    returned = np.array([output.oil_return for output in outputs])
    assert returned.any(axis=0).all()
    assert returned.sum(axis=0).max() <= 2 * 2


def test_the_same_seed_gives_the_same_day() -> None:
    """A run can be repeated to the last bit."""

    def final(seed: int) -> FloatArray:
        parameters = various_homes(20, np.random.default_rng(7))
        *_, (state, _) = simulate(
            parameters, outdoor_c=-2.0, limit_w=no_limit(20), hours=3.0, seed=seed
        )
        return state.houses.air_c

    assert np.array_equal(final(1), final(1))
    assert not np.array_equal(final(1), final(2))
