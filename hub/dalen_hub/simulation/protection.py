"""What a compressor does to protect itself: defrost and oil return.

Neither can be limited. They explain the short peaks above a limit that the pilot
in Dalen saw on single heat pumps and never on the transformer.
"""

from dataclasses import dataclass

import numpy as np

from .arrays import BoolArray, FloatArray
from .heat_pump_physics import most_electric_w
from .hybrid_model import HybridParameters, HybridState

# Field studies: a defrost every 30-120 minutes of running below about 5 C, most
# often near 0 C where the air carries most water, and 4-8 minutes long.
_FROST_BELOW_C = 5.0
_FROST_LEAST_S = 45.0 * 60.0
_FROST_MOST_S = 110.0 * 60.0
# Dry cold air makes ice more slowly: the interval grows below -3 C.
_DRY_BELOW_C = -3.0
_DRY_SLOWDOWN_PER_K = 0.05
_DEFROST_S = 240.0
_DEFROST_COLD_S = 300.0
_DEFROST_POWER = 1.1
_DEFROST_HEAT_W = -2000.0

# Below this part of full power the oil stays behind in the circuit.
_SLOW_SHARE = 0.5
_OIL_AFTER_S = 8.0 * 3600.0
_OIL_RETURN_S = 120.0
_OIL_POWER = 0.65


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """The protective actions of n compressors in one step, shape (n,)."""

    defrost: BoolArray
    oil_return: BoolArray
    power_w: FloatArray
    heat_w: FloatArray
    frost_s: FloatArray
    frost_limit_s: FloatArray
    defrost_left_s: FloatArray
    slow_s: FloatArray
    oil_left_s: FloatArray

    @property
    def active(self) -> BoolArray:
        """Return where a protective action decides the power."""
        return self.defrost | self.oil_return


def step_protection(
    parameters: HybridParameters,
    state: HybridState,
    *,
    outdoor_c: FloatArray | float,
    dt_s: float,
    rng: np.random.Generator,
) -> Protection:
    """Advance the timers of n compressors by dt_s seconds."""
    most_w = most_electric_w(parameters.rated_w, outdoor_c)
    frost_s, frost_limit_s, defrost_left_s = _step_frost(
        state, np.asarray(outdoor_c), dt_s, rng
    )
    defrost = defrost_left_s > 0.0
    slow_s, oil_left_s = _step_oil(state, most_w, defrost, dt_s)
    oil_return = (oil_left_s > 0.0) & ~defrost
    return Protection(
        defrost=defrost,
        oil_return=oil_return,
        power_w=most_w * np.where(defrost, _DEFROST_POWER, _OIL_POWER),
        heat_w=np.where(defrost, _DEFROST_HEAT_W, 0.0),
        frost_s=frost_s,
        frost_limit_s=frost_limit_s,
        defrost_left_s=defrost_left_s,
        slow_s=slow_s,
        oil_left_s=oil_left_s,
    )


def _step_frost(
    state: HybridState,
    outdoor_c: FloatArray,
    dt_s: float,
    rng: np.random.Generator,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the run time with frost, its end and what is left of a defrost."""
    dryness = np.maximum(_DRY_BELOW_C - outdoor_c, 0.0)
    speed = (outdoor_c < _FROST_BELOW_C) / (1.0 + _DRY_SLOWDOWN_PER_K * dryness)
    frost_s = state.frost_s + dt_s * speed * state.running
    starts = state.running & (frost_s >= state.frost_limit_s)
    length_s = np.where(outdoor_c < _DRY_BELOW_C, _DEFROST_COLD_S, _DEFROST_S)
    left_s = np.where(starts, length_s, np.maximum(state.defrost_left_s - dt_s, 0.0))
    limit_s = state.frost_limit_s
    if starts.any():
        drawn_s = rng.uniform(_FROST_LEAST_S, _FROST_MOST_S, size=limit_s.size)
        limit_s = np.where(starts, drawn_s, limit_s)
    return np.where(starts, 0.0, frost_s), limit_s, left_s


def _step_oil(
    state: HybridState, most_w: FloatArray, defrost: BoolArray, dt_s: float
) -> tuple[FloatArray, FloatArray]:
    """Return the run time at low speed and what is left of an oil return.

    A defrost runs fast and brings the oil back as well.
    """
    slow = state.running & (state.compressor_w < _SLOW_SHARE * most_w)
    slow_s = np.where(defrost, 0.0, state.slow_s + dt_s * slow)
    starts = slow & (slow_s >= _OIL_AFTER_S)
    left_s = np.maximum(state.oil_left_s - dt_s, 0.0)
    return np.where(starts, 0.0, slow_s), np.where(starts, _OIL_RETURN_S, left_s)
