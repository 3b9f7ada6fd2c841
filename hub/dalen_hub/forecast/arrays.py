"""Arrays on a regular grid of instants: what the forecaster computes with."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt

type Floats = npt.NDArray[np.float64]
type Integers = npt.NDArray[np.int64]
type Booleans = npt.NDArray[np.bool_]

HOUR_S: Final = 3_600
DAY_S: Final = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Regular:
    """One value per interval of ``step_s`` seconds, NaN where nothing is known.

    ``start_s`` is the start of the first interval in seconds since 1970 UTC, a
    multiple of ``step_s``; a day is a whole number of steps.
    """

    start_s: int
    step_s: int
    values: Floats

    @property
    def end_s(self) -> int:
        """Return the end of the last interval."""
        return self.start_s + self.step_s * self.values.size

    @property
    def steps_per_day(self) -> int:
        """Return the number of intervals of a day of 24 hours."""
        return DAY_S // self.step_s

    @property
    def times_s(self) -> Integers:
        """Return the starts of all intervals."""
        return np.arange(self.start_s, self.end_s, self.step_s, dtype=np.int64)

    def at(self, times_s: Integers) -> Floats:
        """Return the values at the starts ``times_s``, NaN outside the series."""
        index = (times_s - self.start_s) // self.step_s
        inside = (index >= 0) & (index < self.values.size)
        found = np.full(times_s.shape, np.nan)
        found[inside] = self.values[index[inside]]
        return found

    def before(self, end_s: int) -> Self:
        """Return what was known at ``end_s``: the intervals that had ended."""
        known = max(0, (end_s - self.start_s) // self.step_s)
        return self._part(0, known)

    def since(self, start_s: int) -> Self:
        """Return the intervals that begin at ``start_s`` or later."""
        first = max(0, -(-(start_s - self.start_s) // self.step_s))
        return self._part(first, self.values.size)

    def _part(self, first: int, end: int) -> Self:
        """Return the intervals from ``first`` up to, not including, ``end``."""
        first = min(first, self.values.size)
        return type(self)(
            start_s=self.start_s + first * self.step_s,
            step_s=self.step_s,
            values=self.values[first:end],
        )


def on_grid(times_s: Floats, values: Floats, step_s: int) -> Regular:
    """Return the means of each interval that ``times_s`` (rising) fall in."""
    index = (times_s // step_s).astype(np.int64)
    first = int(index[0])
    known = ~np.isnan(values)
    size = int(index[-1]) - first + 1
    counts = np.bincount(index[known] - first, minlength=size)
    sums = np.bincount(index[known] - first, values[known], minlength=size)
    means = np.full(size, np.nan)
    np.divide(sums, counts, out=means, where=counts > 0)
    return Regular(start_s=first * step_s, step_s=step_s, values=means)


def interpolated(
    times_s: Floats, values: Floats, *, onto: Integers, longest_gap_s: int
) -> Floats:
    """Return ``values`` between their instants, NaN in longer gaps and outside."""
    known = ~np.isnan(values)
    instants = times_s[known]
    if instants.size == 0:
        return np.full(onto.shape, np.nan)
    after = np.searchsorted(instants, onto, side="left")
    right = instants[np.minimum(after, instants.size - 1)]
    left = instants[np.maximum(after - 1, 0)]
    exact = right == onto
    inside = (after > 0) & (after < instants.size) & (right - left <= longest_gap_s)
    # A value holds until the next is due: the last quarter hours of the last hour.
    fresh = (onto >= left) & (onto - left < min(longest_gap_s, HOUR_S))
    joined = np.interp(onto.astype(np.float64), instants, values[known])
    return np.where(exact | inside | fresh, joined, np.nan)


def mean_of(rows: list[Floats]) -> Floats:
    """Return the mean of arrays of one shape, leaving out NaN; NaN where all are."""
    stacked = np.stack(rows)
    known = ~np.isnan(stacked)
    counts = known.sum(axis=0)
    means = np.full(stacked.shape[1:], np.nan)
    sums = np.where(known, stacked, 0.0).sum(axis=0)
    np.divide(sums, counts, out=means, where=counts > 0)
    return means
