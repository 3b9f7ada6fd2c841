"""Whether the clock of the house can be trusted, and how much time really passed."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from . import stored

EARLIEST: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""Before this there was no Dalen: such a clock was never set."""

MAX_STEP: Final = timedelta(minutes=10)
"""A longer step between two decisions is a jump, or time that nobody watched."""

MAX_SKEW: Final = timedelta(minutes=5)
"""More would move a quarter hour of the hub into another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What happened to the clock between two decisions."""

    passed: timedelta
    """How much time passed as far as the clock tells, 0 or more."""

    jump: timedelta | None
    """How far it jumped, None when it went as clocks go."""

    is_restart: bool
    """True for the first step after a restart: nobody watched in between."""

    last: datetime
    """The last moment, on the old clock, that the house certainly watched."""

    watched_until: datetime
    """Until when, on the old clock, the house may have been watched."""


class ClockWatch:
    """Follow the clock from decision to decision."""

    def __init__(self) -> None:
        """Start without a moment to compare with."""
        self._last: datetime | None = None
        self._slack = timedelta()
        self._doubt_until: datetime | None = None
        self._is_skewed = False

    def advance(self, now: datetime) -> Step:
        """Move to now, and tell what happened since the last time."""
        last, slack = self._last or now, self._slack
        self._last, self._slack = now, timedelta()
        step = now - last
        if step < -MAX_SKEW:
            self._doubt_until = last
        # What was stored is up to the slack too old.
        is_jump = not timedelta() <= step <= MAX_STEP + slack
        return Step(
            passed=max(step, timedelta()),
            jump=step if is_jump else None,
            is_restart=bool(slack),
            last=last,
            watched_until=last + slack,
        )

    def hear(self, now: datetime, hub_time: datetime | None) -> None:
        """Compare with the clock of a hub that just answered.

        An answer without a time still says that the house is back in the world.
        """
        self._doubt_until = None
        if hub_time is not None:
            self._is_skewed = abs(hub_time - now) > MAX_SKEW

    def is_wrong(self, now: datetime) -> bool:
        """Tell if orders that name a time cannot be trusted to mean it."""
        if self._doubt_until is not None and now >= self._doubt_until:
            self._doubt_until = None
        return now < EARLIEST or self._is_skewed or self._doubt_until is not None

    def as_dict(self) -> dict[str, str | None]:
        """Return the last moment, coarse, as JSON can hold it."""
        return {"last": stored.text(self._last and stored.floor(self._last))}

    def restore(self, data: object) -> None:
        """Take over what `as_dict` wrote. Raises ValueError when it is not that."""
        with stored.reading("clock"):
            last = stored.moment_or_none(stored.section(data)["last"])
        self._last, self._slack = last, stored.STORE_EVERY
