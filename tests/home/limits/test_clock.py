"""A clock that is wrong, or that jumps: no order means its time, and no budget is won."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.dalen.limits import LimitSource, LinkState, SafeMode
from custom_components.dalen.limits.clock_watch import ClockWatch
from custom_components.dalen.limits.stop_budget import StopLedger

from .builders import NOW, a_limit, after
from .houses import House


def test_a_clock_that_was_never_set_means_safe_mode() -> None:
    """A small computer without a battery starts in the past."""
    house = House(safe_mode=SafeMode())
    house.now = datetime(2025, 12, 24, 17, tzinfo=UTC)
    order = a_limit(start=house.now, end=house.now + timedelta(hours=1), limit_w=700)
    house.engine.hear_hub([order], house.now)
    decision = house.read()
    assert decision.is_clock_wrong
    assert decision.link is LinkState.SAFE_MODE
    assert decision.effective.source is LimitSource.SAFE_MODE


def test_the_clock_of_the_hub_shows_that_ours_is_wrong() -> None:
    """More than five minutes would be another quarter hour."""
    house = House()
    order = a_limit(end=after(9))
    house.engine.hear_hub([order], house.now, hub_time=house.now + timedelta(minutes=6))
    decision = house.follow()
    assert decision.is_clock_wrong
    assert decision.effective.limit_w is None
    house.engine.hear_hub([order], house.now, hub_time=house.now - timedelta(minutes=4))
    assert house.follow().effective.limit_w == 500


def test_a_time_of_the_hub_without_an_offset_is_no_time() -> None:
    """It could be any hour."""
    house = House()
    naive = NOW.replace(tzinfo=None) + timedelta(hours=3)
    house.engine.hear_hub([], house.now, hub_time=naive, covers_until=naive)
    assert not house.follow().is_clock_wrong


def test_a_clock_that_goes_back_is_doubted_until_the_hub_answers() -> None:
    """Or until it is where it was."""
    house = House()
    order = a_limit(start=after(-9), end=after(9))
    house.engine.hear_hub([order], house.now)
    house.now -= timedelta(hours=1)
    assert house.read().is_clock_wrong
    house.engine.hear_hub([order], house.now)
    assert house.follow().effective.limit_w == 500
    house.now -= timedelta(minutes=20)
    assert house.read().effective.limit_w is None
    house.wait(20)
    assert not house.follow().is_clock_wrong


@pytest.mark.parametrize("days", [-2, -0.5, 0.5, 2])
def test_a_clock_that_jumps_wins_no_time_to_stop(days: float) -> None:
    """Two hours of stop were felt: that is all, on the new clock too."""
    house = House()
    stop = a_limit(LimitSource.EMERGENCY, 0, end=after(2))
    house.engine.hear_hub([stop], house.now)
    house.wait(119)
    house.now += timedelta(days=days)
    house.read()
    again = a_limit(
        LimitSource.EMERGENCY, 0, start=house.now, end=house.now + timedelta(hours=2)
    )
    house.engine.hear_hub([again], house.now)
    assert house.follow().effective.source is LimitSource.EMERGENCY
    assert house.wait(1).effective.source is None


def test_a_house_that_was_off_wins_no_time_to_stop_either() -> None:
    """Time that nobody watched does not count as rest."""
    house = House()
    stop = a_limit(LimitSource.EMERGENCY, 0, end=after(2))
    house.engine.hear_hub([stop], house.now)
    house.wait(60)
    house.now += timedelta(hours=5)
    house.restart()
    house.read()
    more = a_limit(
        LimitSource.EMERGENCY, 0, start=house.now, end=house.now + timedelta(hours=2)
    )
    house.engine.hear_hub([more], house.now)
    assert house.wait(54).effective.source is LimitSource.EMERGENCY
    assert house.wait(6).effective.source is not LimitSource.EMERGENCY


def test_a_quick_restart_is_no_jump() -> None:
    """What is stored is up to five minutes old."""
    watch = ClockWatch()
    watch.advance(NOW + timedelta(minutes=4))
    again = ClockWatch()
    again.restore(watch.as_dict())
    step = again.advance(NOW + timedelta(minutes=14))
    assert step.jump is None
    assert step.is_restart
    assert again.advance(NOW + timedelta(minutes=15)).is_restart is False


def test_a_clock_without_a_past_is_stored_as_such() -> None:
    """Nothing was decided yet."""
    watch = ClockWatch()
    assert watch.as_dict() == {"last": None}
    watch.restore({"last": None})
    assert watch.advance(NOW).jump is None
    with pytest.raises(ValueError, match="clock"):
        watch.restore({"last": 5})


@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from([20, 60, 130]),
            st.sampled_from([0, 0, -2880, -600, 600, 2880]),
            st.booleans(),
        ),
        min_size=4,
        max_size=8,
    )
)
def test_no_row_of_jumps_and_restarts_wins_time_to_stop(
    steps: list[tuple[int, int, bool]],
) -> None:
    """With a stop sent again after each: 2 h at a time, 4 h a day, in true time."""
    house = House(minimum_w=0.0)
    felt, true = StopLedger(), NOW
    for minutes, jump, restarts in steps:
        stop = a_limit(LimitSource.EMERGENCY, 0, start=house.now, end=after(9999))
        house.engine.hear_hub([stop], house.now)
        decision = house.read()
        for _ in range(minutes // 5):
            if decision.effective.source is LimitSource.EMERGENCY:
                felt = felt.add(true, true + timedelta(minutes=5))
            true += timedelta(minutes=5)
            decision = house.wait(5, every_s=300)
        house.now += timedelta(minutes=jump)
        if restarts:
            house.restart()
    assert all(e.end - e.start <= timedelta(hours=2) for e in felt.episodes())
    for stop_felt in felt.stops:
        day = felt.stopped(stop_felt.end - timedelta(days=1), stop_felt.end)
        assert day <= timedelta(hours=4)
