"""When to write to the heat pump: not too often, and never too late to let go."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """Write this limit now."""

    limit_w: float | None
    """Watts; None releases the heat pump."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Write nothing before this moment; then decide again."""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """The heat pump already has the wanted limit."""


class Pacer:
    """Keep writes apart and within a daily budget.

    Some devices store every write in memory that wears out. A release is never
    held back: it is the resident's or the safe way out.
    """

    def __init__(
        self,
        *,
        min_interval_s: float,
        daily_budget: int,
        writes: Iterable[datetime] = (),
    ):
        """Take the device's limits and the writes of the last day, if known."""
        self._min_interval = timedelta(seconds=min_interval_s)
        self._daily_budget = daily_budget
        self._writes = sorted(writes)

    @property
    def writes(self) -> tuple[datetime, ...]:
        """Return the moments of the recent writes, to store them."""
        return tuple(self._writes)

    def restore(self, writes: Iterable[datetime]) -> None:
        """Take over the writes of an earlier run."""
        self._writes = sorted(writes)

    def decide_write(
        self,
        wanted_w: float | None,
        written_w: float | None,
        now: datetime,
        *,
        urgent: bool = False,
    ) -> Write | Wait | Keep:
        """Return what to do to get from the written to the wanted limit.

        Both are watts as the device applies them, or None for released. Urgent
        is for an emergency stop. With the budget used up, a higher limit
        becomes a release: a low limit must not outlive its order.
        """
        if wanted_w == written_w:
            return Keep()
        if wanted_w is None or urgent:
            return Write(limit_w=wanted_w)
        if (until := self._too_soon_until(now)) is not None:
            return Wait(until=until)
        if (until := self._used_up_until(now)) is None:
            return Write(limit_w=wanted_w)
        is_higher = written_w is not None and wanted_w > written_w
        return Write(limit_w=None) if is_higher else Wait(until=until)

    def note_write(self, now: datetime) -> None:
        """Count a write that was done."""
        self._writes = [*(w for w in self._writes if now - w < DAY), now]

    def _too_soon_until(self, now: datetime) -> datetime | None:
        """Return when the minimum interval is over, or None when it is."""
        if not self._writes or now < self._writes[-1]:
            return None
        until = self._writes[-1] + self._min_interval
        return until if now < until else None

    def _used_up_until(self, now: datetime) -> datetime | None:
        """Return when the daily budget has room again, or None when it has."""
        recent = [write for write in self._writes if now - write < DAY]
        if len(recent) < self._daily_budget:
            return None
        return recent[-self._daily_budget] + DAY
