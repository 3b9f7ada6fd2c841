"""Which limit a write test sets, and up to which power that limit counts as kept."""

from typing import Final

from .model import LimitCapability

LEAST_DROP_W: Final = 150.0
"""A smaller drop can be chance."""

STANDBY_W: Final = 100.0
"""What a heat pump draws that is off: electronics, and a heater in the compressor."""

MARGIN_W: Final = 50.0
TOO_MUCH: Final = 1.1


def choose_limit_w(capability: LimitCapability, before_w: float) -> float | None:
    """Return a limit that shows in the power; None when it draws too little for it.

    Half of the power, if it can run at that; else the least that it takes, which
    stops most.
    """
    if capability.block_below_w is None:
        half_w = max(before_w / 2, capability.minimum_w, capability.lowest_w)
        if before_w - half_w >= LEAST_DROP_W:
            return half_w
    lowest_w = capability.lowest_w
    is_stop = lowest_w < capability.minimum_w or capability.block_below_w is not None
    least_w = max(lowest_w, STANDBY_W) if is_stop else lowest_w
    return lowest_w if before_w - least_w >= LEAST_DROP_W else None


def kept_up_to_w(capability: LimitCapability, limit_w: float) -> float:
    """Return up to which power a limit counts as kept; a stop leaves standby power."""
    margin_w = STANDBY_W if limit_w < capability.minimum_w else MARGIN_W
    return max(limit_w * TOO_MUCH, limit_w + margin_w)
