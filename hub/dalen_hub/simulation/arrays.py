"""The array types of the simulation: one element is one home."""

import numpy as np
from numpy.typing import NDArray

type FloatArray = NDArray[np.float64]
type BoolArray = NDArray[np.bool_]


def filled(homes: int, value: float) -> FloatArray:
    """Return one value for each home, shape (n,)."""
    return np.full(homes, value, dtype=np.float64)
