"""What a heat pump can do at a temperature: flow, COP and electric power."""

import numpy as np

from .arrays import FloatArray

KELVIN = 273.0

# Share of the Carnot COP that real machines reach, and the sum of the
# temperature differences over both heat exchangers. Fits the measured maps of
# the OpenQuatt outdoor unit and the COP of about 2.7 that the gas savings of the
# pilot in Dalen imply.
_CARNOT_SHARE = 0.42
_EXCHANGERS_K = 8.0

# Most electric power by outdoor temperature, relative to the value at 7 C: shape
# of the highest compressor level in the OpenQuatt map at 35 C flow.
_POWER_OUTDOOR_C = np.array([-15.0, -7.0, 2.0, 7.0, 12.0])
_POWER_SHARE = np.array([0.85, 0.93, 0.98, 1.0, 0.83])

_CURVE_AT_0_C = 41.0
_CURVE_SLOPE = 0.85
_FLOW_LOWEST_C = 28.0
_FLOW_HIGHEST_C = 55.0


def flow_temperature_c(outdoor_c: FloatArray | float) -> FloatArray:
    """Return the flow temperature of the heating curve: 35 C at 7 C outdoors."""
    return np.clip(
        np.asarray(_CURVE_AT_0_C - _CURVE_SLOPE * outdoor_c),
        _FLOW_LOWEST_C,
        _FLOW_HIGHEST_C,
    )


def coefficient_of_performance(
    flow_c: FloatArray, outdoor_c: FloatArray | float
) -> FloatArray:
    """Return the COP at a flow and an outdoor temperature.

    COP = 0.42 * (Ts + 273) / (Ts - Ta + 8): a fixed share of Carnot between the
    condenser and the evaporator, which are together 8 K further apart.
    """
    lift_k = np.maximum(flow_c - outdoor_c, 10.0) + _EXCHANGERS_K
    return _CARNOT_SHARE * (flow_c + KELVIN) / lift_k


def most_electric_w(rated_w: FloatArray, outdoor_c: FloatArray | float) -> FloatArray:
    """Return the electric power at full speed, shape of rated_w."""
    share: FloatArray = np.asarray(np.interp(outdoor_c, _POWER_OUTDOOR_C, _POWER_SHARE))
    return rated_w * share
