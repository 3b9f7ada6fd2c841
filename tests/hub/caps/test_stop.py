"""The emergency stop: bounded, acknowledged, told again, and over by itself."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st
import pytest

from dalen_hub.caps.budget import Reading
from dalen_hub.caps.stop import (
    LONGEST,
    RESENDS,
    Cause,
    Ending,
    Stop,
    StopError,
    acknowledge,
    budget_left,
    expire,
    order_stop,
    overloaded,
    release,
    resend,
)

NOW = datetime(2026, 11, 23, 17, tzinfo=UTC)
TARGETS = ["home-a", "home-b"]
MINUTE = timedelta(minutes=1)


def ordered(duration: timedelta = LONGEST) -> Stop:
    """Return a stop that was just ordered."""
    return order_stop(
        cause=Cause.OPERATOR, by="c", reason=" Fire. ", now=NOW, duration=duration
    )


def test_a_stop_ends_by_itself() -> None:
    """After its time nobody has to do anything."""
    stop = ordered(30 * MINUTE)
    assert stop.reason == "Fire."
    assert stop.in_force(NOW)
    assert not stop.in_force(NOW + 30 * MINUTE)
    assert expire(stop, NOW + 29 * MINUTE) == stop
    over = expire(stop, NOW + 45 * MINUTE)
    assert (over.ending, over.ended_at) == (Ending.EXPIRED, NOW + 30 * MINUTE)
    # Too late to release.
    assert release(over, "c", NOW + 50 * MINUTE) == over


def test_a_release_is_logged() -> None:
    """Who ended it, and when."""
    stop = release(ordered(), "d", NOW + 5 * MINUTE)
    assert (stop.ended_by, stop.ended_at) == ("d", NOW + 5 * MINUTE)
    assert stop.ending is Ending.RELEASED
    assert not stop.in_force(NOW + 6 * MINUTE)


@pytest.mark.parametrize("minutes", [0, -5, 121, 1e6])
def test_a_duration_out_of_bounds_is_refused(minutes: float) -> None:
    """Also one without an end."""
    with pytest.raises(StopError, match="1 to 120"):
        ordered(timedelta(minutes=minutes))


def test_a_stop_needs_a_reason() -> None:
    """Residents read it."""
    with pytest.raises(StopError, match="reason"):
        order_stop(cause=Cause.DSO, by="c", reason=" ", now=NOW)


@given(st.lists(st.integers(1, 100), max_size=60))
def test_never_told_again_more_than_three_times(steps_s: list[int]) -> None:
    """A minute apart, and only those that did not acknowledge."""
    stop, now, told = acknowledge(ordered(), ["home-a"]), NOW, []
    for step in steps_s:
        now += timedelta(seconds=step)
        stop, targets = resend(stop, TARGETS, now)
        if targets:
            assert targets == {"home-b"}
            told.append(now)
    assert len(told) <= RESENDS
    assert all(b - a >= MINUTE for a, b in zip([NOW, *told], told, strict=False))
    stop, targets = resend(acknowledge(stop, TARGETS), TARGETS, now + MINUTE)
    assert not targets


@pytest.mark.parametrize(
    ("minutes", "loads_kw", "expected"),
    [
        (5, [390, 401, 402], True),
        (1, [401, 402], True),
        (5, [402, 399], False),
        (5, [402], False),
        (15, [500, 500], False),
        (5, [], False),
    ],
)
def test_measured_overload_needs_two_short_readings(
    minutes: int, loads_kw: list[float], expected: bool
) -> None:
    """One spike is no emergency, and a quarter hour comes too late."""
    length = timedelta(minutes=minutes)
    readings = [
        Reading(end=NOW - length * back, length=length, load_kw=load_kw)
        for back, load_kw in enumerate(reversed(loads_kw))
    ]
    assert overloaded(readings, 400.0, NOW) is expected
    assert not overloaded(readings, 400.0, NOW + timedelta(hours=1))


def stopped(begin_h: float, minutes: float) -> Stop:
    """Return a stop that began some hours ago and lasted some minutes."""
    begin = NOW - timedelta(hours=begin_h)
    stop = order_stop(cause=Cause.DSO, by="dso", reason="x", now=begin)
    return release(stop, "dso", begin + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("before", "left_min"),
    [
        ([], 120),
        ([(0.5, 10)], 120 - 30),
        ([(3, 10)], 120),
        ([(23, 115), (20, 115)], 10),
        ([(30, 115), (20, 115), (10, 115)], 10),
        ([(23, 115), (20, 115), (10, 115)], 0),
        ([(day * 24 + 30, 1) for day in range(6)], 0),
        ([(day * 24 + 30, 1) for day in range(5)], 120),
        ([(31 * 24, 1)] * 6, 120),
    ],
)
def test_what_houses_would_still_obey(
    before: list[tuple[float, float]], left_min: float
) -> None:
    """2 hours at a time, 4 hours a day, 6 times a month."""
    stops = [stopped(*each) for each in before]
    assert budget_left(stops, NOW) == timedelta(minutes=left_min)
