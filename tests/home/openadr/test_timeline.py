"""Intervals in time, case by case of the User Guide."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.dalen.openadr.errors import TimelineError
from custom_components.dalen.openadr.reader import read_event
from custom_components.dalen.openadr.timeline import Slot, timeline

from .builders import NOW, at, caps_json, event, interval

HOUR = timedelta(hours=1)


def shown(slots: list[Slot]) -> list[tuple[str, str | None, Any]]:
    """Return slots in short: start, end and value."""
    return [
        (
            f"{slot.start:%H:%M}",
            None if slot.end is None else f"{slot.end:%H:%M}",
            next(iter(slot.values.values())) if len(slot.values) == 1 else slot.values,
        )
        for slot in slots
    ]


def prices(*intervals: dict[str, Any], **fields: Any) -> list[tuple[Any, ...]]:
    """Return the timeline of an event in short."""
    return shown(timeline(event(intervals=list(intervals), **fields), now=NOW))


PERIOD = {"start": "2026-11-23T16:00:00Z", "duration": "PT1H"}


def test_even_intervals_start_at_n_times_the_duration() -> None:
    """The event's period is the default of every interval."""
    assert prices(
        interval(0, ("PRICE", 1)), interval(1, ("PRICE", 2)), intervalPeriod=PERIOD
    ) == [("16:00", "17:00", 1), ("17:00", "18:00", 2)]


def test_own_duration_moves_the_intervals_that_follow() -> None:
    """Example 7.4-1 of the User Guide."""
    assert prices(
        interval(0, ("PRICE", 1)),
        interval(1, ("PRICE", 2), duration="PT2H"),
        interval(2, ("PRICE", 3)),
        intervalPeriod=PERIOD,
    ) == [("16:00", "17:00", 1), ("17:00", "19:00", 2), ("19:00", "20:00", 3)]


def test_periods_per_interval_can_leave_a_gap() -> None:
    """No period on the event, one on each interval."""
    assert prices(
        interval(0, ("PRICE", 1), start="2026-11-23T16:00:00Z", duration="PT5M"),
        interval(1, ("PRICE", 2), start="2026-11-23T18:00:00+01:00", duration="PT5M"),
    ) == [("16:00", "16:05", 1), ("17:00", "17:05", 2)]


def test_a_random_start_is_not_applied() -> None:
    """The standard lets us: a cap is a bound, and the house spreads the release."""
    period = PERIOD | {"randomizeStart": "PT10M"}
    assert prices(interval(0, ("PRICE", 1)), intervalPeriod=period) == [
        ("16:00", "17:00", 1)
    ]


def test_several_values_divide_their_interval() -> None:
    """Example 7.3-1 of the User Guide."""
    assert prices(
        interval(0, ("PRICE", [1, 2, 3])),
        intervalPeriod=PERIOD | {"duration": "PT3H"},
    ) == [("16:00", "17:00", 1), ("17:00", "18:00", 2), ("18:00", "19:00", 3)]


def test_payload_types_stand_side_by_side() -> None:
    """Two types with another number of values meet in the same slots."""
    slots = timeline(
        event(
            intervals=[interval(0, ("A", "x"), ("B", [1, 2]))], intervalPeriod=PERIOD
        ),
        now=NOW,
    )
    assert [slot.values for slot in slots] == [{"A": "x", "B": 1}, {"A": "x", "B": 2}]


def test_where_intervals_overlap_the_later_one_shows() -> None:
    """The longer one comes back when the short one is over."""
    assert prices(
        interval(0, ("PRICE", 1), start="2026-11-23T16:00:00Z", duration="PT3H"),
        interval(1, ("PRICE", 2), start="2026-11-23T17:00:00Z", duration="PT1H"),
    ) == [("16:00", "17:00", 1), ("17:00", "18:00", 2), ("18:00", "19:00", 1)]


@pytest.mark.parametrize(
    ("fields", "start"),
    [
        ({}, "16:07"),
        ({"createdDateTime": "2026-11-23T16:00:00Z"}, "16:00"),
        (
            {
                "createdDateTime": "2026-11-23T15:00:00Z",
                "modificationDateTime": "2026-11-23T16:05:00Z",
            },
            "16:05",
        ),
        ({"modificationDateTime": "2026-11-23T18:00:00Z"}, "16:07"),
    ],
)
def test_now_is_the_last_change_and_never_later_than_now(
    fields: dict[str, str], start: str
) -> None:
    """A finite event that starts now must end, however often it is read."""
    slots = prices(
        interval(0, ("PRICE", 1)),
        intervalPeriod={"start": "0001-01-01T00:00:00Z", "duration": "PT1H"},
        **fields,
    )
    assert [slot[0] for slot in slots] == [start]


def test_now_per_interval() -> None:
    """The first takes the event's start, the others follow the one before."""
    assert prices(
        interval(0, ("PRICE", 1), start="0001-01-01"),
        interval(1, ("PRICE", 2), start="0001-01-01T00:00:00", duration="PT2H"),
        intervalPeriod=PERIOD,
    ) == [("16:00", "17:00", 1), ("17:00", "19:00", 2)]
    assert prices(
        interval(0, ("PRICE", 1), start="0001-01-01", duration="PT1H"),
        createdDateTime="2026-11-23T16:00:00Z",
    ) == [("16:00", "17:00", 1)]


def test_infinite_duration_has_no_end() -> None:
    """P9999Y, and anything else beyond the calendar, is no end."""
    for duration in ("P9999Y", "P8000Y"):
        assert prices(
            interval(0, ("PRICE", 1)), intervalPeriod=PERIOD | {"duration": duration}
        ) == [("16:00", None, 1)]


def test_event_duration_cuts() -> None:
    """What lies after the duration of the event is left out."""
    intervals = [interval(0, ("PRICE", 1)), interval(1, ("PRICE", 2))]
    assert prices(*intervals, intervalPeriod=PERIOD, duration="PT90M") == [
        ("16:00", "17:00", 1),
        ("17:00", "17:30", 2),
    ]
    assert prices(*intervals, intervalPeriod=PERIOD, duration="PT0S") == []
    endless = PERIOD | {"duration": "P9999Y"}
    assert prices(intervals[0], intervalPeriod=endless, duration="PT2H") == [
        ("16:00", "18:00", 1)
    ]


def test_intervals_without_length_are_nothing() -> None:
    """They are left out, and repeat into nothing."""
    empty = PERIOD | {"duration": "PT0S"}
    step = interval(0, ("PRICE", 1))
    assert prices(step, intervalPeriod=empty) == []
    assert prices(step, intervalPeriod=empty, duration="P9999Y") == []


def test_event_duration_loops_until_its_end() -> None:
    """The last round can be a part."""
    intervals = [interval(0, ("PRICE", 1)), interval(1, ("PRICE", 2))]
    assert prices(*intervals, intervalPeriod=PERIOD, duration="PT3H") == [
        ("16:00", "17:00", 1),
        ("17:00", "18:00", 2),
        ("18:00", "19:00", 1),
    ]


def test_endless_loop_is_laid_out_around_now() -> None:
    """The fixed frame of a pilot: a day that repeats for years."""
    frame = event(
        intervals=[interval(n, ("PRICE", n)) for n in range(24)],
        intervalPeriod={"start": "2020-01-01T00:00:00Z", "duration": "PT1H"},
        duration="P9999Y",
    )
    slots = timeline(frame, now=NOW)
    assert slots[0].start == at("00:00")
    assert slots[-1].end is not None
    assert slots[-1].end >= NOW + timedelta(hours=48)
    assert {slot.start.hour for slot in slots} == set(range(24))
    assert all(slot.values == {"PRICE": slot.start.hour} for slot in slots)


def test_loop_that_starts_later_shows_its_first_round() -> None:
    """A frame for next week can be shown today."""
    assert prices(
        interval(0, ("PRICE", 1)),
        intervalPeriod=PERIOD | {"start": "2026-12-01T16:00:00Z"},
        duration="P9999Y",
    ) == [("16:00", "17:00", 1)]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, "interval 3 has no start"),
        ({"intervalPeriod": {"start": "2026-11-23T16:00:00Z"}}, "no duration"),
        ({"intervalPeriod": {"duration": "PT1H"}}, "no start"),
        (
            {"intervalPeriod": PERIOD | {"duration": "PT0.01S"}, "duration": "P9999Y"},
            "repeats",
        ),
    ],
)
def test_what_cannot_be_laid_out_is_refused(
    fields: dict[str, Any], reason: str
) -> None:
    """The error says why; a huge list is never made."""
    with pytest.raises(TimelineError, match=reason):
        prices(interval(3, ("PRICE", 1)), **fields)


def test_end_of_the_calendar() -> None:
    """Just before the end of the year 9999 nothing breaks."""
    last = {"start": "9999-12-31T23:30:00Z", "duration": "PT20M"}
    assert prices(interval(0, ("PRICE", 1)), intervalPeriod=last) == [
        ("23:30", "23:50", 1)
    ]
    two = [interval(number, ("PRICE", number)) for number in range(2)]
    assert prices(*two, intervalPeriod=last) == [
        ("23:30", "23:50", 0),
        ("23:50", None, 1),
    ]
    assert len(prices(*two, intervalPeriod=last, duration="PT1H")) == 2


def test_infinite_interval_cannot_be_divided_or_followed() -> None:
    """Half of infinity is nothing, and nothing comes after it."""
    endless = PERIOD | {"duration": "P9999Y"}
    with pytest.raises(TimelineError, match="several values"):
        prices(interval(0, ("PRICE", [1, 2])), intervalPeriod=endless)
    with pytest.raises(TimelineError, match="interval 1"):
        prices(
            interval(0, ("PRICE", 1)), interval(1, ("PRICE", 2)), intervalPeriod=endless
        )


def test_too_many_values_or_types_are_refused() -> None:
    """Bounds keep a hostile event from taking the house down."""
    with pytest.raises(TimelineError, match="values"):
        prices(interval(0, ("PRICE", [1] * 10_001)), intervalPeriod=PERIOD)
    with pytest.raises(TimelineError, match="types"):
        prices(interval(0, *((f"T{n}", 1) for n in range(17))), intervalPeriod=PERIOD)


@pytest.mark.parametrize(
    ("day", "quarters"),
    [
        (date(2026, 3, 29), 92),
        (date(2026, 11, 23), 96),
        (date(2026, 10, 25), 100),
    ],
)
def test_a_local_day_is_filled_exactly(day: date, quarters: int) -> None:
    """On days when the clock changes, UTC quarter hours fit without a seam."""
    zone = ZoneInfo("Europe/Amsterdam")
    midnight = datetime.combine(day, time(), zone).astimezone(UTC)
    next_midnight = datetime.combine(day + timedelta(days=1), time(), zone)
    cap_event = read_event(
        caps_json(*range(quarters), start=midnight.strftime("%Y-%m-%dT%H:%M:%SZ"))
    )
    slots = timeline(cap_event, now=midnight)
    assert len(slots) == quarters
    assert slots[0].start == midnight
    assert slots[-1].end == next_midnight.astimezone(UTC)
    assert all(a.end == b.start for a, b in pairwise(slots))
