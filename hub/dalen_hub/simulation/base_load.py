"""Electric load of homes that nobody steers: cooking, light, appliances, cars.

The shapes are made of a few smooth bumps and are this project's own; measured
standard profiles have owners and are read from files instead.
"""

from dataclasses import dataclass

import numpy as np

from .arrays import FloatArray

# Mean household in winter, kW by local hour: night level, then bumps of a height
# at an hour with a width. Together near 10 kWh a day, as a household of 3,400 kWh
# a year uses in January, with an evening peak of about 0.85 kW.
_NIGHT_KW = 0.20
_BUMPS_KW_HOUR_WIDTH = (
    (0.22, 8.0, 1.3),
    (0.19, 12.8, 2.6),
    (0.56, 18.5, 1.8),
    (0.22, 21.5, 1.6),
)
_HOURS = 24.0

# Noise of a neighbourhood of hundreds of homes: small, with a memory of 45 min.
_NOISE_SHARE = 0.035
_NOISE_MEMORY_S = 45.0 * 60.0


def household_kw(local_hour: FloatArray | float) -> FloatArray:
    """Return the mean load of one household in winter at local hours (0..24)."""
    hours = np.asarray(local_hour, dtype=np.float64)
    load_kw = np.full_like(hours, _NIGHT_KW)
    for height_kw, centre, width in _BUMPS_KW_HOUR_WIDTH:
        load_kw = load_kw + height_kw * np.exp(
            -0.5 * (_hours_apart(hours, centre) / width) ** 2
        )
    return load_kw


def evening_block(
    local_hour: FloatArray | float, *, centre: float, half_width_h: float
) -> FloatArray:
    """Return a flat-topped bump between 0 and 1: loads that follow each other.

    Cars and all-electric heat pumps start one after another from the moment
    people come home, and fill an evening more evenly than cooking does. The form
    is a Gaussian of order 8.
    """
    apart = _hours_apart(np.asarray(local_hour, dtype=np.float64), centre)
    return np.exp(-((apart / half_width_h) ** 8))


@dataclass(slots=True, kw_only=True)
class LoadNoise:
    """First-order autoregressive noise of a neighbourhood's load.

    x(t + dt) = a x(t) + s sqrt(1 - a2) e with a = exp(-dt / 45 min): the standard
    deviation s does not depend on the time step.
    """

    rng: np.random.Generator
    value: float = 0.0

    def step(self, dt_s: float) -> float:
        """Advance by dt_s seconds and return the factor for the load, near 1."""
        memory = float(np.exp(-dt_s / _NOISE_MEMORY_S))
        fresh = _NOISE_SHARE * np.sqrt(1.0 - memory**2) * self.rng.standard_normal()
        self.value = memory * self.value + float(fresh)
        return 1.0 + self.value


def _hours_apart(hours: FloatArray, centre: float) -> FloatArray:
    """Return the distance on a clock of 24 hours, at most 12."""
    apart = np.abs(hours - centre) % _HOURS
    return np.minimum(apart, _HOURS - apart)
