"""What can be wrong with the readings of a meter."""

from enum import StrEnum


class Fault(StrEnum):
    """What can be wrong with a series."""

    GAP = "gap"
    FROZEN = "frozen"
    SPIKE = "spike"
    REVERSED = "reversed"
    EMPTY = "empty"
    CLOCK_JUMP = "clock_jump"
    DUPLICATE = "duplicate"
    UNIT_SLIP = "unit_slip"
    IMPOSSIBLE = "impossible"
