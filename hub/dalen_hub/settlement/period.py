"""What was measured of the homes of one transformer, in quarter hours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from dalen_hub.homes.flexibility.conditions import Conditions, conditions
from dalen_hub.homes.thermal.arrays import Bools, Floats, Ints

HOURS_PER_QUARTER = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """q quarter hours in a row of n homes; history included."""

    starts: Sequence[datetime]
    """In UTC, each 15 minutes, length q."""
    zone: ZoneInfo
    power_w: Floats
    """Mean electric power of each pump, shape (q, n); NaN where not reported."""
    limited: Bools
    """Where the home reported that a limit of the hub held, shape (q, n)."""
    outdoor_c: Floats
    """Shape (q,)."""
    nameplate_w: Floats
    """Shape (n,)."""

    def __post_init__(self) -> None:
        """Refuse arrays that do not belong together."""
        quarters, homes = len(self.starts), self.nameplate_w.size
        if self.power_w.shape != (quarters, homes):
            raise ValueError("Give one power for each quarter hour and home.")
        if self.limited.shape != self.power_w.shape:
            raise ValueError("Give one mark for each quarter hour and home.")
        if self.outdoor_c.shape != (quarters,):
            raise ValueError("Give one temperature for each quarter hour.")

    @property
    def homes(self) -> int:
        """Return n."""
        return self.nameplate_w.size

    def days(self) -> Ints:
        """Return the local day of each quarter hour as a number, shape (q,)."""
        days = [start.astimezone(self.zone).toordinal() for start in self.starts]
        return np.array(days, dtype=np.int64)

    def slots(self) -> Ints:
        """Return the quarter hour of the local day, 0..95, shape (q,)."""
        local = [start.astimezone(self.zone) for start in self.starts]
        slots = [time.hour * 4 + time.minute // 15 for time in local]
        return np.array(slots, dtype=np.int64)

    def conditions(self) -> Conditions:
        """Return the weather and the hours."""
        middles = self.slots().astype(np.float64) + 0.5
        return conditions(self.outdoor_c, middles * HOURS_PER_QUARTER)
