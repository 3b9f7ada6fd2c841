"""The boiler-first rule: below its minimum power a heat pump is off and the boiler heats.

It is not switched off and on at every change of the limit: a compressor wears out
by starting. Least times are those of "DefaultHeatPumpSafetyControl" of the IBPSA
library (off 20 min), with a longer run, because a cap is a mean over 15 min.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from . import stored


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldTimes:
    """How long a heat pump stays off and on, as its profile says.

    Raises ValueError when a time is below 0, or more than a limit may last.
    """

    min_off: timedelta = timedelta(minutes=20)
    min_run: timedelta = timedelta(minutes=30)
    max_off: timedelta | None = None
    """The longest block that a device bears; None when it bears any."""

    def __post_init__(self) -> None:
        """Refuse times that would keep a house without its heat pump."""
        longest = timedelta(hours=2)
        if not timedelta() <= self.min_off <= longest:
            raise ValueError(f"min_off {self.min_off}: give 0 to 2 hours")
        if not timedelta() <= self.min_run <= longest:
            raise ValueError(f"min_run {self.min_run}: give 0 to 2 hours")
        if self.max_off is not None and self.max_off < self.min_off:
            raise ValueError(f"max_off {self.max_off} is shorter than min_off")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What the device should get now."""

    limit_w: float | None
    """Watts; None is released."""

    is_off: bool
    """True when it cannot run at this limit: the boiler heats."""

    held_for: timedelta | None = None
    """In how long a hold time is over; None when none holds."""


class RunHold:
    """Keep the times between off and on, in time that no clock can turn back."""

    def __init__(self, minimum_w: float, floor_w: float, times: HoldTimes) -> None:
        """Start with a heat pump that may run, and may be switched off."""
        self._minimum_w = minimum_w
        self._floor_w = floor_w
        self._times = times
        self._off_at_w: float | None = None
        self._since = times.min_run

    def advance(self, passed: timedelta) -> None:
        """Let time pass; it is never below 0."""
        self._since = min(self._since + passed, timedelta(days=2))

    def decide(
        self,
        limit_w: float | None,
        *,
        is_free: bool,
        is_urgent: bool,
        is_protected: bool,
    ) -> Target:
        """Return what the device should get for the limit of now.

        Free: released, so it may start at once. Urgent: an emergency stop, so it
        stops at once. Protected: it defrosts, so it is not stopped in the middle.
        """
        if limit_w is None or limit_w >= self._minimum_w:
            return self._run(limit_w, is_free=is_free or limit_w is None)
        return self._stop(limit_w, is_urgent=is_urgent, is_protected=is_protected)

    def as_dict(self) -> dict[str, Any]:
        """Return the state as JSON can hold it."""
        return {
            "off_at_w": self._off_at_w,
            "since_s": stored.floor_s(self._since),
        }

    def restore(self, data: Mapping[str, Any]) -> None:
        """Take over what `as_dict` wrote. Raises ValueError when it is not that."""
        with stored.reading("hold times"):
            data = stored.section(data)
            since = stored.duration(data["since_s"])
            off_at_w = data["off_at_w"]
            self._off_at_w = None if off_at_w is None else stored.number(off_at_w)
            self._since = since

    def _run(self, limit_w: float | None, *, is_free: bool) -> Target:
        """Let it run, unless it went off too short ago."""
        if self._off_at_w is None:
            return Target(limit_w=limit_w, is_off=False)
        held_w = max(self._off_at_w, self._floor_w)
        left = self._times.min_off - self._since
        # Above the floor of the house it cannot be kept off: it can run there.
        if not is_free and left > timedelta() and held_w < self._minimum_w:
            return Target(limit_w=held_w, is_off=True, held_for=left)
        self._switch(None)
        return Target(limit_w=limit_w, is_off=False)

    def _stop(self, limit_w: float, *, is_urgent: bool, is_protected: bool) -> Target:
        """Stop it, unless it has to run on a while."""
        times = self._times
        if self._off_at_w is not None:
            self._off_at_w = limit_w
            if times.max_off is None or is_urgent:
                return Target(limit_w=limit_w, is_off=True)
            if (left := times.max_off - self._since) > timedelta():
                return Target(limit_w=limit_w, is_off=True, held_for=left)
            self._switch(None)
        left = times.min_run - self._since
        if is_protected or (left > timedelta() and not is_urgent):
            held_for = left if left > timedelta() else None
            return Target(limit_w=self._minimum_w, is_off=False, held_for=held_for)
        self._switch(limit_w)
        return Target(limit_w=limit_w, is_off=True)

    def _switch(self, off_at_w: float | None) -> None:
        """Note that it goes off or on now."""
        self._off_at_w = off_at_w
        self._since = timedelta()
