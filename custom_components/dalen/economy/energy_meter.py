"""Energy from power, for a heat pump that does not count it itself."""

from datetime import datetime, timedelta
import math
from typing import Final

MAX_HOLD: Final = timedelta(seconds=60)
"""How long a reading stands for the time before it. Longer is a gap: not counted."""


class EnergyMeter:
    """A counter in kWh that only rises."""

    def __init__(self) -> None:
        """Start at 0."""
        self.kwh = 0.0
        self._last: datetime | None = None

    def note(self, time: datetime, power_w: float | None) -> None:
        """Count a power since the reading before; below 0 counts as 0.

        A heat pump that defrosts takes heat back: that is not heat that it gave.
        """
        held = timedelta() if self._last is None else min(time - self._last, MAX_HOLD)
        self._last = time
        if power_w is None or not math.isfinite(power_w) or held <= timedelta():
            return
        self.kwh += max(power_w, 0.0) * (held / timedelta(hours=1)) / 1000

    def restore(self, kwh: float) -> None:
        """Go on from a stored count. Raises ValueError below 0."""
        if kwh < 0:
            raise ValueError(f"{kwh} kWh: a counter is 0 or more")
        self.kwh = kwh
