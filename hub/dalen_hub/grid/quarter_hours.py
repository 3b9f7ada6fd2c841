"""Quarter hours in UTC, and the local days that they make up."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

QUARTER = timedelta(minutes=15)
QUARTER_S = 900


def floor_quarter(moment: datetime) -> datetime:
    """Return the start of the quarter hour that ``moment`` is in, in UTC."""
    seconds = int(moment.timestamp())
    return datetime.fromtimestamp(seconds - seconds % QUARTER_S, UTC)


def is_quarter(moment: datetime) -> bool:
    """Return whether a quarter hour starts exactly at ``moment``."""
    return floor_quarter(moment) == moment


def local_date(moment: datetime, zone: ZoneInfo) -> date:
    """Return the local day that ``moment`` is in."""
    return moment.astimezone(zone).date()


def local_midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the instant, in UTC, at which the local ``day`` starts."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def local_day_quarters(day: date, zone: ZoneInfo) -> list[datetime]:
    """Return the starts of the quarter hours of a local day, in UTC.

    There are 96 of them, 92 on the day that summer time starts and 100 on the
    day that it ends.
    """
    start = local_midnight(day, zone)
    end = local_midnight(day + timedelta(days=1), zone)
    return quarters_between(start, end)


def quarters_between(start: datetime, end: datetime) -> list[datetime]:
    """Return the quarter hours from ``start`` up to, not including, ``end``."""
    return [start + QUARTER * index for index in range((end - start) // QUARTER)]
