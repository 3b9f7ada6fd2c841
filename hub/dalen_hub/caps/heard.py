"""What homes told, as far as their residents agreed. Pure."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from dalen_hub.caps.bottlenecks import Floats
from dalen_hub.caps.fleet import Bools, Fleet


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What is known of n homes, shape (n,) each; NaN where nothing is.

    ``online``: polled within the last two polls. ``paused``: its resident paused.
    ``want_w``: what the heat pump would draw now without a cap, estimated from
    minutes without a cap (T1 and above). ``power_w``: the mean power that homes
    reported for one and the same interval [power_start, power_end).
    """

    online: Bools
    paused: Bools
    want_w: Floats
    power_w: Floats
    power_start: datetime | None = None
    power_end: datetime | None = None


def nothing_heard(fleet: Fleet) -> Heard:
    """Return what is known where all homes acknowledge and tell nothing (T0)."""
    unknown = np.full(fleet.size, np.nan)
    return Heard(
        online=np.ones(fleet.size, dtype=np.bool_),
        paused=np.zeros(fleet.size, dtype=np.bool_),
        want_w=unknown,
        power_w=unknown.copy(),
    )
