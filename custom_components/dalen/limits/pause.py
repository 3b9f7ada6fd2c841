"""The resident's pause: it wins over every order, and survives a restart."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any, Final, Self

from . import stored
from .local_time import local_days, moment_at

MORNING: Final = time(6)


class PauseChoice(StrEnum):
    """For how long the resident pauses."""

    ONE_HOUR = "one_hour"
    FOUR_HOURS = "four_hours"
    UNTIL_TOMORROW = "until_tomorrow"
    UNTIL_RESUMED = "until_resumed"


_LASTS: Final = {
    PauseChoice.ONE_HOUR: timedelta(hours=1),
    PauseChoice.FOUR_HOURS: timedelta(hours=4),
}

MAX_PAUSE: Final = timedelta(days=31)
"""The longest pause of its own length; a longer one has no end."""

# From four hours before six, to six the next day, on the longest day of the year.
_LONGEST_NIGHT: Final = timedelta(hours=29)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A pause that was asked for."""

    choice: PauseChoice | None
    """None for a pause of its own length."""

    until: datetime | None
    """The first moment at which it is over; None until the resident resumes."""

    lasts: timedelta | None = None
    """How long it was to last; None for until a morning or until resumed."""

    @classmethod
    def begin(
        cls, choice: PauseChoice | timedelta, now: datetime, zone: tzinfo
    ) -> Self:
        """Return the pause that starts now; a length is cut to 31 days.

        Until tomorrow is until the first six in the morning that is more than four
        hours away, so that this choice always lasts longer than the one before it.
        """
        if isinstance(choice, timedelta):
            lasts = min(choice, MAX_PAUSE)
            return cls(choice=None, until=now + lasts, lasts=lasts)
        if choice is PauseChoice.UNTIL_TOMORROW:
            return cls(choice=choice, until=_next_morning(now, zone))
        if (hours := _LASTS.get(choice)) is None:
            return cls(choice=choice, until=None)
        return cls(choice=choice, until=now + hours, lasts=hours)

    def holds_at(self, now: datetime) -> bool:
        """Tell if the pause is not over."""
        return self.until is None or now < self.until

    def after_jump(self, jump: timedelta) -> Self:
        """Return the pause after the clock jumped while it ran.

        What is counted in hours goes on as long; a morning stays that morning.
        """
        if self.until is None or self.lasts is None:
            return self
        return replace(self, until=self.until + jump)

    def bounded(self, now: datetime) -> Self:
        """Return the pause, no longer than such a pause can last from now."""
        if self.until is None:
            return self
        longest = now + (self.lasts or _LONGEST_NIGHT)
        return replace(self, until=min(self.until, longest))

    def as_dict(self) -> dict[str, Any]:
        """Return the pause as JSON can hold it."""
        return {
            "choice": None if self.choice is None else self.choice.value,
            "until": stored.text(self.until),
            "lasts_s": None if self.lasts is None else self.lasts.total_seconds(),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read what `as_dict` wrote. Raises ValueError when it is not that."""
        with stored.reading("pause"):
            data = stored.section(data)
            until = stored.moment_or_none(data["until"])
            if data["choice"] is None:
                return cls(choice=None, until=until, lasts=_own_length(data, until))
            choice = PauseChoice(data["choice"])
            if (until is None) != (choice is PauseChoice.UNTIL_RESUMED):
                raise ValueError(f"{choice} with until {until}")
        return cls(choice=choice, until=until, lasts=_LASTS.get(choice))


def _own_length(data: Mapping[str, Any], until: datetime | None) -> timedelta:
    """Return a stored length. Raises ValueError when no pause can have it."""
    lasts = timedelta(seconds=stored.number(data["lasts_s"]))
    if until is None or not timedelta() < lasts <= MAX_PAUSE:
        raise ValueError(f"a pause of {lasts} until {until}")
    return lasts


def _next_morning(now: datetime, zone: tzinfo) -> datetime:
    """Return the first six in the morning that is more than four hours away."""
    earliest = now + _LASTS[PauseChoice.FOUR_HOURS]
    mornings = (
        moment_at(day, MORNING, zone)
        for day in local_days(now, now + timedelta(days=2), zone)
    )
    return next(morning for morning in mornings if morning > earliest)
