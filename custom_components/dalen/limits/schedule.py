"""The fixed frame of the pilot: the same limit at the same hours of the week.

It works without a hub. Local time is turned into moments here, and nowhere else.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, Final, Self

from . import stored
from .envelope import MAX_HORIZON
from .local_time import local_days, moment_at
from .model import Limit, LimitSource

ALL_DAYS: Final = frozenset(range(7))
MAX_BLOCKS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeBlock:
    """A stretch of local time that comes back every week, with its limit.

    Raises ValueError for days outside 0 to 6, none, or watts below 0.
    """

    days: frozenset[int] = ALL_DAYS
    """The days on which it starts, 0 for Monday."""

    start: time
    end: time
    """When it ends; at or before the start it is on the next day."""

    limit_w: float

    def __post_init__(self) -> None:
        """Refuse a block that never is, or that means nothing."""
        if not self.days or not self.days <= ALL_DAYS:
            raise ValueError(f"days {sorted(self.days)}: give some of 0 to 6")
        if not stored.number(self.limit_w) >= 0:
            raise ValueError(f"limit_w {self.limit_w}: give watts, 0 or more")

    def as_dict(self) -> dict[str, Any]:
        """Return the block as JSON can hold it."""
        return {
            "days": sorted(self.days),
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "limit_w": self.limit_w,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read what `as_dict` wrote. Raises ValueError when it is not that."""
        with stored.reading("time block"):
            data = stored.section(data)
            return cls(
                days=frozenset(stored.count(day) for day in data["days"]),
                start=_wall(data["start"]),
                end=_wall(data["end"]),
                limit_w=stored.number(data["limit_w"]),
            )

    def on(self, day: date, zone: tzinfo) -> tuple[datetime, datetime] | None:
        """Return start and end when it starts on this local day, else None."""
        if day.weekday() not in self.days:
            return None
        last = day if self.end > self.start else day + timedelta(days=1)
        start, end = moment_at(day, self.start, zone), moment_at(last, self.end, zone)
        # On the night that skips an hour nothing may be left of it.
        return (start, end) if start < end else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The blocks of a week. Raises ValueError when there are too many."""

    blocks: tuple[TimeBlock, ...] = field(default=())

    def __post_init__(self) -> None:
        """Refuse a schedule that nobody made by hand."""
        if len(self.blocks) > MAX_BLOCKS:
            raise ValueError(f"{len(self.blocks)} blocks: at most {MAX_BLOCKS}")

    def limits(self, now: datetime, zone: tzinfo) -> list[Limit]:
        """Return the limits of the next 48 hours, with that of now."""
        until = now + MAX_HORIZON
        return [
            Limit(
                source=LimitSource.SCHEDULE,
                limit_w=block.limit_w,
                start=start,
                end=end,
                reason="schedule of the house",
            )
            for block in self.blocks
            for start, end in occurrences(block, now, until, zone)
        ]

    def as_dict(self) -> dict[str, Any]:
        """Return the schedule as JSON can hold it."""
        return {"blocks": [block.as_dict() for block in self.blocks]}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read what `as_dict` wrote. Raises ValueError when it is not that."""
        with stored.reading("schedule"):
            return cls(blocks=_blocks(stored.section(data)["blocks"]))


PILOT_FRAME: Final = Schedule(
    blocks=(TimeBlock(start=time(16), end=time(21), limit_w=500.0),)
)
"""What the pilot in Dalen did: 500 W in the late afternoon and the evening."""


def occurrences(
    block: TimeBlock, now: datetime, until: datetime, zone: tzinfo
) -> Iterator[tuple[datetime, datetime]]:
    """Return start and end of the block each time it is between now and until."""
    for day in local_days(now, until, zone):
        span = block.on(day, zone)
        if span is not None and span[0] < until and now < span[1]:
            yield span


def _blocks(items: Iterable[Mapping[str, Any]]) -> tuple[TimeBlock, ...]:
    """Return stored blocks."""
    return tuple(TimeBlock.from_dict(item) for item in items)


def _wall(value: Any) -> time:
    """Return a stored local time. Raises ValueError when it is none."""
    wall = time.fromisoformat(value)
    if wall.tzinfo is not None:
        raise ValueError(f"{value}: a time of the week has no offset")
    return wall
