"""What values a number entity takes."""

from dataclasses import dataclass
import math

from .reading import EntityReading, finite
from .units import watts_per


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRange:
    """The lowest and highest value of a number entity, its step and its unit."""

    unit: str
    low: float
    high: float
    step: float

    @property
    def watts_per(self) -> float | None:
        """Return how many watts one of its unit is; None for another unit."""
        return watts_per(self.unit)

    def rounded_down(self, value: float) -> float:
        """Return the highest value that can be set and is not above this one."""
        # A float such as 2.9999999999999996 steps means 3 steps.
        steps = math.floor((value - self.low) / self.step + 1e-9)
        rounded = self.low + max(steps, 0) * self.step
        return round(min(rounded, self.high), 6)


def number_range(reading: EntityReading) -> NumberRange | None:
    """Return the range that an entity says to have; None when it does not say."""
    low, high, step = (
        finite(reading.attributes.get(name)) for name in ("min", "max", "step")
    )
    if low is None or high is None or high <= low or reading.unit is None:
        return None
    return NumberRange(
        unit=reading.unit, low=low, high=high, step=step if step and step > 0 else 1.0
    )
