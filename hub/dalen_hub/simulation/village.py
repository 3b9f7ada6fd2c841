"""Homes with a hybrid heat pump: house, thermostat and hybrid stepped together."""

from dataclasses import dataclass, replace

import numpy as np

from .arrays import FloatArray, filled
from .base_load import household_kw
from .heat_pump_physics import coefficient_of_performance, flow_temperature_c
from .house import (
    HouseParameters,
    HouseState,
    balanced_state,
    step_houses,
    typical_houses,
    various_houses,
)
from .hybrid import HybridInputs, step_hybrids
from .hybrid_model import (
    HybridOutput,
    HybridParameters,
    HybridState,
    running_state,
    typical_hybrids,
    various_hybrids,
)
from .thermostat import (
    ThermostatParameters,
    steady_thermostats,
    step_thermostats,
    various_thermostats,
)

# People and their appliances warm a house; half of what they use ends up there.
_PEOPLE_W = 180.0
_APPLIANCE_SHARE = 0.5
_TAP_SHORTEST_S = 60.0
_TAP_LONGEST_S = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HomesParameters:
    """The constants of n homes with a hybrid heat pump."""

    houses: HouseParameters
    thermostats: ThermostatParameters
    hybrids: HybridParameters

    @property
    def homes(self) -> int:
        """Return n."""
        return self.hybrids.homes


@dataclass(frozen=True, slots=True, kw_only=True)
class HomesState:
    """What n homes remember from step to step."""

    houses: HouseState
    hybrids: HybridState
    integral_w: FloatArray


def typical_homes(homes: int, *, set_point_c: float = 20.0) -> HomesParameters:
    """Return n equal homes without a set-back, as a test rig has."""
    return HomesParameters(
        houses=typical_houses(homes),
        thermostats=steady_thermostats(homes, set_point_c),
        hybrids=typical_hybrids(homes),
    )


def various_homes(homes: int, rng: np.random.Generator) -> HomesParameters:
    """Draw n homes as they stand in a Dutch village of 1959-1994."""
    return HomesParameters(
        houses=various_houses(homes, rng),
        thermostats=various_thermostats(homes, rng),
        hybrids=various_hybrids(homes, rng),
    )


def gains_w(local_hour: float) -> float:
    """Return the heat of people and appliances in one home."""
    return _PEOPLE_W + _APPLIANCE_SHARE * 1000.0 * float(household_kw(local_hour))


def settled_state(
    parameters: HomesParameters,
    *,
    outdoor_c: FloatArray | float,
    local_hour: float,
    rng: np.random.Generator,
) -> HomesState:
    """Return homes that have been warm for long at this outdoor temperature."""
    room_c = parameters.thermostats.set_point_at(local_hour)
    loss_w = parameters.houses.loss_w_per_k * (room_c - outdoor_c)
    heat_w = np.maximum(loss_w - gains_w(local_hour), 0.0)
    cop = parameters.hybrids.cop_share * coefficient_of_performance(
        flow_temperature_c(outdoor_c), outdoor_c
    )
    sensible = outdoor_c >= parameters.hybrids.switch_over_c
    return HomesState(
        houses=balanced_state(parameters.houses, air_c=room_c, outdoor_c=outdoor_c),
        hybrids=running_state(
            parameters.hybrids, rng, np.where(sensible, heat_w / cop, 0.0)
        ),
        integral_w=heat_w,
    )


def step_homes(
    parameters: HomesParameters,
    state: HomesState,
    *,
    outdoor_c: FloatArray | float,
    irradiance_w_m2: FloatArray | float,
    local_hour: float,
    limit_w: FloatArray,
    dt_s: float,
    rng: np.random.Generator,
    taps_rng: np.random.Generator | None = None,
) -> tuple[HomesState, HybridOutput]:
    """Advance n homes by dt_s seconds, at most 60, and return their power.

    ``limit_w`` (shape (n,), infinite where there is none) comes from the
    controllers under test. With a generator of their own, taps open at the same
    instants whatever the limits are.
    """
    set_point_c = parameters.thermostats.set_point_at(local_hour)
    room_c = state.houses.air_c
    integral_w, heat_w = step_thermostats(
        state.integral_w, set_point_c=set_point_c, room_c=room_c, dt_s=dt_s
    )
    inputs = HybridInputs(
        heat_w=heat_w,
        too_cold_k=set_point_c - room_c,
        outdoor_c=outdoor_c,
        limit_w=limit_w,
        hot_water_s=_opened_taps(parameters.hybrids, local_hour, dt_s, taps_rng or rng),
    )
    hybrids, output = step_hybrids(
        parameters.hybrids, state.hybrids, inputs, dt_s=dt_s, rng=rng
    )
    new_houses = step_houses(
        parameters.houses,
        state.houses,
        outdoor_c=outdoor_c,
        heat_w=output.thermal_w + output.boiler_w + gains_w(local_hour),
        irradiance_w_m2=irradiance_w_m2,
        dt_s=dt_s,
    )
    return replace(
        state, houses=new_houses, hybrids=hybrids, integral_w=integral_w
    ), output


def _opened_taps(
    parameters: HybridParameters,
    local_hour: float,
    dt_s: float,
    rng: np.random.Generator,
) -> FloatArray:
    """Return how long taps that are opened in this step will run, in seconds.

    Opened as often as the household is active (its electric load), on average
    ``hot_water_per_day`` times a day.
    """
    activity = float(household_kw(local_hour)) / _MEAN_HOUSEHOLD_KW
    chance = parameters.hot_water_per_day * activity * dt_s / 86_400.0
    opened = rng.random(parameters.homes) < chance
    if not opened.any():
        return filled(parameters.homes, 0.0)
    length_s = rng.uniform(_TAP_SHORTEST_S, _TAP_LONGEST_S, size=parameters.homes)
    return np.where(opened, length_s, 0.0)


_MEAN_HOUSEHOLD_KW = float(household_kw(np.linspace(0.0, 24.0, 97)[:-1]).mean())
