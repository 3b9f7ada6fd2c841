"""Below its minimum power a heat pump is off and the boiler heats, and not too often."""

from datetime import timedelta

import pytest

from custom_components.dalen.limits import HoldTimes, LimitSource, PauseChoice
from custom_components.dalen.limits.run_hold import RunHold

from .builders import a_limit, after
from .houses import House


def cap(house: House, *watts: float) -> None:
    """Let the hub order caps from now on."""
    limits = [a_limit(limit_w=w, start=house.now, end=after(30)) for w in watts]
    house.engine.hear_hub(limits, house.now)
    house.follow()


def test_a_cap_below_the_minimum_power_means_off() -> None:
    """The device gets the cap itself: it is never told less than the floor."""
    house = House()
    cap(house, 400)
    decision = house.follow()
    assert decision.target.is_off
    assert decision.target.limit_w == 400
    assert house.device_w == 400


def test_it_stays_off_for_twenty_minutes_when_the_cap_rises() -> None:
    """And the wake-up is at their end."""
    house = House()
    cap(house, 400)
    house.wait(5)
    cap(house, 600)
    decision = house.follow()
    assert decision.effective.limit_w == 600
    assert decision.target.is_off
    assert decision.target.held_for == timedelta(minutes=15)
    assert house.wait(14).target.is_off
    assert house.wait(1).target.limit_w == 600


def test_it_runs_for_thirty_minutes_before_it_is_off_again() -> None:
    """At the least it can run at."""
    house = House()
    cap(house, 400)
    house.wait(20)
    cap(house, 600)
    house.wait(5)
    cap(house, 400)
    decision = house.follow()
    assert decision.target.limit_w == 500
    assert decision.target.held_for == timedelta(minutes=25)
    assert not house.wait(24).target.is_off
    assert house.wait(1).target.is_off


def test_a_release_never_waits() -> None:
    """A pause, or an order that ends: it may start at once."""
    house = House()
    cap(house, 400)
    house.wait(2)
    house.engine.pause(PauseChoice.ONE_HOUR, house.now)
    assert house.follow().target.limit_w is None
    house = House()
    cap(house, 400)
    house.wait(2)
    cap(house)
    assert house.follow().target.limit_w is None


def test_a_hub_that_flutters_switches_it_once_in_half_an_hour() -> None:
    """Whatever it sends each minute."""
    house = House()
    switches = 0
    was_off = False
    for minute in range(120):
        cap(house, *([400.0] if minute % 2 else []))
        is_off = house.wait(1).target.is_off
        switches += is_off != was_off
        was_off = is_off
    assert switches <= 8


def test_an_emergency_stop_does_not_wait_for_the_run_to_end() -> None:
    """But what was stopped stays off its time, at the floor."""
    house = House()
    cap(house, 400)
    house.wait(20)
    cap(house, 600)
    house.wait(1)
    stop = a_limit(LimitSource.EMERGENCY, 0, start=house.now, end=after(1))
    house.engine.hear_hub([stop], house.now)
    assert house.follow().target.limit_w == 0
    house.wait(5)
    cap(house, 600)
    decision = house.follow()
    assert decision.target.is_off
    assert decision.target.limit_w == 300


def test_a_heat_pump_that_can_run_at_the_floor_is_not_kept_off() -> None:
    """After a stop it goes on under its cap."""
    house = House(minimum_w=250.0)
    stop = a_limit(LimitSource.EMERGENCY, 0, start=house.now, end=after(1))
    house.engine.hear_hub([stop], house.now)
    assert house.wait(1).target.is_off
    cap(house, 400)
    assert house.follow().target.limit_w == 400


def test_the_longest_block_of_a_contact_is_kept() -> None:
    """After two hours it runs for half an hour; a stop is no longer than that itself."""
    house = House(hold_times=HoldTimes(max_off=timedelta(hours=2)))
    cap(house, 400)
    house.follow()
    decision = house.wait(119)
    assert decision.target.is_off
    assert decision.target.held_for == timedelta(minutes=1)
    assert not house.wait(1).target.is_off
    assert not house.wait(29).target.is_off
    assert house.wait(1).target.is_off


def test_off_is_remembered_over_a_restart() -> None:
    """A restart is no reason to start the compressor."""
    house = House()
    cap(house, 400)
    house.wait(5)
    house.restart()
    cap(house, 600)
    assert house.device_w is None
    assert house.read().target.is_off
    assert house.device_w == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"min_off": timedelta(hours=3)},
        {"min_run": timedelta(-1)},
        {"max_off": timedelta(minutes=5)},
    ],
)
def test_times_that_keep_a_house_without_its_heat_pump_are_refused(
    wrong: dict[str, timedelta],
) -> None:
    """A profile with a slip of the pen."""
    with pytest.raises(ValueError, match="m.._"):
        HoldTimes(**wrong)


@pytest.mark.parametrize("stored", ["x", {"since_s": -1, "off_at_w": None}, {}])
def test_stored_rubbish_is_a_value_error(stored: object) -> None:
    """And changes nothing."""
    hold = RunHold(500, 300, HoldTimes())
    with pytest.raises(ValueError, match="hold times"):
        hold.restore(stored)  # type: ignore[arg-type]
