"""What caps took from homes: the account that the policy `credit` evens out. Pure."""

from dalen_hub.caps.bottlenecks import Floats
from dalen_hub.caps.control import Control
from dalen_hub.grid.quarter_hours import QUARTER_S

_WS_PER_KWH = 3_600_000.0


def taken_kwh(control: Control, want_w: Floats) -> Floats:
    """Return the energy that a quarter hour under the last caps took, shape (n,).

    ``want_w`` is what each heat pump would have drawn, NaN where not known; a home
    counts by what it is known or usual to want, never by what it claims to be.
    """
    fleet = control.fleet
    missed_w = fleet.wanted_w(want_w) - control.state.told_w
    limited = fleet.steerable & (missed_w > 0.0)
    taken_w = missed_w * limited
    return taken_w * QUARTER_S / _WS_PER_KWH
