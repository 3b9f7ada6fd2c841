"""Why the caps of a transformer are decided anew."""

from enum import StrEnum
from typing import Final


class Cause(StrEnum):
    """What happened."""

    QUARTER = "quarter"
    """A quarter hour began."""
    FORECAST = "forecast"
    """Somebody uploaded a forecast: it counts at once."""
    MEMBERS = "members"
    """A home joined, left, or changed what it can do."""
    METER = "meter"
    """The meter of the transformer was read."""
    STOP = "stop"
    """An emergency stop was ordered or released."""
    TIME = "time"
    """The hub itself wanted to look again now."""


# After these the plan still holds.
SMALL: Final = frozenset((Cause.METER, Cause.STOP, Cause.TIME))
ALL: Final = frozenset(Cause)
