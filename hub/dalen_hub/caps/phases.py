"""On which phase is a home? Estimated from what its heat pump and the phases do. Pure.

When a heat pump starts or stops, the load of its phase jumps with it, and those of
the others do not. The changes of both are correlated over some days.
"""

from typing import Final

import numpy as np

from dalen_hub.caps.bottlenecks import Floats
from dalen_hub.caps.fleet import PHASES, UNKNOWN

_LEAST_CHANGES: Final = 96
# The best phase must lead the next one by so many standard errors.
_LEAD: Final = 4.0


def estimate_phase(pump_w: Floats, phases_kw: Floats) -> int:
    """Return the phase (0, 1, 2) of one home, or UNKNOWN where it is not clear.

    ``pump_w`` of shape (t,) are means of consecutive intervals, ``phases_kw`` of
    shape (t, 3) the loads of the phases in the same; NaN where not known.
    """
    pump_kw = np.diff(pump_w) / 1000.0
    phase_kw = np.diff(phases_kw, axis=0)
    known = ~np.isnan(pump_kw) & ~np.isnan(phase_kw).any(axis=1)
    count = int(known.sum())
    if count < _LEAST_CHANGES or pump_kw[known].std() == 0.0:
        return UNKNOWN
    pump_kw = pump_kw[known] - pump_kw[known].mean()
    phase_kw = phase_kw[known] - phase_kw[known].mean(axis=0)
    # What all phases share, such as the weather, tells nothing.
    slopes = pump_kw @ phase_kw / (pump_kw @ pump_kw)
    residuals = phase_kw - np.outer(pump_kw, slopes)
    errors = residuals.std(axis=0) / np.sqrt(pump_kw @ pump_kw)
    order = np.argsort(slopes)
    best, second = int(order[-1]), int(order[-2])
    lead = (slopes[best] - slopes[second]) / np.hypot(errors[best], errors[second])
    # The slope of the right phase is about 1: it carries the whole heat pump.
    is_clear = lead >= _LEAD and 0.5 <= slopes[best] <= 1.5
    return best if is_clear and best < PHASES else UNKNOWN
