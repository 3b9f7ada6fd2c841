"""What the device holds: written once, checked, written again when in doubt."""

from datetime import timedelta

import pytest

from custom_components.dalen.limits import (
    DeviceTraits,
    Keep,
    LimitEngine,
    LimitSource,
    LimitStatus,
    Wait,
    Write,
)

from .builders import NOW, a_limit, after
from .houses import House, a_reading, applied_w, settings


def limited_house(**changes: object) -> House:
    """Return a house under a cap of 600 W that lasts."""
    house = House(**changes)
    house.engine.hear_hub([a_limit(limit_w=605, end=after(9))], house.now)
    return house


def test_what_an_earlier_run_left_is_released_first() -> None:
    """Uncounted; then the limit of now is written."""
    engine = LimitEngine(settings(), NOW)
    engine.hear_hub([a_limit()], NOW)
    reading = a_reading(NOW)
    assert engine.follow(NOW, reading).write == Write(limit_w=None)
    engine.device.begin_write(NOW)
    engine.device.end_write(None, NOW)
    assert engine.device.pacer.writes == ()
    assert engine.follow(NOW).write == Write(limit_w=500)


def test_a_limit_is_pending_until_a_reading_proves_it() -> None:
    """The watts are those that the device applies."""
    house = limited_house()
    decision = house.follow()
    assert decision.effective.limit_w == 605
    assert house.device_w == 600
    assert decision.status is LimitStatus.PENDING
    decision = house.wait(1)
    assert decision.status is LimitStatus.ACTIVE
    assert isinstance(decision.write, Keep)


def test_a_free_heat_pump_is_not_limited() -> None:
    """Nothing to prove."""
    assert House().wait(1).status is LimitStatus.NOT_LIMITED


def test_a_write_that_fails_half_way_is_done_again() -> None:
    """A release too: the device may hold anything."""
    house = limited_house()
    house.follow()
    device = house.engine.device
    device.begin_write(house.now)
    assert house.engine.follow(house.now).status is LimitStatus.NOT_EFFECTIVE
    assert house.engine.follow(house.now).write == Write(limit_w=600)
    house.engine.forget_hub(house.now)
    assert house.engine.follow(house.now).write == Write(limit_w=None)


def test_a_limit_that_the_device_refuses_is_not_effective() -> None:
    """Until it takes one."""
    house = limited_house()
    house.engine.follow(house.now)
    house.engine.device.begin_write(house.now)
    house.engine.device.refuse_write()
    assert house.engine.follow(house.now).status is LimitStatus.NOT_EFFECTIVE
    house.follow()
    assert house.wait(1).status is LimitStatus.ACTIVE


@pytest.mark.parametrize("readback_w", [None, 900.0, 598.9])
def test_a_device_that_shows_another_limit_is_told_again(
    readback_w: float | None,
) -> None:
    """Somebody else wrote to it, or it fell back by itself."""
    house = limited_house()
    house.follow()
    house.device_w = readback_w
    house.wait(1)
    assert house.device_w == 600
    assert house.wait(1).status is LimitStatus.ACTIVE


def test_a_device_that_cannot_tell_its_limit_is_judged_by_its_power() -> None:
    """The read-back is no proof against it."""
    traits = DeviceTraits(applied_w=applied_w, reads_back=False)
    house = limited_house(device=traits)
    house.wait(1)
    house.device_w = None
    assert house.wait(1).status is LimitStatus.ACTIVE


def test_a_heat_pump_that_draws_more_is_not_effective() -> None:
    """After three minutes; and again when it follows."""
    house = limited_house()
    house.follow()
    assert house.wait(3, electric_w=900.0).status is LimitStatus.ACTIVE
    assert house.wait(1).status is LimitStatus.NOT_EFFECTIVE
    assert house.wait(4, electric_w=680.0).status is LimitStatus.NOT_EFFECTIVE
    assert house.wait(4, electric_w=640.0).status is LimitStatus.ACTIVE
    assert house.wait(4, electric_w=680.0).status is LimitStatus.ACTIVE


def test_an_unknown_power_proves_nothing() -> None:
    """Neither for nor against."""
    house = limited_house()
    house.follow()
    assert house.wait(10, electric_w=None).status is LimitStatus.ACTIVE


def test_a_clock_that_goes_back_begins_the_proof_anew() -> None:
    """Means over a jump are no means."""
    house = limited_house()
    house.follow()
    house.wait(4, electric_w=900.0)
    house.now -= timedelta(minutes=2)
    house.read()
    assert house.wait(1).status is LimitStatus.NOT_EFFECTIVE


def test_the_pace_of_the_device_is_kept() -> None:
    """A change waits; the wake-up is when it may be written."""
    traits = DeviceTraits(applied_w=applied_w, min_write_interval_s=300)
    house = limited_house(device=traits)
    house.follow()
    house.engine.hear_hub([a_limit(limit_w=700, end=after(9))], house.now)
    decision = house.follow()
    until = house.now + timedelta(seconds=300)
    assert decision.write == Wait(until=until)
    assert decision.next_wake == until
    assert decision.status is LimitStatus.PENDING
    stop = a_limit(LimitSource.EMERGENCY, 0, start=house.now, end=after(1))
    house.engine.hear_hub([stop], house.now)
    house.follow()
    assert house.device_w == 0


def test_the_writes_of_the_day_survive_a_restart() -> None:
    """The memory of the device wears out all the same."""
    traits = DeviceTraits(
        applied_w=applied_w, min_write_interval_s=0, daily_write_budget=1
    )
    house = limited_house(device=traits)
    house.follow()
    house.restart()
    house.read()
    assert house.engine.device.pacer.writes == (NOW,)
    assert house.device_w is None
    assert isinstance(house.follow().write, Wait)
