"""Fixed frames: the pilot's caps by time of day, which need no data at all. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
import math
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A cap in W from one local time of day to another, on some days of the week.

    It may run over midnight; it belongs to the day on which it begins. Where both
    times are the same it lasts a day. Monday is 0.
    """

    start: time
    end: time
    cap_w: float
    weekdays: frozenset[int] = frozenset(range(7))

    def holds(self, local: datetime) -> bool:
        """Return whether the frame is in force at a local time."""
        moment, today = local.time(), local.weekday()
        if self.start < self.end:
            return today in self.weekdays and self.start <= moment < self.end
        if moment >= self.start:
            return today in self.weekdays
        return moment < self.end and (today - 1) % 7 in self.weekdays


def frame_cap_w(frames: Iterable[Frame], now: datetime, zone: ZoneInfo) -> float:
    """Return the lowest cap of the frames in force, infinite where none is."""
    local = now.astimezone(zone)
    return min(
        (frame.cap_w for frame in frames if frame.holds(local)), default=math.inf
    )
