"""Kinds of houses, found among the identified ones: beliefs about a new home.

k-means (Lloyd, with the seeding of k-means++: Arthur & Vassilvitskii, SODA 2007) on
the logs of heat loss, capacity and aperture. A kind is a belief, not a label: a home
with less than ten days of data is fitted with the belief of each kind, and the most
probable fit is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from .arrays import Floats, Ints
from .house_series import HouseSeries
from .identification import Identified, identify
from .priors import Prior, house_prior
from .rc_model import APERTURE, CAPACITY, LOSS, RcModel

FEW_DAYS: Final = 10.0
CLUSTERED: Final = (LOSS, CAPACITY, APERTURE)
_LEAST_HOMES_PER_KIND: Final = 4
_MOST_KINDS: Final = 5
_RESTARTS: Final = 10
_ROUNDS: Final = 100
# Houses of one kind still differ this much: 15 %.
_LEAST_SD: Final = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of houses."""

    homes: int
    share: float
    """Part of all homes."""
    mean: Floats
    """Of the logs of loss (W/K), capacity (kWh/K) and aperture (m2), shape (3,)."""
    sd: Floats

    def prior(self) -> Prior:
        """Return the belief about a home of this kind, never wider than of any house."""
        prior = house_prior()
        index = list(CLUSTERED)
        prior.mean[index] = self.mean
        prior.sd[index] = np.minimum(self.sd, prior.sd[index])
        return prior


def kinds_of(models: Sequence[RcModel], rng: np.random.Generator) -> tuple[Kind, ...]:
    """Return the kinds among identified homes; none with fewer than eight homes."""
    kinds = min(_MOST_KINDS, len(models) // (2 * _LEAST_HOMES_PER_KIND))
    if kinds == 0:
        return ()
    facts = [[m.loss_w_per_k, m.capacity_kwh_per_k, m.aperture_m2] for m in models]
    points: Floats = np.log(np.array(facts, dtype=np.float64).reshape(-1, 3))
    labels = _best_labels(_scaled(points), kinds, rng)
    return tuple(
        _kind(points[labels == label], len(points)) for label in np.unique(labels)
    )


def identify_with_kinds(
    series: HouseSeries, kinds: Sequence[Kind], *, last: int | None = None
) -> Identified:
    """Return the model of a home; with less than ten days, by the likeliest kind."""
    usual = identify(series, last=last)
    if usual.days >= FEW_DAYS or not kinds:
        return usual
    tried = [identify(series, prior=kind.prior(), last=last) for kind in kinds]
    costs = [_evidence(found, kind) for found, kind in zip(tried, kinds, strict=True)]
    return tried[int(np.argmin(costs))]


def _evidence(found: Identified, kind: Kind) -> float:
    """Return minus twice the log probability of a kind given the fit (Laplace)."""
    prior = kind.prior()
    _, volume = np.linalg.slogdet(found.optimum.covariance)
    wide = 2.0 * float(np.log(prior.sd).sum())
    return found.optimum.cost + wide - float(volume) - 2.0 * float(np.log(kind.share))


def _kind(members: Floats, homes: int) -> Kind:
    """Return the belief that the members of one kind give."""
    spread = members.std(axis=0, ddof=1) if len(members) > 1 else 0.0
    return Kind(
        homes=len(members),
        share=len(members) / homes,
        mean=members.mean(axis=0),
        sd=np.maximum(spread, _LEAST_SD) * np.ones(members.shape[1]),
    )


def _scaled(points: Floats) -> Floats:
    """Return points with the same spread in each direction."""
    spread = np.maximum(points.std(axis=0), 1e-9)
    scaled: Floats = (points - points.mean(axis=0)) / spread
    return scaled


def _best_labels(points: Floats, kinds: int, rng: np.random.Generator) -> Ints:
    """Return the labels of the best of some runs, shape (n,)."""
    runs = [_labels(points, _seeds(points, kinds, rng)) for _ in range(_RESTARTS)]
    return min(runs, key=lambda run: run[1])[0]


def _seeds(points: Floats, kinds: int, rng: np.random.Generator) -> Floats:
    """Return first centres: each drawn by the square of its distance to the others."""
    chosen = [int(rng.integers(len(points)))]
    while len(chosen) < kinds:
        away = _squares(points, points[chosen]).min(axis=1)
        total = float(away.sum())
        chances = away / total if total > 0.0 else None
        chosen.append(int(rng.choice(len(points), p=chances)))
    return points[chosen]


def _labels(points: Floats, centres: Floats) -> tuple[Ints, float]:
    """Return where Lloyd's rounds end, and the sum of the squares."""
    labels = np.full(len(points), -1)
    for _ in range(_ROUNDS):
        nearest = _squares(points, centres).argmin(axis=1)
        if np.array_equal(nearest, labels):
            break
        labels = nearest
        centres = np.stack(
            [
                points[labels == kind].mean(axis=0)
                if (labels == kind).any()
                else centre
                for kind, centre in enumerate(centres)
            ]
        )
    return labels, float(_squares(points, centres).min(axis=1).sum())


def _squares(points: Floats, centres: Floats) -> Floats:
    """Return squared distances, shape (n, k)."""
    squares: Floats = ((points[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
    return squares
