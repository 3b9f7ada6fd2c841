"""Tests of the guard against guessing."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st
import pytest

from dalen_hub.homes.attempts import MAX_WRONG, WINDOW, AttemptGuard, address_key

NOW = datetime(2026, 11, 23, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8::1", "2001:db8::2:3", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("fe80::1%eth0", "fe80::1", True),
        (None, "nonsense", True),
    ],
)
def test_one_sender_has_one_key(
    first: str | None, second: str | None, *, same: bool
) -> None:
    """Check that nobody gets new tries from another address in the same net."""
    assert (address_key(first) == address_key(second)) is same


@given(st.lists(st.integers(0, 1200), max_size=40))
def test_no_key_tries_more_than_five_times_in_a_window(gaps_s: list[int]) -> None:
    """Check the rule for any rhythm of wrong tries."""
    guard, now = AttemptGuard(), NOW
    tries: list[datetime] = []
    for gap_s in gaps_s:
        now += timedelta(seconds=gap_s)
        wait_s = guard.wait_s(["key"], now)
        assert 0 <= wait_s <= WINDOW.total_seconds()
        if not wait_s:
            guard.count_wrong(["key"], now)
            tries.append(now)
        assert sum(now - time < WINDOW for time in tries) <= MAX_WRONG


def test_the_memory_of_the_guard_is_bounded() -> None:
    """Check an attack from very many addresses."""
    guard = AttemptGuard()
    for number in range(25_000):
        guard.count_wrong([str(number)], NOW)
    assert len(guard._wrong) <= 10_001  # what is bounded
    later = NOW + WINDOW
    guard.count_wrong([str(n) for n in range(10_000)], later)
    guard.count_wrong(["last"], later + WINDOW)
    assert len(guard._wrong) == 1
