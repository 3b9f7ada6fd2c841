"""What releases a heat pump besides its resident, and when it is over."""

from datetime import timedelta

import pytest

from custom_components.dalen.limits import Comfort, LimitSource, ReleaseReason
from custom_components.dalen.limits.comfort import ComfortGuard
from custom_components.dalen.limits.reading import Reading

from .builders import NOW, a_limit, after
from .houses import House


def limited_house(**changes: object) -> House:
    """Return a house under a cap of the hub that lasts."""
    house = House(**changes)
    house.engine.hear_hub([a_limit(end=after(40))], house.now)
    assert house.follow().effective.limit_w == 500
    return house


def released_by(house: House) -> str | None:
    """Return who releases the house now."""
    return house.follow().effective.released_by


def test_every_reason_has_a_text() -> None:
    """Its key is what the glue shows."""
    keys = {reason.translation_key for reason in ReleaseReason}
    assert "released_by_room_too_cold" in keys
    assert len(keys) == len(ReleaseReason)


def test_a_room_that_is_cold_for_half_an_hour_frees_the_heat_pump() -> None:
    """Not sooner, and until it is back within half a degree."""
    house = limited_house()
    house.wait(1, room_c=18.9)
    house.wait(29)
    assert released_by(house) is None
    house.wait(1)
    assert released_by(house) == "room_too_cold"
    house.wait(60, room_c=19.4)
    assert released_by(house) == "room_too_cold"
    house.wait(1, room_c=19.5)
    assert released_by(house) is None


def test_a_thermometer_that_wavers_does_not_begin_it_anew() -> None:
    """Between 1 K and half a degree the time stands still."""
    house = limited_house()
    house.wait(21, room_c=18.9)
    house.wait(10, room_c=19.1)
    house.wait(10, room_c=18.9)
    assert released_by(house) is None
    house.wait(2)
    assert released_by(house) == "room_too_cold"


def test_a_room_that_comes_back_begins_anew() -> None:
    """A short dip is no cold house."""
    house = limited_house()
    house.wait(25, room_c=18.9)
    house.wait(1, room_c=19.6)
    house.wait(25, room_c=18.9)
    assert released_by(house) is None


def test_below_the_absolute_minimum_it_is_free_at_once() -> None:
    """Whatever the set point is, or without one."""
    house = limited_house()
    house.wait(1, room_c=16.9, room_set_c=None)
    assert released_by(house) == "room_too_cold"
    house.wait(1, room_c=17.4)
    assert released_by(house) == "room_too_cold"
    house.wait(1, room_c=17.5)
    assert released_by(house) is None


def test_the_time_of_cold_survives_restarts() -> None:
    """A house that restarts every 10 minutes still gets free."""
    house = limited_house()
    house.wait(1, room_c=18.5)
    for _ in range(3):
        house.wait(10)
        house.restart()
    house.wait(1)
    assert released_by(house) == "room_too_cold"
    house.restart()
    assert house.read().effective.released_by == "room_too_cold"


def test_the_guard_tells_when_it_would_be_too_cold() -> None:
    """So that the house decides then, and not a reading later."""
    guard = ComfortGuard(Comfort())
    assert guard.due_in is None
    guard.note(18.0, 20.0, timedelta())
    guard.note(18.0, 20.0, timedelta(minutes=10))
    assert guard.due_in == timedelta(minutes=20)
    guard.note(18.0, 20.0, timedelta(minutes=20))
    assert guard.due_in is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"back_k": 1.0},
        {"back_k": -0.1},
        {"after": timedelta(hours=3)},
        {"after": timedelta(-1)},
    ],
)
def test_comfort_that_never_comes_is_refused(wrong: dict[str, object]) -> None:
    """The house cannot give it away."""
    with pytest.raises(ValueError, match="must be from 0"):
        Comfort(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "stored", [1, {}, {"is_too_cold": 1, "cold_for_s": 0, "was_below": True}]
)
def test_stored_rubbish_is_a_value_error(stored: object) -> None:
    """And changes nothing."""
    guard = ComfortGuard(Comfort())
    with pytest.raises(ValueError, match="comfort"):
        guard.restore(stored)  # type: ignore[arg-type]
    assert guard.cold_for == timedelta()


def test_nothing_is_limited_that_was_not_read_yet() -> None:
    """After a start, and five minutes after the last reading."""
    house = limited_house()
    house.restart()
    assert released_by(house) == "readings_lost"
    house.read()
    house.silence(5)
    assert released_by(house) is None
    house.silence(1)
    assert released_by(house) == "readings_lost"
    house.read()
    assert released_by(house) is None


def test_an_old_reading_is_no_reading() -> None:
    """A device that repeats itself from memory is not read."""
    house = limited_house()
    old = Reading(time=house.now)
    for _ in range(11):
        house.now += timedelta(minutes=1)
        decision = house.follow(old)
    assert decision.effective.released_by == "readings_lost"


def test_a_thermometer_that_is_lost_frees_the_heat_pump() -> None:
    """Nobody could tell that the room gets cold."""
    house = limited_house()
    house.wait(5, room_c=None)
    assert released_by(house) is None
    house.wait(1)
    assert released_by(house) == "room_reading_lost"
    house.wait(1, room_c=20.0)
    assert released_by(house) is None


def test_a_house_without_a_thermometer_can_be_limited() -> None:
    """Unless it should have one."""
    for has_room_sensor, expected in ((False, None), (True, "room_reading_lost")):
        house = House(has_room_sensor=has_room_sensor)
        house.restart()
        house.read(room_c=None)
        assert released_by(house) == expected


def test_a_fault_frees_the_heat_pump_until_it_is_gone_for_five_minutes() -> None:
    """A reading that says nothing of it changes nothing."""
    house = limited_house()
    house.wait(1, boiler_fault=True)
    assert released_by(house) == "boiler_fault"
    house.wait(10, boiler_fault=None)
    assert released_by(house) == "boiler_fault"
    house.wait(4, boiler_fault=False)
    assert released_by(house) == "boiler_fault"
    house.wait(1)
    assert released_by(house) is None


def test_the_first_reason_is_told_first_and_all_are_told() -> None:
    """The resident is always first."""
    house = limited_house()
    decision = house.wait(1, boiler_fault=True, room_c=15.0, frost=True)
    assert [release.reason for release in decision.releases] == [
        ReleaseReason.BOILER_FAULT,
        ReleaseReason.ROOM_TOO_COLD,
        ReleaseReason.FROST,
    ]
    assert decision.effective.released_by == "boiler_fault"


def test_the_maximum_of_the_installer_holds_under_a_pause() -> None:
    """It protects the fuse, not the grid."""
    house = limited_house()
    maximum = a_limit(LimitSource.INSTALLER, 1200, end=None)
    house.engine.put(LimitSource.INSTALLER, [maximum], house.now)
    decision = house.wait(1, boiler_fault=True)
    assert decision.effective.limit_w == 1200
    assert decision.effective.released_by == "boiler_fault"
    assert house.device_w == 1200


def test_the_state_of_a_heat_pump_becomes_a_reading_without_nonsense() -> None:
    """Numbers that are none are left out; any fault is one."""
    state = Reading(
        time=NOW, electric_w=float("nan"), outdoor_c=-3, room_c=500.0, flow_c=None
    )

    class State:
        """The state of a heat pump with a fault."""

        fault: int | None = 7

        def __getattr__(self, name: str) -> object:
            """Take the rest from a reading."""
            return getattr(state, name)

    reading = Reading.of(State())  # type: ignore[arg-type]
    assert reading == Reading(time=NOW, outdoor_c=-3.0, boiler_fault=True)
    State.fault = None
    assert Reading.of(State()).boiler_fault is None  # type: ignore[arg-type]
