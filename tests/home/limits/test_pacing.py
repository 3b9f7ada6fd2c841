"""Writes are kept apart and within a budget; a release never waits."""

from datetime import timedelta

from hypothesis import given, strategies as st

from custom_components.dalen.limits.pacing import Keep, Pacer, Wait, Write

from .builders import NOW, after


def pacer(writes: int = 0) -> Pacer:
    """Return a pacer for a write a minute and three a day."""
    moments = [NOW - timedelta(hours=writes - i) for i in range(writes)]
    return Pacer(min_interval_s=60, daily_budget=3, writes=moments)


def test_what_is_already_written_is_not_written_again() -> None:
    """No wear without a change."""
    assert pacer().decide_write(500, 500, NOW) == Keep()
    assert pacer().decide_write(None, None, NOW) == Keep()


def test_a_change_is_written_at_once_when_there_is_room() -> None:
    """The first write needs no wait."""
    assert pacer().decide_write(500, None, NOW) == Write(limit_w=500)


def test_a_second_write_waits_for_the_minimum_interval() -> None:
    """And is written when it is over."""
    paced = pacer()
    paced.note_write(NOW)
    until = NOW + timedelta(seconds=60)
    assert paced.decide_write(400, 500, NOW) == Wait(until=until)
    assert paced.decide_write(400, 500, until) == Write(limit_w=400)


def test_a_release_and_an_emergency_never_wait() -> None:
    """Neither for the interval nor for the budget."""
    paced = pacer(writes=3)
    paced.note_write(NOW)
    assert paced.decide_write(None, 500, NOW) == Write(limit_w=None)
    assert paced.decide_write(0, 500, NOW, urgent=True) == Write(limit_w=0)


def test_a_lower_limit_waits_for_the_daily_budget() -> None:
    """The oldest write leaves the day after 24 hours."""
    assert pacer(writes=3).decide_write(400, 500, NOW) == Wait(until=after(21))
    assert pacer(writes=3).decide_write(400, None, NOW) == Wait(until=after(21))


def test_without_budget_a_higher_limit_becomes_a_release() -> None:
    """The lower one must not outlive its order."""
    assert pacer(writes=3).decide_write(900, 500, NOW) == Write(limit_w=None)


def test_a_clock_that_goes_back_holds_up_nothing() -> None:
    """The interval counts from writes that were, not from writes to come."""
    paced = pacer()
    paced.note_write(after(5))
    assert paced.decide_write(400, 500, NOW) == Write(limit_w=400)


def test_writes_of_the_last_day_are_kept_for_a_restart() -> None:
    """Older ones are forgotten."""
    paced = Pacer(min_interval_s=60, daily_budget=3, writes=[after(-30), after(-1)])
    paced.note_write(NOW)
    assert paced.writes == (after(-1), NOW)


@given(
    steps=st.lists(
        st.tuples(
            st.integers(0, 7200),
            st.one_of(st.none(), st.sampled_from([300.0, 500.0, 900.0])),
        ),
        max_size=80,
    )
)
def test_limits_stay_within_budget_and_releases_are_written_at_once(
    steps: list[tuple[int, float | None]],
) -> None:
    """Whatever is wanted and whenever."""
    paced = Pacer(min_interval_s=60, daily_budget=5)
    now, written = NOW, None
    limited: list[timedelta] = []
    for seconds, wanted in steps:
        now += timedelta(seconds=seconds)
        decision = paced.decide_write(wanted, written, now)
        if isinstance(decision, Write):
            paced.note_write(now)
            written = decision.limit_w
            if written is not None:
                limited.append(now - NOW)
        elif isinstance(decision, Wait):
            assert decision.until > now
        assert wanted is not None or written is None
    for moment in limited:
        day = [w for w in limited if moment - timedelta(hours=24) < w <= moment]
        assert len(day) <= 5
