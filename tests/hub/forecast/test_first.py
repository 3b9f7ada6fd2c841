"""The first forecaster on made-up weeks, and what it does without data."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
import math
from zoneinfo import ZoneInfo

from hypothesis import given, settings, strategies as st
import numpy as np
import pytest

from dalen_hub.forecast import first, household
from dalen_hub.forecast.first import first_forecast
from dalen_hub.grid.quarter_hours import local_day_quarters

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MONDAY = date(2026, 11, 2)


def days(
    start: date, count: int, load_kw: Callable[[datetime], float]
) -> dict[datetime, float]:
    """Return some local days of load."""
    return {
        quarter: load_kw(quarter.astimezone(AMSTERDAM))
        for offset in range(count)
        for quarter in local_day_quarters(start + timedelta(days=offset), AMSTERDAM)
    }


def evening_peak(local: datetime) -> float:
    """Return a load with a peak at 18 h; Sundays are lower."""
    peak = 100 * math.exp(-(((local.hour + local.minute / 60 - 18) / 2) ** 2))
    return (50 if local.weekday() == 6 else 100) + peak


def test_a_regular_week_is_repeated() -> None:
    """What is the same each week is forecast exactly, with a narrow band."""
    starts = local_day_quarters(MONDAY + timedelta(days=14), AMSTERDAM)
    for forecast in first_forecast(
        days(MONDAY, 14, evening_peak), starts, AMSTERDAM, 255
    ):
        expected = evening_peak(forecast.start.astimezone(AMSTERDAM))
        assert forecast.p50_kw == pytest.approx(expected)
        assert forecast.p90_kw == pytest.approx(expected)
        assert forecast.source == first.SOURCE


def test_day_types_are_kept_apart() -> None:
    """A Sunday is forecast from Sundays."""
    sunday = local_day_quarters(MONDAY + timedelta(days=20), AMSTERDAM)
    forecast = first_forecast(days(MONDAY, 14, evening_peak), sunday, AMSTERDAM, 255)
    assert forecast[0].p50_kw == pytest.approx(50)


def test_p90_covers_ninety_percent_of_unseen_days() -> None:
    """The band of noisy days holds on days that were not seen."""
    rng = np.random.default_rng(7)

    def noisy(local: datetime) -> float:
        return evening_peak(local) + rng.normal(0, 10)

    history = days(MONDAY, 28, noisy)
    unseen = days(MONDAY + timedelta(days=28), 28, noisy)
    forecasts = first_forecast(history, list(unseen), AMSTERDAM, 255)
    below = [unseen[each.start] <= each.p90_kw for each in forecasts]
    assert 0.87 <= sum(below) / len(below) <= 0.95


@pytest.mark.parametrize("known", [0, 1])
def test_less_than_two_days_give_the_standard_household(known: int) -> None:
    """The band is wide, and the load grows with the connections."""
    starts = local_day_quarters(MONDAY + timedelta(days=7), AMSTERDAM)
    history = days(MONDAY, known, evening_peak)
    small = first_forecast(history, starts, AMSTERDAM, 100)
    large = first_forecast(history, starts, AMSTERDAM, 200)
    assert {each.source for each in small} == {household.SOURCE}
    for one, two in zip(small, large, strict=True):
        assert two.p50_kw == pytest.approx(2 * one.p50_kw)
        assert one.p90_kw == pytest.approx(1.35 * one.p50_kw)


def test_standard_household_of_a_year_uses_about_3400_kwh() -> None:
    """And 255 of them peak on a January evening as the pilot's base load did."""
    year = [
        quarter
        for month in range(1, 13)
        for quarter in local_day_quarters(date(2026, month, 15), AMSTERDAM)
    ]
    loads = household.standard_forecast(year, AMSTERDAM, 1)
    mean_kw = sum(each.p50_kw for each in loads) / len(loads)
    assert 3_400 <= mean_kw * 8_760 <= 4_200
    assert 205 <= 255 * max(each.p50_kw for each in loads) <= 240


def test_a_gap_is_filled_from_the_days_that_know_it() -> None:
    """One day without its evening does not spoil the evening."""
    history = days(MONDAY, 14, evening_peak)
    gap = datetime(2026, 11, 4, 16, tzinfo=UTC)
    for offset in range(8):
        del history[gap + timedelta(minutes=15 * offset)]
    starts = [gap + timedelta(days=14)]
    (forecast,) = first_forecast(history, starts, AMSTERDAM, 255)
    assert forecast.p50_kw == pytest.approx(evening_peak(gap.astimezone(AMSTERDAM)))


def test_two_days_in_three_parts_are_enough() -> None:
    """A hub that started at five in the afternoon needs no third midnight."""
    whole = days(MONDAY, 3, evening_peak)
    begin = datetime(2026, 11, 2, 16, tzinfo=UTC)
    history = {
        start: load
        for start, load in whole.items()
        if begin <= start < begin + timedelta(days=2)
    }
    (forecast,) = first_forecast(history, [begin + timedelta(days=2)], AMSTERDAM, 255)
    assert forecast.source == first.SOURCE
    assert forecast.p50_kw == pytest.approx(evening_peak(begin.astimezone(AMSTERDAM)))


def test_a_time_of_day_that_was_never_measured_is_standard() -> None:
    """The forecast has no holes."""
    history = {
        start: load
        for start, load in days(MONDAY, 14, evening_peak).items()
        if start.hour != 3
    }
    starts = local_day_quarters(MONDAY + timedelta(days=14), AMSTERDAM)
    sources = {
        each.start.hour: each.source
        for each in first_forecast(history, starts, AMSTERDAM, 255)
    }
    assert sources[3] == household.SOURCE
    assert sources[4] == first.SOURCE


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_days_of_clock_change_follow_the_clock_on_the_wall(day: date) -> None:
    """The evening peak stays at 18 h local time, before and after."""
    history = days(day - timedelta(days=14), 15, evening_peak)
    for target in (day, day + timedelta(days=1)):
        starts = local_day_quarters(target, AMSTERDAM)
        forecasts = first_forecast(history, starts, AMSTERDAM, 255)
        assert len(forecasts) == len(starts)
        peak = max(forecasts, key=lambda each: each.p50_kw)
        assert peak.start.astimezone(AMSTERDAM).hour == 18


@settings(max_examples=25)
@given(st.dictionaries(st.integers(0, 4 * 96), st.floats(0, 1000)))
def test_any_history_gives_finite_ordered_quantiles(loads: dict[int, float]) -> None:
    """Whatever was measured, P90 >= P50 >= 0, for every quarter hour asked."""
    begin = datetime(2026, 10, 24, tzinfo=UTC)
    history = {
        begin + timedelta(minutes=15 * index): load for index, load in loads.items()
    }
    starts = local_day_quarters(date(2026, 10, 29), AMSTERDAM)
    forecasts = first_forecast(history, starts, AMSTERDAM, 255)
    assert [each.start for each in forecasts] == starts
    for each in forecasts:
        assert math.isfinite(each.p90_kw)
        assert each.p90_kw >= each.p50_kw >= 0
