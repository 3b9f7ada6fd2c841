"""Dutch holidays and local time."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from dalen_hub.forecast.calendar import (
    DayType,
    day_type,
    dutch_holidays,
    easter_sunday,
    local_times,
)

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize(
    "easter",
    [date(2024, 3, 31), date(2025, 4, 20), date(2026, 4, 5), date(2038, 4, 25)],
)
def test_easter(easter: date) -> None:
    """As printed in calendars, the latest possible one too."""
    assert easter_sunday(easter.year) == easter


def test_holidays_of_2026() -> None:
    """New Year, Easter, King's Day, Ascension, Whitsun, Christmas."""
    assert sorted(dutch_holidays(2026)) == [
        date(2026, 1, 1),
        date(2026, 4, 5),
        date(2026, 4, 6),
        date(2026, 4, 27),
        date(2026, 5, 14),
        date(2026, 5, 24),
        date(2026, 5, 25),
        date(2026, 12, 25),
        date(2026, 12, 26),
    ]


def test_kings_day_is_never_on_a_sunday() -> None:
    """In 2025 the 27th of April was one."""
    assert date(2025, 4, 26) in dutch_holidays(2025)
    assert date(2025, 4, 27) not in dutch_holidays(2025)


def test_types_of_days() -> None:
    """A holiday counts as a Sunday."""
    assert day_type(date(2026, 11, 23)) is DayType.WORKDAY
    assert day_type(date(2026, 11, 21)) is DayType.SATURDAY
    assert day_type(date(2026, 11, 22)) is DayType.SUNDAY
    assert day_type(date(2026, 12, 25)) is DayType.SUNDAY
    assert day_type(date(2026, 12, 26)) is DayType.SUNDAY


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_local_times_follow_the_clock_on_the_wall(day: date) -> None:
    """Every quarter hour of a day of clock change."""
    begin = datetime(day.year, day.month, day.day, tzinfo=AMSTERDAM)
    times_s = int(begin.timestamp()) + 900 * np.arange(110)
    local = local_times(times_s, AMSTERDAM)
    for index, time_s in enumerate(times_s):
        expected = datetime.fromtimestamp(int(time_s), AMSTERDAM)
        assert local.hour[index] == expected.hour + expected.minute / 60
        assert local.weekday[index] == expected.weekday()
        assert local.day_type[index] == day_type(expected.date())
