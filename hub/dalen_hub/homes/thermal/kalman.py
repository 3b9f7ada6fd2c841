"""The Kalman filter of the room temperature, with the gain that it settles at."""

from typing import Final

import numpy as np

from .arrays import Floats
from .rc_model import StepModel

# A room sensor shows tenths of a degree.
MEASUREMENT_SD_K: Final = 0.05
_DOUBLINGS: Final = 40
_SETTLED: Final = 1e-9


def stationary_gain(model: StepModel) -> Floats:
    """Return the gain of p models, shape (p, 2), when the air temperature is read.

    Solves the discrete algebraic Riccati equation by the structure-preserving
    doubling algorithm (Chu, Fan & Lin, Linear Algebra and its Applications 396,
    2005), which squares its error in each round.
    """
    variance = MEASUREMENT_SD_K**2
    pull = np.swapaxes(model.transition, 1, 2)
    told = np.zeros_like(pull)
    told[:, 0, 0] = 1.0 / variance
    spread = model.noise
    unit = np.eye(pull.shape[-1])
    for _ in range(_DOUBLINGS):
        inverse = np.linalg.inv(unit + told @ spread)
        pull_t = np.swapaxes(pull, 1, 2)
        wider = spread + pull_t @ spread @ inverse @ pull
        told = told + pull @ inverse @ told @ pull_t
        pull = pull @ inverse @ pull
        settled = float(np.abs(wider - spread).max()) < _SETTLED
        spread = wider
        if settled:
            break
    gain: Floats = spread[:, :, 0] / (spread[:, 0, 0] + variance)[:, None]
    return gain
