"""Mean values on a regular grid of what was measured at any instants.

A value holds until the next one, as sensors report that tell changes only; but not
for ever, so that a sensor that fell silent is not taken for a steady one.
"""

import numpy as np

from .arrays import Floats

# From this part of a step on, what was known stands for the whole step.
_LEAST_KNOWN = 0.5


def step_means(
    times_s: Floats,
    values: Floats,
    *,
    start_s: float,
    step_s: float,
    steps: int,
    longest_hold_s: float,
) -> Floats:
    """Return the time-weighted mean of each step, NaN where too little is known.

    Args:
        times_s: Instants, strictly rising, shape (n,).
        values: What was measured then, NaN where nothing was, shape (n,).
        start_s: Start of the first step.
        step_s: Length of a step.
        steps: How many steps there are: shape of the result.
        longest_hold_s: How long a value holds at most without a new one.
    """
    known = ~np.isnan(values)
    times_s, values = times_s[known], values[known]
    means = np.full(steps, np.nan)
    if times_s.size == 0:
        return means
    ends_s = np.minimum(np.append(times_s[1:], np.inf), times_s + longest_hold_s)
    edges_s: Floats = start_s + step_s * np.arange(steps + 1, dtype=np.float64)
    held_s = np.diff(_integral(times_s, ends_s, np.ones_like(values), edges_s))
    total = np.diff(_integral(times_s, ends_s, values, edges_s))
    enough = held_s >= _LEAST_KNOWN * step_s
    np.divide(total, held_s, out=means, where=enough)
    return means


def fill_short_gaps(values: Floats, longest: int) -> Floats:
    """Return values with gaps of at most ``longest`` steps bridged by a line.

    A gap at the start or the end stays open.
    """
    known = np.flatnonzero(~np.isnan(values))
    if known.size == 0:
        return values.copy()
    steps = np.arange(values.size)
    after = np.searchsorted(known, steps)
    inside = (after > 0) & (after < known.size) & np.isnan(values)
    before_at = known[np.maximum(after - 1, 0)]
    after_at = known[np.minimum(after, known.size - 1)]
    short = inside & (after_at - before_at - 1 <= longest)
    bridged: Floats = np.interp(steps, known, values[known])
    return np.where(short, bridged, values)


def _integral(starts_s: Floats, ends_s: Floats, values: Floats, at_s: Floats) -> Floats:
    """Return the integral from the first start to ``at_s`` of values that hold.

    Pieces [start, end) are apart and rise.
    """
    whole = np.concatenate(([0.0], np.cumsum(values * (ends_s - starts_s))))
    piece = np.searchsorted(starts_s, at_s, side="right")
    last = np.maximum(piece - 1, 0)
    into_s = np.minimum(at_s, ends_s[last]) - starts_s[last]
    inside = whole[last] + values[last] * into_s
    return np.where(piece > 0, inside, 0.0)
