"""From local wall-clock times to moments in UTC, also on days of 23 or 25 hours."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo


def moment_at(day: date, wall: time, zone: tzinfo) -> datetime:
    """Return when the local clock shows this time, in UTC.

    A time that comes twice is the first of the two. A time that is skipped is as
    long after midnight as on other days.
    """
    return datetime.combine(day, wall, tzinfo=zone).astimezone(UTC)


def local_days(now: datetime, until: datetime, zone: tzinfo) -> Iterator[date]:
    """Return the local days from the day before now up to that of until.

    The day before is there because a block can go past midnight.
    """
    day = now.astimezone(zone).date() - timedelta(days=1)
    last = until.astimezone(zone).date()
    while day <= last:
        yield day
        day += timedelta(days=1)
