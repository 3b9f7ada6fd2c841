"""Hybrid heat pumps: the compressor first, the gas boiler for what is left.

All functions are pure and take arrays of shape (n,): one element is one home.
"""

from dataclasses import dataclass

import numpy as np

from .arrays import BoolArray, FloatArray
from .heat_pump_physics import (
    coefficient_of_performance,
    flow_temperature_c,
    most_electric_w,
)
from .hybrid_model import HybridOutput, HybridParameters, HybridState
from .protection import step_protection

# A run shorter than this wears the compressor (default of the IBPSA library).
LEAST_RUN_S = 600.0
# An inverter changes its speed by about 1 Hz a second.
_SLEW_W_PER_S = 20.0
# Owners see the power overshoot just after a start.
_START_DRAW_S = 90.0
_START_DRAW = 1.08
# The heat follows 12 minutes after a start (95 % of an exponential).
_WARM_UP_S = 240.0
_COOL_DOWN_S = 1200.0
# An inverter takes the next speed below a limit, never exactly the limit.
_LIMIT_MARGIN = 0.97
# A crankcase heater keeps the oil of a stopped compressor warm in the cold.
_CRANKCASE_W = 40.0
_CRANKCASE_BELOW_C = 3.0

# The boiler helps a heat pump that is too small from here on, and one that may
# not do more at once: its owner chose for comfort when the grid has no room.
_BOILER_HELPS_W = 1200.0
_BOILER_REPLACES_W = 300.0
_BOILER_STOPS_W = 100.0
_BOILER_COLD_ROOM_K = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class HybridInputs:
    """What acts upon n hybrids in one step, shape (n,) or one value for all."""

    heat_w: FloatArray
    """The heat that the thermostat asks for."""
    too_cold_k: FloatArray
    """Set point minus room temperature."""
    outdoor_c: FloatArray | float
    limit_w: FloatArray
    """Upper limit of the electric power; infinite where there is none."""
    hot_water_s: FloatArray
    """A tap that is opened now runs this long; 0 where none is."""


def step_hybrids(
    parameters: HybridParameters,
    state: HybridState,
    inputs: HybridInputs,
    *,
    dt_s: float,
    rng: np.random.Generator,
) -> tuple[HybridState, HybridOutput]:
    """Advance n hybrids by dt_s seconds (at most 60) and return what they did.

    The electric power of the compressor is 0 or at least its minimum. A limit is
    reached within 2 minutes, except in a defrost and an oil return.
    """
    flow_c = flow_temperature_c(inputs.outdoor_c)
    cop = parameters.cop_share * coefficient_of_performance(flow_c, inputs.outdoor_c)
    most_w = most_electric_w(parameters.rated_w, inputs.outdoor_c)
    wanted_w = np.minimum(inputs.heat_w / cop, most_w)
    allowed_w = _LIMIT_MARGIN * inputs.limit_w - parameters.standby_w
    protection = step_protection(
        parameters, state, outdoor_c=inputs.outdoor_c, dt_s=dt_s, rng=rng
    )
    running = _decide_running(parameters, state, inputs, wanted_w, allowed_w)
    running = running | protection.active
    compressor_w = _compressor_power(
        parameters,
        state,
        running=running,
        level_w=np.clip(wanted_w, parameters.minimum_w, most_w),
        allowed_w=allowed_w,
        dt_s=dt_s,
    )
    compressor_w = np.where(
        protection.active,
        np.clip(protection.power_w, parameters.minimum_w, parameters.nameplate_w),
        compressor_w,
    )
    warm_share = _warm_share(state, running, dt_s)
    boiler = _step_boiler(
        parameters,
        state,
        inputs,
        steady_w=cop * compressor_w * ~protection.defrost,
        limited=allowed_w < wanted_w,
        dt_s=dt_s,
    )
    new_state = HybridState(
        compressor_w=compressor_w,
        in_state_s=np.where(running == state.running, state.in_state_s + dt_s, dt_s),
        warm_share=warm_share,
        frost_s=protection.frost_s,
        frost_limit_s=protection.frost_limit_s,
        defrost_left_s=protection.defrost_left_s,
        slow_s=protection.slow_s,
        oil_left_s=protection.oil_left_s,
        boiler_on=boiler.on,
        hot_water_left_s=boiler.hot_water_left_s,
    )
    output = HybridOutput(
        electric_w=compressor_w + _idle_power(parameters, running, inputs.outdoor_c),
        thermal_w=np.where(
            protection.defrost, protection.heat_w, cop * compressor_w * warm_share
        ),
        boiler_w=boiler.heat_w,
        hot_water_w=boiler.hot_water_w,
        flow_c=np.broadcast_to(flow_c, compressor_w.shape),
        wanted_w=wanted_w,
        defrost=protection.defrost,
        oil_return=protection.oil_return,
    )
    return new_state, output


def _decide_running(
    parameters: HybridParameters,
    state: HybridState,
    inputs: HybridInputs,
    wanted_w: FloatArray,
    allowed_w: FloatArray,
) -> BoolArray:
    """Return where the compressor shall turn.

    A limit below the minimum stops it at once: an order of the grid goes before
    the least run time. The least time off goes before everything.
    """
    was_on = state.running
    asked = wanted_w >= parameters.minimum_w * np.where(was_on, 0.5, 1.0)
    must_stay = was_on & (state.in_state_s < LEAST_RUN_S)
    may_start = was_on | (state.in_state_s >= parameters.least_off_s)
    sensible = np.asarray(inputs.outdoor_c) >= parameters.switch_over_c
    may_run = allowed_w >= parameters.minimum_w
    decided: BoolArray = may_run & may_start & ((asked & sensible) | must_stay)
    return decided


def _compressor_power(
    parameters: HybridParameters,
    state: HybridState,
    *,
    running: BoolArray,
    level_w: FloatArray,
    allowed_w: FloatArray,
    dt_s: float,
) -> FloatArray:
    """Return the power of the compressor on its way to the level, 0 where off."""
    starting = state.in_state_s < _START_DRAW_S
    draw = np.where(starting | ~state.running, _START_DRAW, 1.0)
    target_w = np.minimum(level_w * draw, np.maximum(allowed_w, parameters.minimum_w))
    # A compressor starts at its lowest speed.
    before_w = np.maximum(state.compressor_w, parameters.minimum_w)
    reach_w = _SLEW_W_PER_S * dt_s
    return np.where(
        running, np.clip(target_w, before_w - reach_w, before_w + reach_w), 0.0
    )


def _warm_share(state: HybridState, running: BoolArray, dt_s: float) -> FloatArray:
    """Return the part of the full heat output that the circuit has warmed up to."""
    warmer = 1.0 - (1.0 - state.warm_share) * np.exp(-dt_s / _WARM_UP_S)
    return np.where(running, warmer, state.warm_share * np.exp(-dt_s / _COOL_DOWN_S))


def _idle_power(
    parameters: HybridParameters, running: BoolArray, outdoor_c: FloatArray | float
) -> FloatArray:
    """Return standby power plus the crankcase heater of a stopped compressor."""
    heater_on = ~running & (np.asarray(outdoor_c) < _CRANKCASE_BELOW_C)
    return parameters.standby_w + _CRANKCASE_W * heater_on


@dataclass(frozen=True, slots=True, kw_only=True)
class _Boiler:
    """What n boilers did in one step, shape (n,)."""

    on: BoolArray
    heat_w: FloatArray
    hot_water_w: FloatArray
    hot_water_left_s: FloatArray


def _step_boiler(
    parameters: HybridParameters,
    state: HybridState,
    inputs: HybridInputs,
    *,
    steady_w: FloatArray,
    limited: BoolArray,
    dt_s: float,
) -> _Boiler:
    """Fill what the heat pump cannot or may not deliver; a tap goes first.

    A boiler that modulates no lower than about 5 kW delivers less by switching
    within the step; the mean power is what counts for the room.
    """
    short_w = inputs.heat_w - steady_w
    helps_at_w = np.where(
        limited | (inputs.too_cold_k > _BOILER_COLD_ROOM_K),
        _BOILER_REPLACES_W,
        _BOILER_HELPS_W,
    )
    on = short_w > np.where(state.boiler_on, _BOILER_STOPS_W, helps_at_w)
    left_s = np.maximum(state.hot_water_left_s, inputs.hot_water_s)
    tap_share = np.minimum(left_s / dt_s, 1.0)
    heat_w = np.clip(short_w, 0.0, parameters.boiler_w) * on * (1.0 - tap_share)
    return _Boiler(
        on=on,
        heat_w=heat_w,
        hot_water_w=parameters.boiler_w * tap_share,
        hot_water_left_s=np.maximum(left_s - dt_s, 0.0),
    )
