"""What each heat pump wants, learned from the quarter hours without a limit.

A regression of power on outdoor temperature now and of the last hours (piecewise
linear, so that a switch-over to the boiler and the largest power are seen) and on the
hour. Each home is drawn to the mean of all homes, the more the less it was measured.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from dalen_hub.homes.thermal.arrays import Bools, Floats

from .conditions import QUARTERS_PER_HOUR, Conditions

_KNOTS_C: Final = np.array([-8.0, -5.0, -2.0, 0.0, 2.0, 4.0, 6.0, 9.0, 12.0, 16.0])
_HARMONICS: Final = 3
_HEATING_BELOW_C: Final = 16.0
# How strongly a home is drawn to the mean of all homes, in quarter hours; and how
# much its line may bend beside theirs. Chosen on simulated villages: small enough to
# see a switch-over, stiff enough to go on straight into weather not seen yet.
_POOLED_WEIGHT: Final = 0.3
_HOME_STIFFNESS: Final = 30.0
_LEAST_RIDGE: Final = 0.1
_STIFFNESS: Final = 1000.0
_CHUNK: Final = 250
# For so long after a limit a house catches up.
_RECOVERY: Final = 2 * QUARTERS_PER_HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatPumpMaps:
    """The maps of n heat pumps."""

    coefficients_w: Floats
    """Shape (features, n)."""
    nameplate_w: Floats
    known_quarters: Floats
    """How many quarter hours each map was learned from, shape (n,)."""

    @property
    def homes(self) -> int:
        """Return n."""
        return self.nameplate_w.size

    def wanted_w(self, when: Conditions) -> Floats:
        """Return what each pump wants, shape (q, n): within 0 and its nameplate."""
        wanted: Floats = _features(when) @ self.coefficients_w
        return wanted.clip(0.0, self.nameplate_w)


def fit_maps(
    when: Conditions, power_w: Floats, usable: Bools, nameplate_w: Floats
) -> HeatPumpMaps:
    """Return the maps of n heat pumps from q quarter hours.

    Args:
        when: The weather and the hours.
        power_w: Mean power, shape (q, n); NaN where it was not reported.
        usable: Where nothing limited the pump, shape (q, n): see ``unlimited``.
        nameplate_w: The most each pump can draw, shape (n,).

    Raises:
        ValueError: Shapes differ, or not one quarter hour is usable.
    """
    if power_w.shape != usable.shape or power_w.shape[0] != when.quarters:
        raise ValueError("Give one power and one mark for each quarter hour and home.")
    known = usable & np.isfinite(power_w)
    if not known.any():
        raise ValueError("No quarter hour without a limit is known. Wait for a day.")
    features = _features(when)
    power_w = np.where(known, power_w, 0.0)
    pooled = _pooled(features, power_w, known)
    penalty = _POOLED_WEIGHT * np.eye(features.shape[1]) + _HOME_STIFFNESS * _bending()
    return HeatPumpMaps(
        coefficients_w=_regressions(
            features, power_w, known.astype(np.float64), pooled, penalty
        ),
        nameplate_w=nameplate_w,
        known_quarters=known.sum(axis=0).astype(np.float64),
    )


def unlimited(limited: Bools) -> Bools:
    """Return where a pump did as it wanted, shape (q, n).

    Neither limited nor within two hours after a limit, in which a house may catch up:
    otherwise yesterday's caps would teach the map to want less.
    """
    since = np.zeros_like(limited)
    for quarters in range(1, min(_RECOVERY, len(limited) - 1) + 1):
        since[quarters:] |= limited[:-quarters]
    free: Bools = ~(limited | since)
    return free


def _pooled(features: Floats, power_w: Floats, known: Bools) -> Floats:
    """Return the regression of the mean of all known homes.

    Between neighbouring knots it bends little, so that weather colder than any that
    was seen continues the line instead of falling to 0.
    """
    homes = known.sum(axis=1)
    mean_w = power_w.sum(axis=1) / np.maximum(homes, 1)
    at_zero = np.zeros(features.shape[1])
    penalty = _LEAST_RIDGE * np.eye(features.shape[1]) + _STIFFNESS * _bending()
    weights = (homes / homes.max())[:, None]
    return _regressions(features, mean_w[:, None], weights, at_zero, penalty)[:, 0]


def _bending() -> Floats:
    """Return the squares of the second differences of both lines, shape (32, 32)."""
    knots = _KNOTS_C.size
    steps = np.diff(_KNOTS_C)
    slopes = np.diff(np.eye(knots), axis=0) / steps[:, None]
    bends = np.diff(slopes, axis=0)
    penalty = np.zeros((2 * knots + 4 * _HARMONICS,) * 2)
    for line in (slice(0, knots), slice(knots, 2 * knots)):
        penalty[line, line] = bends.T @ bends
    return penalty


def _regressions(
    features: Floats, power_w: Floats, weights: Floats, centre: Floats, penalty: Floats
) -> Floats:
    """Return n penalised regressions that are drawn to ``centre``, shape (p, n).

    Power and weights are of shape (q, n). The products of the features are summed for
    all homes at once, over some quarter hours at a time to keep memory small.
    """
    count = features.shape[1]
    normal = np.zeros((power_w.shape[1], count * count))
    for first in range(0, len(features), _CHUNK):
        part = slice(first, first + _CHUNK)
        products = features[part, :, None] * features[part, None, :]
        normal += weights[part].T @ products.reshape(-1, count * count)
    missed = weights * (power_w - (features @ centre)[:, None])
    away = np.linalg.solve(
        normal.reshape(-1, count, count) + penalty, (features.T @ missed).T[:, :, None]
    )
    found: Floats = centre[:, None] + away[:, :, 0].T
    return found


def _features(when: Conditions) -> Floats:
    """Return the features of q quarter hours, shape (q, 32)."""
    angles = (
        2.0 * np.pi * when.local_hour[:, None] / 24.0 * np.arange(1, _HARMONICS + 1)
    )
    waves = np.concatenate((np.cos(angles), np.sin(angles)), axis=1)
    cold = np.clip(_HEATING_BELOW_C - when.recent_c, 0.0, None)[:, None] / 10.0
    return np.concatenate(
        (_hats(when.outdoor_c), _hats(when.recent_c), waves, waves * cold), axis=1
    )


def _hats(temperature_c: Floats) -> Floats:
    """Return shares of the two knots around each temperature, shape (q, 10)."""
    inside = temperature_c.clip(_KNOTS_C[0], _KNOTS_C[-1])
    units = np.eye(_KNOTS_C.size)
    return np.stack([np.interp(inside, _KNOTS_C, unit) for unit in units], axis=1)
