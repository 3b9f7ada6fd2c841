"""Robust ridge regression in closed form, with what held-out blocks would give.

b = (X'WX + p sum(w) I)^-1 X'Wy. The weights are lowered where the residual is large
(Huber's psi), because the median is wanted and peaks must not drag it; two rounds of
reweighting (iteratively reweighted least squares) come close enough.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from dalen_hub.forecast.arrays import Floats, Integers

# Rows that are worked on at once: bounds the memory, whatever the history is.
_CHUNK: Final = 2_048
ROUNDS: Final = 2

type Design = Callable[[slice], Floats]
"""Gives the rows of the design matrix of a slice, shape (rows, p); column 0 is 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RidgeFit:
    """Coefficients (p,), and predictions (n,) by models that did not see the row.

    Held-out predictions are NaN for rows of no block.
    """

    coefficients: Floats
    held_out: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What a model is fitted to; ``block`` is -1 for rows that are never held out."""

    design: Design
    target: Floats
    weights: Floats
    block: Integers


@dataclass(slots=True, kw_only=True)
class _Normal:
    """The normal equations of some rows: X'WX and X'Wy."""

    gram: Floats
    moment: Floats


def fit_ridge(sample: Sample, penalty: float, *, rounds: int = ROUNDS) -> RidgeFit:
    """Fit robustly, and once more without each block.

    ``penalty`` is a share of the sum of the weights; columns are standardised.
    """
    weights = sample.weights
    for round_ in range(rounds + 1):
        sums = _Sum.of(sample, weights, apart=round_ == rounds)
        coefficients = _solve(sums.all, penalty * weights.sum())
        if round_ < rounds:
            weights = sample.weights * huber(sample, coefficients)
    without = {
        block: _without(sums.all, part, penalty * weights[sample.block != block].sum())
        for block, part in sums.blocks.items()
    }
    return RidgeFit(coefficients=coefficients, held_out=_held_out(sample, without))


def _held_out(sample: Sample, without: Mapping[int, Floats]) -> Floats:
    """Return what the model without its block says of each row."""
    predicted = np.full(sample.target.size, np.nan)
    for chunk in _chunks(sample.target.size):
        blocks = sample.block[chunk]
        if not np.isin(blocks, list(without)).any():
            continue
        design = sample.design(chunk)
        for block, coefficients in without.items():
            rows = blocks == block
            predicted[chunk][rows] = design[rows] @ coefficients
    return predicted


def predict(sample: Sample, coefficients: Floats) -> Floats:
    """Return X b of all rows."""
    chunks = _chunks(sample.target.size)
    return np.concatenate([sample.design(chunk) @ coefficients for chunk in chunks])


@dataclass(slots=True, kw_only=True)
class _Sum:
    """Normal equations of all rows, and of each block by itself where asked for."""

    all: _Normal
    blocks: dict[int, _Normal]

    @classmethod
    def of(cls, sample: Sample, weights: Floats, *, apart: bool = False) -> _Sum:
        """Add up, a chunk of rows at a time."""
        blocks: dict[int, _Normal] = {}
        for chunk in _chunks(sample.target.size):
            design = sample.design(chunk)
            labels = sample.block[chunk] if apart else np.full(len(design), -1)
            for label in np.unique(labels):
                rows = labels == label
                part = _normal(
                    design[rows], sample.target[chunk][rows], weights[chunk][rows]
                )
                _add(blocks, int(label), part)
        total = _Normal(
            gram=np.sum([part.gram for part in blocks.values()], axis=0),
            moment=np.sum([part.moment for part in blocks.values()], axis=0),
        )
        blocks.pop(-1, None)
        return cls(all=total, blocks=blocks)


def _add(blocks: dict[int, _Normal], label: int, part: _Normal) -> None:
    """Add the equations of some rows to their block."""
    if label in blocks:
        blocks[label].gram += part.gram
        blocks[label].moment += part.moment
    else:
        blocks[label] = part


def _normal(design: Floats, target: Floats, weights: Floats) -> _Normal:
    """Return the normal equations of some rows."""
    root = np.sqrt(weights)
    scaled = design * root[:, None]
    return _Normal(gram=scaled.T @ scaled, moment=scaled.T @ (root * target))


def _without(total: _Normal, part: _Normal, penalty: float) -> Floats:
    """Return the coefficients of a fit to all rows but some."""
    rest = _Normal(gram=total.gram - part.gram, moment=total.moment - part.moment)
    return _solve(rest, penalty)


def _solve(normal: _Normal, penalty: float) -> Floats:
    """Return the coefficients; the constant, column 0, is not penalised."""
    gram = normal.gram.copy()
    diagonal = np.full(len(gram), penalty)
    # Not 0, so that a sample of nothing can be solved too.
    diagonal[0] = 1e-9 * penalty
    gram[np.diag_indices_from(gram)] += diagonal
    return np.asarray(np.linalg.solve(gram, normal.moment), dtype=np.float64)


def huber(sample: Sample, coefficients: Floats) -> Floats:
    """Return the weights of Huber's psi that bends at the median residual."""
    residuals: Floats = np.abs(sample.target - predict(sample, coefficients))
    bend = max(float(np.median(residuals)), 1e-12)
    weights: Floats = np.minimum(1.0, bend / np.maximum(residuals, bend))
    return weights


def _chunks(rows: int) -> Iterator[slice]:
    """Return slices that cover all rows."""
    for first in range(0, rows, _CHUNK):
        yield slice(first, min(first + _CHUNK, rows))
