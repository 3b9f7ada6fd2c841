"""Weighted max-min sharing of one constraint, by filling it like water.

Every participant i gets ``min(upper_i, max(lower_i, weight_i x level))``. The level
is the highest one at which the sum fits in the room. That is the unique weighted
max-min fair point (Radunovic and Le Boudec, "A unified framework for max-min and
min-max fairness", 2007): nobody can get more without taking from somebody who has
less per weight.
"""

from collections.abc import Sequence
import math

import numpy as np
import numpy.typing as npt

type Array = npt.NDArray[np.float64]


def water_level(
    demands_w: Sequence[float],
    weights: Sequence[float],
    room_w: float,
    floors_w: Sequence[float] | None = None,
) -> float:
    """Return the common level in W per weight, ``inf`` where all demands fit.

    ``floors_w`` are amounts (<= demand) that cannot be undercut. Where the room does
    not even hold them the level is that of the lowest floor. Exact: the sum is
    piecewise linear in the level, its corners are sorted. O(n log n).
    """
    upper = np.asarray(demands_w, dtype=np.float64)
    weight = np.asarray(weights, dtype=np.float64)
    lower = np.zeros_like(upper) if floors_w is None else np.asarray(floors_w)
    if upper.sum() <= room_w:
        return math.inf
    if lower.sum() >= room_w:
        return float((lower / weight).min())
    return _level(lower.astype(np.float64), upper, weight, room_w)


def _level(lower: Array, upper: Array, weight: Array, room_w: float) -> float:
    """Return the level at which the sum is the room, which must be reachable."""
    corners = np.concatenate((lower / weight, upper / weight))
    slopes = np.concatenate((weight, -weight))
    order = np.argsort(corners, kind="stable")
    corners, slopes = corners[order], np.cumsum(slopes[order])
    sums = lower.sum() + np.concatenate(
        ([0.0], np.cumsum(slopes[:-1] * np.diff(corners)))
    )
    return float(np.interp(room_w, sums, corners))


def shares(
    level: float,
    demands_w: Sequence[float],
    weights: Sequence[float],
    floors_w: Sequence[float] | None = None,
) -> list[float]:
    """Return what everybody gets in W at a level."""
    floors = [0.0] * len(demands_w) if floors_w is None else floors_w
    return [
        min(demand, max(floor, weight * level))
        for demand, weight, floor in zip(demands_w, weights, floors, strict=True)
    ]
