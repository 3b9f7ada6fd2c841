"""The map learns what a free heat pump wants, and nothing odd shifts it."""

from datetime import UTC, datetime, timedelta
import json
import math
import random
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.dalen.economy import HeatPumpMap

NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
NAMEPLATE_W = 2000.0


class Learner:
    """A map and the minutes that teach it."""

    def __init__(self) -> None:
        """Start with an empty map."""
        self.map = HeatPumpMap(NAMEPLATE_W)
        self.now = NOW

    def minutes(self, count: int, outdoor_c: float, watts: float, **more: Any) -> None:
        """Let the heat pump run for minutes."""
        for _ in range(count):
            self.now += timedelta(minutes=1)
            self.map.note(
                self.now,
                outdoor_c=outdoor_c,
                electric_w=watts,
                **{"is_free": True, **more},
            )


def test_an_hour_at_a_temperature_is_known() -> None:
    """Within a level of power, with its COP."""
    learner = Learner()
    learner.minutes(59, 0.2, 800, cop=3.0)
    assert learner.map.wanted(0) is None
    learner.minutes(2, -0.2, 800, cop=3.0)
    wanted = learner.map.wanted(0)
    assert wanted is not None
    assert wanted.mean_w == pytest.approx(800)
    assert wanted.low_w == pytest.approx(800, abs=80)
    assert wanted.high_w == pytest.approx(800, abs=80)
    assert wanted.cop == pytest.approx(3.0)
    assert wanted.minutes == 61


def test_limited_minutes_teach_nothing() -> None:
    """What a limited heat pump draws is not what it wants."""
    learner = Learner()
    learner.minutes(200, 0, 300, is_free=False)
    assert learner.map.wanted(0) is None


@pytest.mark.parametrize(
    ("outdoor_c", "watts"), [(None, 800), (0, None), (math.nan, 800), (0, math.nan)]
)
def test_unknown_values_teach_nothing(
    outdoor_c: float | None, watts: float | None
) -> None:
    """Nor do numbers that are none."""
    learner = Learner()
    learner.minutes(99, outdoor_c, watts)  # type: ignore[arg-type]
    assert learner.map.wanted(0) is None


def test_a_heat_pump_that_turns_on_and_off_wants_the_mean() -> None:
    """Off is part of what it wants."""
    learner = Learner()
    for _ in range(100):
        learner.minutes(6, 5, 0)
        learner.minutes(6, 5, 1000)
    wanted = learner.map.wanted(5)
    assert wanted is not None
    assert wanted.mean_w == pytest.approx(500)
    assert wanted.low_w < 100
    assert wanted.high_w > 950


def test_a_few_odd_readings_shift_nothing() -> None:
    """A peak of restart, a meter that slips."""
    learner = Learner()
    learner.minutes(600, 0, 800)
    learner.minutes(6, 0, 1e9)
    wanted = learner.map.wanted(0)
    assert wanted is not None
    assert wanted.mean_w == pytest.approx(800, abs=20)
    assert wanted.high_w < 900


def test_between_known_degrees_lies_a_straight_line() -> None:
    """And beyond three degrees nothing is known."""
    learner = Learner()
    learner.minutes(100, 0, 900, cop=2.6)
    learner.minutes(100, 4, 500, cop=3.4)
    middle = learner.map.wanted(2)
    assert middle is not None
    assert middle.mean_w == pytest.approx(700)
    assert middle.cop == pytest.approx(3.0)
    edge = learner.map.wanted(-3)
    assert edge is not None
    assert edge.mean_w == pytest.approx(900)
    assert learner.map.wanted(7) is not None
    assert learner.map.wanted(-3.1) is None
    assert learner.map.wanted(7.1) is None


def test_a_cop_that_is_known_on_one_side_only() -> None:
    """It is better than none."""
    learner = Learner()
    learner.minutes(100, 0, 900, cop=2.6)
    learner.minutes(100, 2, 500)
    middle = learner.map.wanted(1)
    assert middle is not None
    assert middle.cop == 2.6


@pytest.mark.parametrize(
    ("watts", "cop"), [(900, 20.0), (900, 0.1), (900, math.nan), (100, 3.0)]
)
def test_an_impossible_cop_is_left_out(watts: float, cop: float) -> None:
    """A heat pump that idles has none."""
    learner = Learner()
    learner.minutes(100, 0, watts, cop=cop)
    wanted = learner.map.wanted(0)
    assert wanted is not None
    assert wanted.cop is None


def test_old_minutes_fade() -> None:
    """A house that is insulated wants less next winter."""
    learner = Learner()
    learner.minutes(3500, 0, 1200)
    learner.minutes(9000, 0, 600)
    wanted = learner.map.wanted(0)
    assert wanted is not None
    assert wanted.mean_w == pytest.approx(600, abs=30)
    assert wanted.minutes <= 3000.1


def test_a_gap_or_a_clock_that_goes_back_counts_for_little() -> None:
    """A reading stands for a minute at most."""
    learner = Learner()
    learner.map.note(NOW, outdoor_c=0, electric_w=800, is_free=True)
    learner.map.note(NOW + timedelta(days=1), outdoor_c=0, electric_w=800, is_free=True)
    learner.map.note(NOW, outdoor_c=0, electric_w=800, is_free=True)
    assert learner.map.as_dict()["degrees"]["0"]["minutes"][10] == 2.0


def test_it_learns_a_winter_and_fits_in_little() -> None:
    """Colder is more, and everything stays below 25 kB."""
    learner = Learner()
    dice = random.Random(1)
    for _ in range(400):
        outdoor_c = dice.uniform(-30, 35)
        watts = min(max(1000 - 40 * outdoor_c, 0), 1500) * dice.uniform(0.7, 1.3)
        learner.minutes(60, outdoor_c, watts, cop=3 + outdoor_c / 20)
    at = [learner.map.wanted(c) for c in (-5, 5, 15)]
    means = [wanted.mean_w for wanted in at if wanted is not None]
    assert means == sorted(means, reverse=True)
    assert len(json.dumps(learner.map.as_dict())) < 25_000


def test_what_was_learned_survives_a_restart() -> None:
    """But not for another heat pump."""
    learner = Learner()
    learner.minutes(100, 0, 800, cop=3.0)
    stored = json.loads(json.dumps(learner.map.as_dict()))
    again = HeatPumpMap(NAMEPLATE_W)
    again.restore(stored)
    wanted = again.wanted(0)
    assert wanted is not None
    assert wanted.mean_w == pytest.approx(800)
    assert again.as_dict() == stored
    other = HeatPumpMap(1500)
    other.restore(stored)
    assert other.wanted(0) is None


LEVELS = {"minutes": [0.0] * 25, "share_minutes": 0}


@pytest.mark.parametrize(
    "stored",
    [
        None,
        {},
        {"nameplate_w": 2000, "degrees": []},
        {"nameplate_w": 2000, "degrees": {"x": {}}},
        {"nameplate_w": 2000, "degrees": {"0": {"minutes": [1]}}},
        {
            "nameplate_w": 2000,
            "degrees": {"99": {**LEVELS, "cop": None, "cop_minutes": 0}},
        },
        {
            "nameplate_w": 2000,
            "degrees": {
                "0": {**LEVELS, "minutes": [-1.0] * 25, "cop": None, "cop_minutes": 0}
            },
        },
        {
            "nameplate_w": 2000,
            "degrees": {"0": {**LEVELS, "cop": "3", "cop_minutes": 0}},
        },
    ],
)
def test_stored_rubbish_is_a_value_error(stored: Any) -> None:
    """And nothing is forgotten."""
    learner = Learner()
    learner.minutes(100, 0, 800)
    with pytest.raises(ValueError, match="heat pump map cannot be read"):
        learner.map.restore(stored)
    assert learner.map.wanted(0) is not None


@pytest.mark.parametrize("nameplate_w", [0, -1, math.nan])
def test_a_heat_pump_without_power_is_refused(nameplate_w: float) -> None:
    """With what to give instead."""
    with pytest.raises(ValueError, match="above 0"):
        HeatPumpMap(nameplate_w)


@given(
    readings=st.lists(
        st.tuples(
            st.floats(allow_nan=True),
            st.floats(allow_nan=True),
            st.floats(allow_nan=True),
            st.booleans(),
        ),
        max_size=30,
    ),
    ask_c=st.floats(-60, 60),
)
def test_whatever_it_reads_it_answers_within_the_nameplate(
    readings: list[tuple[float, float, float, bool]], ask_c: float
) -> None:
    """Or not at all."""
    learner = Learner()
    for outdoor_c, watts, cop, is_free in readings:
        learner.minutes(70, outdoor_c, watts, cop=cop, is_free=is_free)
    if (wanted := learner.map.wanted(ask_c)) is not None:
        for value in (wanted.mean_w, wanted.low_w, wanted.high_w):
            assert 0 <= value <= NAMEPLATE_W
