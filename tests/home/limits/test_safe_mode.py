"""The hub is silent: running order, stored plan, safe mode, and then free."""

from datetime import datetime, time, timedelta

import pytest

from custom_components.dalen.limits import LimitSource, LinkState, SafeMode, TimeBlock
from custom_components.dalen.limits.arbiter import decide
from custom_components.dalen.limits.safe_mode import Ladder
from custom_components.dalen.limits.staggered_release import (
    MAX_RELEASE,
    staggered_release,
    wait,
)

from .builders import ENVELOPE, NOW, a_limit, after
from .houses import ZONE, House

# NOW is 18:00 in Dalen, in the middle of the block.
FREE = LinkState.NO_ORDERS


def silent_house(hours: float = 0, **changes: object) -> House:
    """Return a house with a safe mode whose hub gave a plan of so many hours."""
    house = House(**{"safe_mode": SafeMode(), **changes})
    limits = [a_limit(limit_w=600, end=after(hours))] if hours else []
    house.engine.hear_hub(limits, house.now)
    return house


def test_five_minutes_without_the_hub_are_no_lost_link() -> None:
    """Polls fail now and then."""
    house = silent_house()
    assert house.wait(5).link is LinkState.LINKED
    decision = house.wait(1)
    assert decision.link is LinkState.SAFE_MODE
    assert decision.effective.limit_w == 500
    assert decision.effective.source is LimitSource.SAFE_MODE
    assert decision.effective.until == datetime(2026, 11, 23, 21, tzinfo=ZONE)


def test_the_house_wakes_up_when_the_link_counts_as_lost() -> None:
    """Not at the next reading only."""
    house = House(safe_mode=SafeMode())
    house.engine.hear_hub([], house.now)
    decision = house.follow()
    assert decision.next_wake is not None
    assert decision.next_wake - house.now <= timedelta(minutes=5, seconds=1)


def test_the_stored_plan_goes_before_safe_mode() -> None:
    """Also in the hours that it leaves free."""
    house = House(safe_mode=SafeMode())
    later = a_limit(limit_w=700, start=after(1), end=after(1.5))
    house.engine.hear_hub([later], house.now, covers_until=after(2))
    decision = house.wait(30)
    assert decision.link is LinkState.STORED_PLAN
    assert decision.effective.limit_w is None
    assert house.wait(30).effective.limit_w == 700
    decision = house.wait(60)
    assert decision.link is LinkState.SAFE_MODE
    assert decision.effective.limit_w == 500


def test_the_stored_plan_survives_a_restart_without_the_hub() -> None:
    """For 48 hours at most, counted from when it came."""
    house = House(safe_mode=SafeMode())
    limits = [
        a_limit(limit_w=600 + h, start=after(h), end=after(h + 1)) for h in range(60)
    ]
    house.engine.hear_hub(limits, house.now)
    for hours in (10, 10, 10, 10, 7):
        house.now += timedelta(hours=hours)
        house.restart()
        assert house.read().link is LinkState.STORED_PLAN
    assert house.follow().effective.limit_w == 647
    house.now += timedelta(hours=1, minutes=20)
    house.restart()
    decision = house.read()
    assert decision.link is LinkState.SAFE_MODE
    assert decision.effective.source is LimitSource.SAFE_MODE


@pytest.mark.parametrize(
    ("profile", "values"),
    [
        (SafeMode(), {"outdoor_c": 5.0}),
        (SafeMode(), {"outdoor_c": None}),
        (SafeMode(months=frozenset({1})), {}),
        (SafeMode(block=TimeBlock(start=time(6), end=time(9), limit_w=500)), {}),
        (SafeMode(lasts=timedelta()), {}),
        (None, {}),
    ],
)
def test_no_safe_mode_in_mild_weather_in_summer_or_without_one(
    profile: SafeMode | None, values: dict[str, object]
) -> None:
    """It is there for the coldest evenings only."""
    house = House(safe_mode=profile)
    house.values |= values
    house.engine._outdoor_c = None
    assert house.wait(40).effective.limit_w is None


def test_safe_mode_does_not_flutter_around_its_temperature() -> None:
    """A degree of hysteresis; without a new temperature the old one is good a while."""
    house = silent_house()
    house.wait(10, outdoor_c=4.9)
    assert house.wait(10, outdoor_c=5.9).effective.limit_w == 500
    assert house.wait(30, outdoor_c=None).effective.limit_w == 500
    assert house.wait(1).effective.limit_w != 500
    assert house.wait(10, outdoor_c=5.9).effective.limit_w is None


def test_a_hub_that_is_silent_for_a_week_limits_nobody() -> None:
    """Never limited for ever."""
    house = silent_house()
    for _ in range(6):
        house.now += timedelta(days=1)
        assert house.wait(1).effective.source is LimitSource.SAFE_MODE
    house.now += timedelta(days=1)
    decision = house.wait(1)
    assert decision.link is FREE
    assert decision.effective.limit_w is None


def test_a_clock_that_goes_back_does_not_prolong_the_plan() -> None:
    """The hub was silent for 48 hours, whatever the clock shows."""
    house = silent_house(48)
    house.wait(47 * 60, every_s=300)
    assert house.follow().effective.limit_w == 600
    house.now -= timedelta(hours=40)
    assert house.wait(61).link is not LinkState.STORED_PLAN
    assert house.follow().effective.source is not LimitSource.HUB


def test_a_hub_that_answers_again_decides() -> None:
    """Safe mode and its staggered release are over at once."""
    house = silent_house()
    house.wait(10)
    house.engine.hear_hub([], house.now)
    decision = house.follow()
    assert decision.link is LinkState.LINKED
    assert decision.effective.limit_w is None


def test_who_leaves_the_hub_is_free() -> None:
    """Of its orders, and of a plan."""
    house = silent_house(10)
    house.engine.forget_hub(house.now)
    assert house.follow().effective.limit_w is None
    assert house.engine.limits(house.now) == ()


def test_the_release_is_staggered_and_slewed() -> None:
    """After the plan it goes up in steps, at most 15 minutes later."""
    house = silent_house(1, safe_mode=None)
    house.wait(59)
    assert house.follow().link is LinkState.STORED_PLAN
    seen: list[float] = []
    while (watts := house.wait(0.25, every_s=15).effective.limit_w) is not None:
        seen.append(watts)
    assert house.now - after(1) <= MAX_RELEASE
    assert house.now - after(1) >= timedelta(minutes=5)
    assert sorted(set(seen)) == [600, 950, 1300, 1650]
    assert seen == sorted(seen)


def test_an_order_that_goes_on_is_not_staggered() -> None:
    """Nor is one that ends while the hub answers."""
    house = House()
    limits = [
        a_limit(limit_w=600, end=after(1)),
        a_limit(limit_w=900, start=after(1), end=after(2)),
    ]
    house.engine.hear_hub(limits, house.now)
    assert house.wait(60).effective.limit_w == 900
    linked = House()
    linked.engine.hear_hub([a_limit(end=after(0.05))], linked.now)
    assert linked.wait(3).effective.limit_w is None


def test_a_stop_without_the_hub_ends_at_the_floor_and_then_goes_up() -> None:
    """Nothing but a stop goes below the floor."""
    house = House(minimum_w=0.0)
    house.engine.hear_hub([a_limit(LimitSource.EMERGENCY, 0)], house.now)
    assert house.wait(59).effective.limit_w == 0
    assert house.wait(1).effective.limit_w == 300


def test_what_has_no_end_needs_no_release() -> None:
    """A resident's own limit, or none at all."""
    for effective in (
        decide([a_limit(LimitSource.RESIDENT, end=None)], ENVELOPE, None, NOW),
        decide([], ENVELOPE, None, NOW),
    ):
        assert staggered_release(effective, ENVELOPE, "house-1", ZONE) == []


def test_houses_wait_differently_and_each_the_same_again() -> None:
    """Spread over ten minutes; another order on another day."""
    waits = [wait(f"house-{n}", NOW, ZONE) for n in range(1000)]
    assert waits == [wait(f"house-{n}", NOW, ZONE) for n in range(1000)]
    minutes = [w / timedelta(minutes=1) for w in waits]
    assert 0 <= min(minutes) < 0.1
    assert 9.9 < max(minutes) < 10
    assert sum(m < 5 for m in minutes) == pytest.approx(500, abs=60)
    assert wait("house-1", NOW, ZONE) != wait("house-1", after(24), ZONE)


def test_a_profile_that_never_ends_is_refused() -> None:
    """Thirty days at most."""
    with pytest.raises(ValueError, match="give 0 to 30 days"):
        SafeMode(lasts=timedelta(days=31))


@pytest.mark.parametrize(
    "stored",
    [3, {}, {"silent_for_s": float("nan"), "plan_until": None}],
)
def test_stored_rubbish_is_a_value_error(stored: object) -> None:
    """And changes nothing."""
    ladder = Ladder()
    with pytest.raises(ValueError, match="link with the hub"):
        ladder.restore(stored)  # type: ignore[arg-type]
