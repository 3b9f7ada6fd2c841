"""The least extra gas is what HiGHS finds, with everything known beforehand."""

import highspy
from hypothesis import given, settings, strategies as st
from hypothesis.extra.numpy import arrays
import numpy as np
import pytest

from dalen_hub.simulation.arrays import FloatArray
from dalen_hub.simulation.optimum import gas_m3, least_cut


def by_highs(excess_w: float, wanted_w: FloatArray, cop: FloatArray) -> float:
    """Return the least gas of one quarter hour in m3, as a linear programme."""
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    columns = [
        solver.addVariable(lb=0.0, ub=float(most), obj=float(gas_m3(each)))
        for most, each in zip(wanted_w, cop, strict=True)
    ]
    needed_w = min(excess_w, float(wanted_w.sum()))
    solver.addConstr(solver.qsum(columns) >= needed_w)
    solver.minimize()
    assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return float(solver.getInfo().objective_function_value)


@settings(max_examples=60, deadline=None)
@given(
    wanted_w=arrays(np.float64, 12, elements=st.floats(0.0, 2000.0)),
    cop=arrays(np.float64, 12, elements=st.floats(1.5, 5.0)),
    excess_w=st.floats(-500.0, 30_000.0),
)
def test_merit_order_is_the_optimum(
    wanted_w: FloatArray, cop: FloatArray, excess_w: float
) -> None:
    """Any heat pumps, any limit; also one that all together cannot keep."""
    least = least_cut(np.array([excess_w]), wanted_w[None], cop[None])
    assert ((least.cut_w >= 0.0) & (least.cut_w <= wanted_w)).all()
    needed_w = min(max(excess_w, 0.0), float(wanted_w.sum()))
    assert float(least.cut_w.sum()) == pytest.approx(needed_w, abs=1e-6)
    expected_m3 = by_highs(max(excess_w, 0.0), wanted_w, cop)
    assert float(least.gas_m3[0]) == pytest.approx(expected_m3, rel=1e-6, abs=1e-9)


def test_quarter_hours_stand_alone() -> None:
    """One without an excess costs nothing, whatever its neighbours need."""
    wanted_w = np.full((3, 4), 800.0)
    cop = np.broadcast_to(np.array([2.0, 3.0, 2.5, 4.0]), (3, 4))
    least = least_cut(np.array([-100.0, 1000.0, 0.0]), wanted_w, cop)
    assert least.gas_m3[[0, 2]].tolist() == [0.0, 0.0]
    assert least.cut_w[1].tolist() == [800.0, 0.0, 200.0, 0.0]


def test_a_cubic_metre_of_gas_is_what_the_pilot_counted() -> None:
    """0.8 kW for 5.2 h at a COP of 2.7 is the pilot's 1.2 m3."""
    heat_w = np.array([800.0 * 2.7])
    hours = 5.2
    assert float(gas_m3(heat_w)[0]) * 4 * hours == pytest.approx(1.2, abs=0.05)
