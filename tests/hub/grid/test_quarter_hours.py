"""Quarter hours and local days, across changes of the clock."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from dalen_hub.grid.quarter_hours import (
    QUARTER,
    floor_quarter,
    is_quarter,
    local_date,
    local_day_quarters,
    local_midnight,
)

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize(
    ("day", "quarters"),
    [
        (date(2026, 11, 23), 96),
        (date(2026, 3, 29), 92),
        (date(2026, 10, 25), 100),
    ],
)
def test_local_day_has_as_many_quarters_as_the_clock_gives(
    day: date, quarters: int
) -> None:
    """A day of clock change is an hour shorter or longer."""
    starts = local_day_quarters(day, AMSTERDAM)
    assert len(starts) == quarters
    assert starts[0] == local_midnight(day, AMSTERDAM)
    assert starts[-1] + QUARTER == local_midnight(day + timedelta(days=1), AMSTERDAM)


def test_midnight_is_given_in_utc() -> None:
    """Amsterdam is an hour ahead in winter and two in summer."""
    assert local_midnight(date(2026, 11, 23), AMSTERDAM) == datetime(
        2026, 11, 22, 23, tzinfo=UTC
    )
    assert local_midnight(date(2026, 7, 1), AMSTERDAM).tzinfo is UTC


@given(st.dates(date(2000, 1, 1), date(2099, 12, 30)))
def test_days_follow_each_other_without_gap(day: date) -> None:
    """Every quarter hour belongs to exactly one day."""
    today = local_day_quarters(day, AMSTERDAM)
    tomorrow = local_day_quarters(day + timedelta(days=1), AMSTERDAM)
    assert today[-1] + QUARTER == tomorrow[0]
    assert {local_date(start, AMSTERDAM) for start in today} == {day}


@given(
    st.datetimes(
        datetime(2000, 1, 1),  # noqa: DTZ001
        datetime(2099, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    )
)
def test_floor_is_the_last_quarter_that_began(moment: datetime) -> None:
    """The floor is at most 15 minutes back and starts a quarter hour."""
    start = floor_quarter(moment)
    assert timedelta(0) <= moment - start < QUARTER
    assert is_quarter(start)
    assert start.minute % 15 == 0
    assert not start.second
