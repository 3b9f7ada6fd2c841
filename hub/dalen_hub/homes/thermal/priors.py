"""What is known of a house before it was measured."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from .arrays import Bools, Floats
from .rc_model import (
    AIR_NOISE,
    AIR_SHARE,
    APERTURE,
    CAPACITY,
    COUPLING,
    FLOOR_SHARE,
    GAINS,
    LEAK_SHARE,
    LOSS,
    MASS_NOISE,
    PARAMETERS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """Independent normal beliefs about the entries of a vector of parameters."""

    mean: Floats
    sd: Floats
    """Standard deviations, shape (10,)."""


def house_prior() -> Prior:
    """Return the belief about a Dutch house: 100-300 W/K and 5-20 kWh/K.

    Both are log-normal, and wide enough for a detached house with floor heating
    (IEA Annex 71's O5 has about 180 W/K and 36 kWh/K).
    """
    mean, sd = np.zeros(PARAMETERS), np.ones(PARAMETERS)
    for parameter, (middle, spread) in _BELIEFS.items():
        mean[parameter], sd[parameter] = middle, spread
    return Prior(mean=mean, sd=sd)


def prior_for(balanced_w_per_k: float | None) -> Prior:
    """Return the belief about a building whose heat balances at a loss in W/K.

    Far from that of a house, all that has the size of a building is scaled.
    """
    prior = house_prior()
    if balanced_w_per_k is None or balanced_w_per_k <= 0.0:
        return prior
    if _HOUSES_W_PER_K[0] <= balanced_w_per_k <= _HOUSES_W_PER_K[1]:
        return prior
    factor = balanced_w_per_k / float(np.exp(prior.mean[LOSS]))
    sized = [LOSS, CAPACITY, COUPLING, APERTURE]
    prior.mean[sized] += np.log(factor)
    prior.mean[GAINS] *= factor
    prior.sd[GAINS] *= factor
    return prior


def free_parameters(*, has_sun: bool) -> Bools:
    """Return which parameters the measurements tell something about."""
    free = np.ones(PARAMETERS, dtype=np.bool_)
    free[APERTURE] = has_sun
    return free


def _logit(share: float) -> float:
    """Return the number whose logistic is ``share``."""
    return float(np.log(share / (1.0 - share)))


_HOUSES_W_PER_K: Final = (30.0, 1000.0)
_BELIEFS: Final = {
    LOSS: (float(np.log(175.0)), 0.5),
    CAPACITY: (float(np.log(11.0)), 0.6),
    AIR_SHARE: (_logit(0.15), 0.6),
    COUPLING: (float(np.log(700.0)), 0.6),
    LEAK_SHARE: (_logit(0.3), 1.0),
    # Radiators warm the air; of floor heating nearly all enters the mass.
    FLOOR_SHARE: (_logit(0.1), 1.5),
    # Mean of Dutch houses 3.7 m2; a low winter sun shines deeper into a room.
    APERTURE: (float(np.log(3.7)), 0.8),
    # What the model does not know, in K per root hour.
    AIR_NOISE: (float(np.log(0.15)), 0.8),
    MASS_NOISE: (float(np.log(0.1)), 0.8),
    # People and appliances, kW.
    GAINS: (0.25, 0.2),
}
