"""The weighted max-min point by linear programs: a slow witness for the fast code.

Each program raises the least share per weight of all that still can rise. Whoever
has a dual price at its bound cannot rise in any optimum, so its share is final.
"""

from dataclasses import dataclass

import highspy
import numpy as np

from dalen_hub.caps.bottlenecks import Claims, Floats, Ints

_POSITIVE = 1e-9
_ROUNDING = 1e-12
# In kW the numbers are near 1, as a solver likes them.
_W_PER_KW = 1000.0
# What is final may be undercut by its rounding, so that a program stays feasible.
_SLACK_KW = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicographic:
    """The optimum and how many programs it took."""

    share_w: Floats
    programs: int


def lexicographic_optimum(claims: Claims, rooms_w: Floats) -> Lexicographic:
    """Return the lexicographic optimum of the shares per weight."""
    model = _Model(claims, rooms_w)
    free = np.ones(len(claims.weight), dtype=np.bool_)
    programs = 0
    while free.any():
        level, price = model.raise_level()
        programs += 1
        full = claims.upper_w <= claims.weight * level * (1 + _ROUNDING)
        held = free & ((price > _POSITIVE) | full)
        if not held.any():
            raise RuntimeError("HiGHS gave no dual price.")
        model.fix(
            np.flatnonzero(held),
            np.minimum(claims.weight * level, claims.upper_w)[held],
        )
        free &= ~held
    return Lexicographic(share_w=model.shares(), programs=programs)


def largest_sum(claims: Claims, rooms_w: Floats) -> float:
    """Return the largest sum of shares in W that fits, fair or not."""
    highs = _rooms_model(claims, rooms_w)
    count = len(claims.weight)
    highs.changeColsCost(count, np.arange(count, dtype=np.int32), -np.ones(count))
    _run(highs)
    return float(-highs.getInfo().objective_function_value) * _W_PER_KW


def _rooms_model(claims: Claims, rooms_w: Floats) -> highspy.Highs:
    """Return a model of the shares in kW, with a row for each constraint."""
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("primal_feasibility_tolerance", 1e-10)
    highs.setOptionValue("dual_feasibility_tolerance", 1e-10)
    highs.addVars(
        len(claims.weight), claims.lower_w / _W_PER_KW, claims.upper_w / _W_PER_KW
    )
    for index, room_w in enumerate(rooms_w):
        members = np.flatnonzero((claims.members == index).any(axis=1))
        highs.addRow(
            -highspy.kHighsInf,
            float(room_w) / _W_PER_KW,
            len(members),
            members,
            np.ones(len(members)),
        )
    return highs


def _run(highs: highspy.Highs) -> None:
    """Solve; raise RuntimeError where that fails."""
    highs.run()
    status = highs.getModelStatus()
    if status != highspy.HighsModelStatus.kOptimal:
        raise RuntimeError(f"HiGHS ended with {status}.")


class _Model:
    """One HiGHS model: shares x, the level t, rooms A x <= b, and x >= w t."""

    def __init__(self, claims: Claims, rooms_w: Floats) -> None:
        """Build it."""
        self._count = count = len(claims.weight)
        infinite = highspy.kHighsInf
        self._highs = highs = _rooms_model(claims, rooms_w)
        highs.addVar(0.0, infinite)
        highs.changeColCost(count, -1.0)
        self._first = len(rooms_w)
        starts = np.arange(0, 2 * count, 2)
        indices = np.column_stack((np.arange(count), np.full(count, count))).ravel()
        values = np.column_stack((np.ones(count), -claims.weight)).ravel()
        highs.addRows(
            count,
            np.zeros(count),
            np.full(count, infinite),
            2 * count,
            starts.astype(np.int32),
            indices.astype(np.int32),
            values,
        )

    def raise_level(self) -> tuple[float, Floats]:
        """Return the highest level in W and the price of each participant's bound."""
        _run(self._highs)
        solution = self._highs.getSolution()
        prices = np.abs(np.array(solution.row_dual)[self._first :])
        return float(solution.col_value[self._count]) * _W_PER_KW, prices

    def fix(self, participants: Ints, shares_w: Floats) -> None:
        """Make shares final."""
        infinite = highspy.kHighsInf
        for index, share_w in zip(
            participants.tolist(), shares_w.tolist(), strict=True
        ):
            share_kw = share_w / _W_PER_KW
            self._highs.changeColBounds(index, share_kw - _SLACK_KW, share_kw)
            self._highs.changeRowBounds(self._first + index, -infinite, infinite)

    def shares(self) -> Floats:
        """Return the shares in W of the last program."""
        values = np.array(self._highs.getSolution().col_value)[: self._count]
        return values * _W_PER_KW
