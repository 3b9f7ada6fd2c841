"""The calendar that people live by: local time, types of day, Dutch holidays."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from dalen_hub.forecast.arrays import DAY_S, HOUR_S, Floats, Integers

_EPOCH: Final = date(1970, 1, 1)
# 1 January 1970 was a Thursday, which Python counts as 3.
_EPOCH_WEEKDAY: Final = 3


class DayType(IntEnum):
    """Days on which people behave alike."""

    WORKDAY = 0
    SATURDAY = 1
    SUNDAY = 2
    """Also the public holidays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalTimes:
    """Instants as the clock and the calendar on the wall tell them, each (n,)."""

    hour: Floats
    """Hour of the day with its fraction, 0 to 24."""
    weekday: Integers
    """0 is Monday."""
    day_type: Integers
    year_share: Floats
    """How far the year has come, 0 to 1."""


@lru_cache(maxsize=64)
def dutch_holidays(year: int) -> frozenset[date]:
    """Return the days of a year on which the Netherlands do not work.

    Good Friday and Liberation Day are left out: most people work on them.
    """
    easter = easter_sunday(year)
    return frozenset(
        {
            date(year, 1, 1),
            *(easter + timedelta(days=days) for days in (0, 1, 39, 49, 50)),
            _kings_day(year),
            date(year, 12, 25),
            date(year, 12, 26),
        }
    )


def easter_sunday(year: int) -> date:
    """Return Easter Sunday by the anonymous Gregorian algorithm (Meeus)."""
    golden = year % 19
    century, years = divmod(year, 100)
    leap_centuries, centuries = divmod(century, 4)
    moon = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - moon + 15) % 30
    leaps, rest = divmod(years, 4)
    weekday = (32 + 2 * centuries + 2 * leaps - epact - rest) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def day_type(day: date) -> DayType:
    """Return the type of a local day."""
    if day.weekday() == 6 or day in dutch_holidays(day.year):
        return DayType.SUNDAY
    return DayType.SATURDAY if day.weekday() == 5 else DayType.WORKDAY


def local_times(times_s: Integers, zone: ZoneInfo) -> LocalTimes:
    """Return what instants (seconds since 1970 UTC) are in ``zone``."""
    local_s = times_s + _offsets_s(times_s, zone)
    days, position = np.unique(local_s // DAY_S, return_inverse=True)
    dates = [_EPOCH + timedelta(days=int(day)) for day in days]
    types = np.array([day_type(day) for day in dates], dtype=np.int64)
    shares = np.array([(day.timetuple().tm_yday - 1) / 365.25 for day in dates])
    return LocalTimes(
        hour=(local_s % DAY_S) / HOUR_S,
        weekday=((days + _EPOCH_WEEKDAY) % 7)[position],
        day_type=types[position],
        year_share=shares[position],
    )


def _offsets_s(times_s: Integers, zone: ZoneInfo) -> Integers:
    """Return the offsets from UTC; they change at full hours only."""
    hours, position = np.unique(times_s // HOUR_S, return_inverse=True)
    offsets = np.array([_offset_s(int(hour), zone) for hour in hours], dtype=np.int64)
    return offsets[position]


def _offset_s(hour: int, zone: ZoneInfo) -> int:
    """Return the offset from UTC in an hour, counted since 1970."""
    offset = datetime.fromtimestamp(hour * HOUR_S, UTC).astimezone(zone).utcoffset()
    return 0 if offset is None else round(offset.total_seconds())


def _kings_day(year: int) -> date:
    """Return King's Day: 27 April, a day earlier when that is a Sunday.

    Until 2013 it was Queen's Day on 30 April, which this leaves out.
    """
    day = date(year, 4, 27)
    return day - timedelta(days=1) if day.weekday() == 6 else day
