"""The fixed frame of the pilot: hours of the local clock, also when that changes."""

from datetime import UTC, datetime, time, timedelta
import math
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.dalen.limits import PILOT_FRAME, LimitSource, Schedule, TimeBlock

from .builders import NOW
from .houses import ZONE, House


def utc(text: str) -> datetime:
    """Return a local time of Dalen in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def spans(block: TimeBlock, now: datetime) -> list[tuple[datetime, datetime | None]]:
    """Return start and end of each limit."""
    limits = Schedule(blocks=(block,)).limits(now, ZONE)
    return [(limit.start, limit.end) for limit in limits]


def test_the_frame_of_the_pilot_holds_without_a_hub() -> None:
    """500 W from four to nine, then nothing, and the same the next day."""
    house = House(schedule=PILOT_FRAME)
    decision = house.follow()
    assert decision.effective.limit_w == 500
    assert decision.effective.source is LimitSource.SCHEDULE
    assert decision.effective.until == utc("2026-11-23 21:00")
    house.wait(180)
    decision = house.follow()
    assert decision.effective.limit_w is None
    starts = [limit.start for limit in house.engine.limits(house.now)]
    assert starts == [utc("2026-11-24 16:00"), utc("2026-11-25 16:00")]


def test_a_block_past_midnight_belongs_to_the_day_it_starts() -> None:
    """Friday night to Saturday morning."""
    block = TimeBlock(days=frozenset({4}), start=time(22), end=time(6), limit_w=1)
    saturday = utc("2026-11-28 03:00")
    assert spans(block, saturday) == [
        (utc("2026-11-27 22:00"), utc("2026-11-28 06:00"))
    ]
    assert spans(block, utc("2026-11-28 06:00")) == []


def test_a_block_of_a_whole_day() -> None:
    """The end at the start is a day later."""
    block = TimeBlock(start=time(0), end=time(0), limit_w=1)
    limits = spans(block, NOW)
    assert limits[0] == (utc("2026-11-23 00:00"), utc("2026-11-24 00:00"))
    assert [e for _, e in limits[:-1]] == [s for s, _ in limits[1:]]


@pytest.mark.parametrize(
    ("day", "start", "end", "hours"),
    [
        ("2026-03-29", time(1), time(4), 2),
        ("2026-10-25", time(1), time(4), 4),
        ("2026-03-29", time(1), time(2, 30), 1.5),
        ("2026-10-25", time(2, 30), time(3), 1.5),
    ],
)
def test_the_nights_of_23_and_25_hours(
    day: str, start: time, end: time, hours: float
) -> None:
    """The block follows the clock on the wall."""
    block = TimeBlock(start=start, end=end, limit_w=1)
    (first, *_) = spans(block, utc(f"{day} 00:00"))
    assert first[1] is not None
    assert (first[1] - first[0]) / timedelta(hours=1) == hours


def test_a_block_within_the_skipped_hour_does_not_end_before_it_starts() -> None:
    """That night it is not there."""
    block = TimeBlock(start=time(2, 30), end=time(3, 10), limit_w=1)
    limits = spans(block, utc("2026-03-29 00:00"))
    assert limits[0][0] == utc("2026-03-30 02:30")


@pytest.mark.parametrize(
    "wrong",
    [
        {"days": frozenset()},
        {"days": frozenset({7})},
        {"limit_w": -1},
        {"limit_w": math.nan},
    ],
)
def test_a_block_that_means_nothing_is_refused(wrong: dict[str, Any]) -> None:
    """With what to give instead."""
    with pytest.raises(ValueError, match=r"give|finite"):
        TimeBlock(**{"start": time(1), "end": time(2), "limit_w": 1, **wrong})


def test_a_schedule_has_a_bound() -> None:
    """Nobody makes a hundred blocks by hand."""
    block = TimeBlock(start=time(1), end=time(2), limit_w=1)
    with pytest.raises(ValueError, match="at most 100"):
        Schedule(blocks=(block,) * 101)


BLOCKS = st.builds(
    TimeBlock,
    days=st.frozensets(st.integers(0, 6), min_size=1),
    start=st.times(),
    end=st.times(),
    limit_w=st.floats(0, 5000),
)


@given(
    blocks=st.lists(BLOCKS, max_size=5),
    now=st.integers(0, 2 * 365 * 24 * 60).map(lambda m: NOW + timedelta(minutes=m)),
)
def test_every_block_is_a_sound_order_of_the_next_two_days(
    blocks: list[TimeBlock], now: datetime
) -> None:
    """It has an end, starts before it, and comes back from storage the same."""
    schedule = Schedule(blocks=tuple(blocks))
    assert Schedule.from_dict(schedule.as_dict()) == schedule
    for limit in schedule.limits(now, ZONE):
        assert limit.end is not None
        assert limit.start < limit.end
        assert limit.end > now
        assert limit.start < now + timedelta(hours=48)
        assert limit.end - limit.start <= timedelta(hours=25)


@pytest.mark.parametrize(
    "stored",
    [
        None,
        {},
        {"blocks": 1},
        {"blocks": [1]},
        {"blocks": [{"days": [0.5], "start": "16:00", "end": "21:00", "limit_w": 1}]},
        {"blocks": [{"days": [0], "start": "25:00", "end": "21:00", "limit_w": 1}]},
        {"blocks": [{"days": [0], "start": "16:00Z", "end": "21:00", "limit_w": 1}]},
        {"blocks": [{"days": [0], "start": 16, "end": "21:00", "limit_w": 1}]},
        {"blocks": [{"days": [0], "start": "16:00", "end": "21:00", "limit_w": "1"}]},
        {"blocks": [{"days": [0], "start": "16:00", "end": "21:00", "limit_w": True}]},
    ],
)
def test_a_stored_schedule_that_is_none_is_a_value_error(stored: object) -> None:
    """Whatever it is."""
    with pytest.raises(ValueError, match="cannot be read"):
        Schedule.from_dict(stored)  # type: ignore[arg-type]
