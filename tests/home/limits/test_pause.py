"""The resident's pause: how long it lasts, and that it survives everything."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.dalen.limits import LimitSource, Pause, PauseChoice

from .builders import NOW, a_limit, after
from .houses import ZONE, House

EVERY_CHOICE = list(PauseChoice)


def limited_house() -> House:
    """Return a house under a cap of the hub."""
    house = House()
    house.engine.hear_hub([a_limit(end=after(40))], house.now)
    assert house.follow().effective.limit_w == 500
    return house


@pytest.mark.parametrize("choice", EVERY_CHOICE)
def test_a_pause_releases_at_once_and_tells_until_when(choice: PauseChoice) -> None:
    """Also in the middle of an emergency stop."""
    house = limited_house()
    house.engine.hear_hub([a_limit(LimitSource.EMERGENCY, 0)], house.now)
    house.engine.pause(choice, house.now)
    decision = house.follow()
    assert decision.effective.limit_w is None
    assert decision.effective.released_by == "resident"
    assert house.device_w is None
    (release,) = decision.releases
    assert release.until == house.engine.releases.pause.until  # type: ignore[union-attr]
    assert release.reason.translation_key == "released_by_resident"


@pytest.mark.parametrize(
    ("choice", "hours"), [(PauseChoice.ONE_HOUR, 1), (PauseChoice.FOUR_HOURS, 4)]
)
def test_a_pause_of_hours_ends_by_itself(choice: PauseChoice, hours: int) -> None:
    """And the cap holds again."""
    house = limited_house()
    house.engine.pause(choice, house.now)
    house.wait(hours * 60 - 1)
    assert house.follow().effective.limit_w is None
    assert house.wait(1).effective.limit_w == 500


def test_a_pause_of_its_own_length() -> None:
    """It survives a restart and a jump of the clock, and ends by itself."""
    house = limited_house()
    pause = house.engine.pause(timedelta(minutes=90), house.now)
    assert pause.choice is None
    house.restart()
    assert house.engine.releases.pause == pause
    house.wait(45)
    house.now -= timedelta(days=3)
    house.wait(40)
    assert house.follow().effective.released_by == "resident"
    house.wait(6)
    assert house.engine.releases.pause is None


def test_a_length_is_cut_to_a_month() -> None:
    """Who wants longer pauses until they resume."""
    pause = limited_house().engine.pause(timedelta(days=400), NOW)
    assert pause.until == NOW + timedelta(days=31)
    assert Pause.from_dict(pause.as_dict()) == pause


def test_a_pause_until_i_resume_ends_by_hand_only() -> None:
    """Days later."""
    house = limited_house()
    house.engine.pause(PauseChoice.UNTIL_RESUMED, house.now)
    assert house.wait(36 * 60, every_s=300).effective.released_by == "resident"
    house.engine.resume(house.now)
    assert house.follow().effective.released_by is None


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-23T17:00+01:00", "2026-11-24T06:00+01:00"),
        ("2026-11-24T01:59+01:00", "2026-11-24T06:00+01:00"),
        ("2026-11-24T02:00+01:00", "2026-11-25T06:00+01:00"),
        ("2026-11-24T07:00+01:00", "2026-11-25T06:00+01:00"),
        ("2026-03-28T20:00+01:00", "2026-03-29T06:00+02:00"),
        ("2026-10-24T20:00+02:00", "2026-10-25T06:00+01:00"),
    ],
)
def test_until_tomorrow_is_the_next_morning_of_the_local_clock(
    now: str, until: str
) -> None:
    """Longer than four hours, also on the nights that change the clock."""
    moment = datetime.fromisoformat(now).astimezone(UTC)
    pause = Pause.begin(PauseChoice.UNTIL_TOMORROW, moment, ZONE)
    assert pause.until == datetime.fromisoformat(until)
    assert pause.bounded(moment) == pause


@pytest.mark.parametrize("choice", EVERY_CHOICE)
def test_a_pause_survives_a_restart(choice: PauseChoice) -> None:
    """With the same end."""
    house = limited_house()
    pause = house.engine.pause(choice, house.now)
    house.restart()
    assert house.engine.releases.pause == pause
    assert house.read().effective.released_by == "resident"


def test_a_pause_that_ended_while_the_house_was_off_is_over() -> None:
    """Time goes on without Home Assistant."""
    house = limited_house()
    house.engine.pause(PauseChoice.ONE_HOUR, house.now)
    house.now += timedelta(hours=2)
    house.restart()
    assert house.read().effective.released_by is None


@pytest.mark.parametrize("days", [-2, 2])
def test_an_hour_is_an_hour_when_the_clock_jumps(days: int) -> None:
    """Neither two days more nor at once."""
    house = limited_house()
    house.engine.pause(PauseChoice.ONE_HOUR, house.now)
    house.wait(30)
    house.now += timedelta(days=days)
    assert house.read().effective.released_by == "resident"
    house.wait(29)
    assert house.engine.releases.pause is not None
    house.wait(2)
    assert house.engine.releases.pause is None


def test_a_morning_does_not_move_with_the_clock() -> None:
    """But it is never more than a night away."""
    house = limited_house()
    house.engine.pause(PauseChoice.UNTIL_TOMORROW, house.now)
    house.now -= timedelta(days=2)
    house.read()
    pause = house.engine.releases.pause
    assert pause is not None
    assert pause.until == house.now + timedelta(hours=29)


@pytest.mark.parametrize(
    "stored",
    [
        None,
        [],
        {},
        {"choice": "for_ever", "until": None},
        {"choice": "one_hour", "until": None},
        {"choice": "until_resumed", "until": NOW.isoformat()},
        {"choice": "one_hour", "until": 3},
        {"choice": "one_hour", "until": "2026-11-23T17:00"},
        {"choice": "one_hour", "until": "0001-01-01T00:00+00:00"},
        {"choice": "one_hour", "until": "later"},
        {"choice": None, "until": None, "lasts_s": 60},
        {"choice": None, "until": NOW.isoformat()},
        {"choice": None, "until": NOW.isoformat(), "lasts_s": 0},
        {"choice": None, "until": NOW.isoformat(), "lasts_s": 1e9},
        {"choice": None, "until": NOW.isoformat(), "lasts_s": "long"},
    ],
)
def test_a_stored_pause_that_is_none_is_a_value_error(stored: object) -> None:
    """It says what happens then."""
    with pytest.raises(ValueError, match="pause cannot be read .* starts anew"):
        Pause.from_dict(stored)  # type: ignore[arg-type]
