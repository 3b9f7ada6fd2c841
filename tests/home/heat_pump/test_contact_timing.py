"""A contact is held, paused, and never closed for too long."""

from datetime import timedelta
import math

from hypothesis import given, strategies as st

from custom_components.dalen.heat_pump.contact_timing import ContactTiming
from custom_components.dalen.heat_pump.mechanism import ContactTimes

from .builders import NOW

TIMES = ContactTimes(hold_s=600, pause_s=600, longest_s=7200)


def minutes(count: float) -> timedelta:
    """Return a duration."""
    return timedelta(minutes=count)


def test_a_device_that_is_found_free_may_be_blocked_at_once() -> None:
    """And one of which nothing is known, too."""
    timing = ContactTiming(TIMES)
    assert timing.block_below_w(500, NOW) == 500
    timing.note(None, NOW)
    timing.note(False, NOW)
    assert timing.block_below_w(500, NOW) == 500


def test_a_block_lasts_ten_minutes_and_at_most_two_hours() -> None:
    """In between the limit decides."""
    timing = ContactTiming(TIMES)
    timing.note(True, NOW)
    timing.note(True, NOW + minutes(5))
    assert timing.block_below_w(500, NOW + minutes(9)) == math.inf
    assert timing.block_below_w(500, NOW + minutes(10)) == 500
    assert timing.block_below_w(500, NOW + minutes(119)) == 500
    assert timing.block_below_w(500, NOW + minutes(120)) == 0


def test_after_a_block_the_device_is_left_alone_for_ten_minutes() -> None:
    """Whoever freed it."""
    timing = ContactTiming(TIMES)
    timing.note(True, NOW)
    timing.note(False, NOW + minutes(30))
    assert timing.block_below_w(500, NOW + minutes(39)) == 0
    assert timing.block_below_w(500, NOW + minutes(40)) == 500


def test_a_clock_that_was_set_back_starts_the_time_anew() -> None:
    """No block lasts until the clock has caught up."""
    timing = ContactTiming(TIMES)
    timing.note(True, NOW)
    earlier = NOW - timedelta(days=1)
    assert timing.block_below_w(500, earlier) == math.inf
    assert timing.block_below_w(500, earlier + minutes(10)) == 500


@given(steps=st.lists(st.tuples(st.integers(0, 900), st.floats(0, 2000)), max_size=60))
def test_no_sequence_of_limits_breaks_the_times(
    steps: list[tuple[int, float]],
) -> None:
    """A device that follows it is never blocked longer, nor freed sooner."""
    timing = ContactTiming(TIMES)
    timing.note(False, NOW)
    now, blocked_at, freed_at = NOW, None, None
    for seconds, limit_w in steps:
        for _ in range(seconds // 10 + 1):
            now += timedelta(seconds=10)
            wanted = limit_w < timing.block_below_w(500, now)
            if blocked_at is not None:
                assert now - blocked_at <= minutes(120)
            if wanted and blocked_at is None:
                assert freed_at is None or now - freed_at >= minutes(10)
                blocked_at = now
            elif not wanted and blocked_at is not None:
                assert now - blocked_at >= minutes(10)
                blocked_at, freed_at = None, now
            timing.note(wanted, now)
