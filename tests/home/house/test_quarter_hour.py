"""Means over time from readings that come when they come."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.dalen.quarter_hour import (
    QUARTER_HOUR,
    Conduct,
    ConductLog,
    Sample,
    house_conduct,
)

START = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)


def sample(seconds: float, watts: float, *, curtailed: bool = False) -> Sample:
    """Return a reading so many seconds after the start."""
    return Sample(
        time=START + timedelta(seconds=seconds),
        electric_w=watts,
        is_curtailed=curtailed,
        is_opted_out=False,
    )


@given(
    st.lists(st.tuples(st.floats(1, 59), st.floats(0, 5000)), min_size=30, max_size=120)
)
def test_a_mean_lies_between_the_readings(steps: list[tuple[float, float]]) -> None:
    """However unevenly they come."""
    log = ConductLog()
    seconds = 0.0
    for step_s, watts in steps:
        log.add(sample(seconds, watts))
        seconds += step_s
    conduct = log.over(START, START + QUARTER_HOUR)
    if conduct is not None:
        powers = [watts for _, watts in steps]
        assert min(powers) - 1e-6 <= conduct.mean_w <= max(powers) + 1e-6


def test_a_reading_counts_for_as_long_as_it_holds() -> None:
    """Ten minutes of 1000 W and five of 400 W are 800 W."""
    log = ConductLog()
    for second in range(0, 900, 10):
        log.add(sample(second, 1000 if second < 600 else 400, curtailed=second >= 600))
    conduct = log.over(START, START + QUARTER_HOUR)
    assert conduct is not None
    assert conduct.mean_w == pytest.approx(800)
    assert not conduct.is_curtailed


def test_readings_before_the_start_hold_into_it() -> None:
    """The first seconds of a quarter hour belong to the reading before it."""
    log = ConductLog()
    for second in range(-5, 900, 10):
        log.add(sample(second, 700))
    conduct = log.over(START, START + QUARTER_HOUR)
    assert conduct is not None
    assert conduct.mean_w == pytest.approx(700)


def test_too_few_readings_are_no_mean() -> None:
    """A gap is not filled with the reading before it."""
    log = ConductLog()
    for second in range(0, 500, 10):
        log.add(sample(second, 700))
    assert log.over(START, START + QUARTER_HOUR) is None


def test_old_readings_are_forgotten() -> None:
    """The log does not grow for ever."""
    log = ConductLog()
    for second in range(0, 7200, 10):
        log.add(sample(second, 700))
    assert log.over(START, START + QUARTER_HOUR) is None


def test_a_house_is_known_when_all_its_heat_pumps_are() -> None:
    """A missing heat pump would look like a saving."""
    one = Conduct(mean_w=500, is_curtailed=True, is_opted_out=False)
    both = house_conduct([one, one])
    assert both is not None
    assert both.mean_w == 1000
    assert house_conduct([one, None]) is None
    assert house_conduct([]) is None
