"""The least extra gas with perfect foresight: what no controller can beat.

Every house has a boiler, so that comfort binds nothing from one quarter hour to the
next, and each quarter hour stands alone: leave out what exceeds the limit where a
kilowatt hour costs least gas. That is COP / (efficiency x heating value), so heat
pumps with the lowest COP go first (merit order). This is the exact optimum of the
linear programme

    min sum_i cop_i x_i   with  sum_i x_i >= excess,  0 <= x_i <= wanted_i

It ignores that a compressor has a lowest speed, so it is a lower bound.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from .arrays import FloatArray
from .heat_pump_physics import coefficient_of_performance, flow_temperature_c

GAS_WH_PER_M3: Final = 9770.0
"""Upper value of Groningen gas (NeedForHeat nfh_constants.py)."""
BOILER_EFFICIENCY: Final = 0.95
_HOURS: Final = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class LeastCut:
    """What to leave out per quarter hour: shapes (q, n) in W and (q,) in m3."""

    cut_w: FloatArray
    gas_m3: FloatArray


def gas_m3(heat_w: FloatArray) -> FloatArray:
    """Return the gas of a boiler that gives this mean heat over a quarter hour."""
    return heat_w * _HOURS / (BOILER_EFFICIENCY * GAS_WH_PER_M3)


def least_cut(excess_w: FloatArray, wanted_w: FloatArray, cop: FloatArray) -> LeastCut:
    """Return the merit order for q quarter hours, of shapes (q,), (q, n), (q, n).

    Where all heat pumps together do not suffice, all are left out.
    """
    order = np.argsort(cop, axis=1, kind="stable")
    ordered_w = np.take_along_axis(wanted_w, order, axis=1)
    before_w = np.cumsum(ordered_w, axis=1) - ordered_w
    left_w = np.maximum(excess_w, 0.0)[:, None] - before_w
    cut_w = np.empty_like(wanted_w)
    np.put_along_axis(cut_w, order, np.clip(left_w, 0.0, ordered_w), axis=1)
    return LeastCut(cut_w=cut_w, gas_m3=gas_m3((cop * cut_w).sum(axis=1)))


def cop_of(outdoor_c: FloatArray, cop_share: FloatArray) -> FloatArray:
    """Return the COP by quarter hour and heat pump, shape (q, n)."""
    usual = coefficient_of_performance(flow_temperature_c(outdoor_c), outdoor_c)
    return usual[:, None] * cop_share
