"""How good day-ahead quantiles were, in figures that compare between loads."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from dalen_hub.forecast.arrays import DAY_S, Floats, Integers
from dalen_hub.forecast.conformal import LEVELS

_P05: Final = LEVELS.index(0.05)
_P10: Final = LEVELS.index(0.10)
_P50: Final = LEVELS.index(0.50)
_P90: Final = LEVELS.index(0.90)
_P95: Final = LEVELS.index(0.95)
# A day of which less was measured does not tell its peak.
_WHOLE_DAY: Final = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Errors as shares of the load's P99 - P1, coverage as shares of all intervals."""

    rmae: float
    """Mean absolute error of the median."""
    rcrps: float
    """Twice the mean pinball loss of the seven quantiles."""
    cover80: float
    """Loads between P10 and P90: 0.80 is right."""
    below_p95: float
    """Loads below P95: 0.95 is right."""
    peak_error: float
    """Mean absolute error of the highest load of a day."""


def range_kw(load_kw: Floats) -> float:
    """Return P99 - P1 of a load, what errors are compared with."""
    low, high = np.nanquantile(load_kw, (0.01, 0.99))
    return float(high - low)


def score(
    times_s: Integers, load_kw: Floats, quantiles_kw: Floats, scale_kw: float
) -> Scores:
    """Score quantiles (n, levels) against the loads (n,), NaN where not measured."""
    known = ~np.isnan(load_kw)
    loads, quantiles = load_kw[known], quantiles_kw[known]
    inside = (loads >= quantiles[:, _P10]) & (loads <= quantiles[:, _P90])
    return Scores(
        rmae=relative_error(load_kw, quantiles_kw[:, _P50], scale_kw),
        rcrps=2.0 * _pinball(loads, quantiles) / scale_kw,
        cover80=float(inside.mean()),
        below_p95=float((loads <= quantiles[:, _P95]).mean()),
        peak_error=_peak_error(times_s, load_kw, quantiles_kw[:, _P50]) / scale_kw,
    )


def relative_error(load_kw: Floats, expected_kw: Floats, scale_kw: float) -> float:
    """Return the mean absolute error as a share of ``scale_kw``; NaN is left out."""
    errors = np.abs(load_kw - expected_kw)
    errors = errors[~np.isnan(errors)]
    return float(errors.mean()) / scale_kw if errors.size else float("nan")


def _pinball(loads: Floats, quantiles: Floats) -> float:
    """Return the mean pinball loss over loads and levels."""
    excess = loads[:, None] - quantiles
    levels = np.array(LEVELS)
    return float(np.maximum(levels * excess, (levels - 1.0) * excess).mean())


def _peak_error(times_s: Integers, load_kw: Floats, median_kw: Floats) -> float:
    """Return how far the highest median of a day was from its highest load."""
    errors = []
    days = times_s // DAY_S
    for day in np.unique(days):
        loads = load_kw[days == day]
        if np.mean(~np.isnan(loads)) >= _WHOLE_DAY:
            errors.append(abs(np.nanmax(loads) - median_kw[days == day].max()))
    return float(np.mean(errors)) if errors else float("nan")
