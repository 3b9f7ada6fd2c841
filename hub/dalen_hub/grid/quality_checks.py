"""The single checks of a measured series, for one column each. Pure.

Values are in kW, NaN where nothing was measured.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

type Floats = npt.NDArray[np.float64]
type Bools = npt.NDArray[np.bool_]

# A phase that never carries more serves nobody.
_EMPTY_KW: Final = 0.5
_EMPTY_SHARE: Final = 99
# Solar power turns a sign by day, never by night: no more than half of the time.
_REVERSED_SHARE: Final = 0.8
_NEIGHBOURS: Final = 3
_SPIKE_SIGMAS: Final = 8.0
_SPIKE_SHARE: Final = 0.15
_MAD_TO_SIGMA: Final = 1.4826


def empty(values: Floats) -> bool:
    """Return whether a phase carries nothing: its P99 is below 0.5 kW."""
    known = np.abs(values[~np.isnan(values)])
    return not len(known) or bool(np.percentile(known, _EMPTY_SHARE) < _EMPTY_KW)


def reversed_sign(values: Floats) -> bool:
    """Return whether a current transformer sits the wrong way round."""
    known = values[~np.isnan(values)]
    return bool(len(known)) and bool(np.mean(known < 0) > _REVERSED_SHARE)


def frozen(values: Floats, least: int) -> Bools:
    """Return where the very same value stands at least so many times in a row.

    Zero stays: a switched-off cable measures zero for long.
    """
    changes = np.concatenate(([True], values[1:] != values[:-1]))
    runs = np.cumsum(changes) - 1
    is_long = np.bincount(runs)[runs] >= least
    long_run: Bools = is_long & ~np.isnan(values) & (values != 0.0)
    return long_run


def spikes(values: Floats, rating_kw: float) -> Bools:
    """Return single values that are far from all around them (Hampel).

    Far is 8 robust standard deviations of such differences, and 15 % of the rating.
    """
    if len(values) <= 2 * _NEIGHBOURS:
        return np.zeros(len(values), dtype=np.bool_)
    padded = np.pad(values, _NEIGHBOURS, mode="reflect")
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * _NEIGHBOURS + 1)
    with np.errstate(all="ignore"):
        differences = np.abs(values - _nan_median(around))
    known = differences[~np.isnan(differences)]
    if not len(known):
        return np.zeros(len(values), dtype=np.bool_)
    sigma = _MAD_TO_SIGMA * float(np.median(known))
    far = max(_SPIKE_SIGMAS * sigma, _SPIKE_SHARE * rating_kw)
    found: Bools = np.nan_to_num(differences) > far
    return found


def unit_slip(values: Floats, rating_kw: float) -> Bools:
    """Return values that are W among kW: impossible as kW, and likely as W."""
    possible = 2.0 * rating_kw
    slipped: Bools = np.nan_to_num(np.abs(values)) > possible
    as_kw = np.abs(values[slipped]) / 1000.0
    usual = values[~slipped & ~np.isnan(values)]
    if not len(as_kw):
        return slipped
    if not len(usual):
        alone: Bools = slipped & (np.abs(values) / 1000.0 <= possible)
        return alone
    least, most = np.percentile(np.abs(usual), (1, 99))
    in_kw = np.abs(values) / 1000.0
    fits: Bools = slipped & (in_kw >= 0.3 * least) & (in_kw <= 3.0 * most)
    return fits


def short_gaps(values: Floats, longest: int) -> Bools:
    """Return the unknown values in gaps that neighbours enclose closely."""
    missing = np.isnan(values)
    changes = np.concatenate(([True], missing[1:] != missing[:-1]))
    runs = np.cumsum(changes) - 1
    lengths = np.bincount(runs)
    inside = (runs > 0) & (runs < runs[-1])
    short: Bools = missing & inside & (lengths[runs] <= longest)
    return short


def _nan_median(windows: Floats) -> Floats:
    """Return the median of each window without its NaN, NaN where all is."""
    ordered = np.sort(windows, axis=1)
    counts = np.count_nonzero(~np.isnan(windows), axis=1)
    middle = np.maximum(counts - 1, 0) // 2
    rows = np.arange(len(windows))
    upper = np.minimum(middle + (counts % 2 == 0), windows.shape[1] - 1)
    median: Floats = 0.5 * (ordered[rows, middle] + ordered[rows, upper])
    return median
