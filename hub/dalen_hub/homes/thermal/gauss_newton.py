"""Most probable parameters: Gauss-Newton with the damping of Levenberg."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from .arrays import Bools, Floats
from .priors import Prior

type Errors = Callable[[Floats], Floats]
"""Errors of p vectors (p, q): shape (m, p), as many for each vector."""

_DIFFERENCE: Final = 1e-3
_LONGEST_STEP: Final = 1.0
_ROUNDS: Final = 25
# A gain this small is far below what the measurements can tell.
_SETTLED: Final = 0.01
_FIRST_DAMPING: Final = 1e-2
_MOST_DAMPING: Final = 1e6
# Where the measurements fit without error: a logarithm of 0 has no slope.
_LEAST_SQUARE: Final = 1e-8


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimum:
    """Where the search ended."""

    vector: Floats
    covariance: Floats
    """Of the vector, shape (q, q): the prior's where a parameter is not free."""
    cost: float
    """Minus twice the log of the posterior, but for a constant."""
    rounds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Problem:
    """What is minimised: weight * log(mean square) + the prior's distance squared."""

    errors: Errors
    prior: Prior
    free: Bools
    weight: float
    """How many independent errors there are, as neighbours resemble each other."""

    def cost(self, vector: Floats, errors: Floats) -> float:
        """Return what is minimised."""
        away = ((vector - self.prior.mean) / self.prior.sd)[self.free]
        return self.weight * float(np.log(_mean_square(errors))) + float(away @ away)

    def linear(self, vector: Floats) -> tuple[Floats, Floats]:
        """Return errors (m,) and their slopes (m, free) by forward differences."""
        moved = np.repeat(vector[None, :], 1 + int(self.free.sum()), axis=0)
        moved[1 + np.arange(len(moved) - 1), np.flatnonzero(self.free)] += _DIFFERENCE
        errors = self.errors(moved)
        return errors[:, 0], (errors[:, 1:] - errors[:, :1]) / _DIFFERENCE


def most_probable(
    errors: Errors, *, prior: Prior, free: Bools, weight: float
) -> Optimum:
    """Return the vector of the highest posterior, searched from the prior's mean.

    The errors are normal with a variance that is not known beforehand; ``weight`` is
    the number of independent ones among them.
    """
    problem = _Problem(errors=errors, prior=prior, free=free, weight=weight)
    vector, damping = prior.mean.copy(), _FIRST_DAMPING
    rounds = 0
    while rounds < _ROUNDS:
        rounds += 1
        found, slopes = problem.linear(vector)
        before = problem.cost(vector, found)
        curvature, pull = _normal_equations(problem, vector, found, slopes)
        better, damping = _step(problem, vector, before, curvature, pull, damping)
        if better is None:
            break
        vector, cost = better
        if before - cost < _SETTLED:
            break
    found, slopes = problem.linear(vector)
    curvature, _ = _normal_equations(problem, vector, found, slopes)
    return Optimum(
        vector=vector,
        covariance=_covariance(problem, curvature),
        cost=problem.cost(vector, found),
        rounds=rounds,
    )


def _normal_equations(
    problem: _Problem, vector: Floats, errors: Floats, slopes: Floats
) -> tuple[Floats, Floats]:
    """Return curvature (free, free) and gradient (free,) of half the cost."""
    weight = problem.weight / (errors.size * _mean_square(errors))
    sd = problem.prior.sd[problem.free]
    away = (vector - problem.prior.mean)[problem.free]
    curvature = weight * slopes.T @ slopes + np.diag(1.0 / sd**2)
    return curvature, weight * slopes.T @ errors + away / sd**2


def _step(
    problem: _Problem,
    vector: Floats,
    before: float,
    curvature: Floats,
    pull: Floats,
    damping: float,
) -> tuple[tuple[Floats, float] | None, float]:
    """Return the next vector with its cost, None where none is better."""
    while damping < _MOST_DAMPING:
        damped = curvature + damping * np.diag(np.diag(curvature))
        step = np.linalg.solve(damped, -pull).clip(-_LONGEST_STEP, _LONGEST_STEP)
        tried = vector.copy()
        tried[problem.free] += step
        cost = problem.cost(tried, problem.errors(tried[None, :])[:, 0])
        if cost < before:
            return (tried, cost), max(damping / 5.0, 1e-6)
        damping = 5.0 * max(damping, 1e-4)
    return None, damping


def _covariance(problem: _Problem, curvature: Floats) -> Floats:
    """Return the covariance of all parameters."""
    covariance = np.diag(problem.prior.sd**2)
    free = np.flatnonzero(problem.free)
    covariance[np.ix_(free, free)] = np.linalg.inv(curvature)
    return covariance


def _mean_square(errors: Floats) -> float:
    """Return the mean square, never 0."""
    return max(float(np.mean(errors**2)), _LEAST_SQUARE)
