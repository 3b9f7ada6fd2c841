"""Irregular rows become steps: integrals stay, gaps stay gaps."""

from datetime import UTC, datetime

from hypothesis import given, settings, strategies as st
import numpy as np
import pytest

from dalen_hub.grid.series import SeriesError
from dalen_hub.homes.thermal.house_series import (
    HEAT,
    INDOOR,
    IRRADIANCE,
    OUTDOOR,
    house_series,
)
from dalen_hub.homes.thermal.plausibility import (
    balanced_loss_w_per_k,
    check_plausible,
    unit_remark,
)
from dalen_hub.homes.thermal.resampling import fill_short_gaps, step_means

MIDNIGHT_S = datetime(2026, 1, 5, tzinfo=UTC).timestamp()


@settings(max_examples=100)
@given(
    gaps_s=st.lists(st.integers(1, 4000), min_size=2, max_size=60),
    seed=st.integers(0, 2**31),
)
def test_means_are_those_of_each_second(gaps_s: list[int], seed: int) -> None:
    """Against a plain loop over seconds, with a hold of 40 minutes."""
    rng = np.random.default_rng(seed)
    times_s = np.cumsum(np.array(gaps_s, dtype=np.float64))
    values = np.where(
        rng.random(times_s.size) < 0.1, np.nan, rng.normal(size=times_s.size)
    )
    steps = int(times_s[-1] // 600) + 3
    means = step_means(
        times_s, values, start_s=0.0, step_s=600.0, steps=steps, longest_hold_s=2400.0
    )
    known = ~np.isnan(values)
    seconds = np.arange(steps * 600) + 0.0
    at = np.searchsorted(times_s[known], seconds, side="right") - 1
    if not known.any():
        assert np.isnan(means).all()
        return
    held = (at >= 0) & (seconds - times_s[known][np.maximum(at, 0)] < 2400.0)
    each = np.where(held, values[known][np.maximum(at, 0)], np.nan).reshape(steps, 600)
    enough = held.reshape(steps, 600).mean(axis=1) >= 0.5
    wanted = np.full(steps, np.nan)
    wanted[enough] = np.nanmean(each[enough], axis=1)
    assert means == pytest.approx(wanted, abs=1e-6, nan_ok=True)


def test_only_short_gaps_between_known_values_are_filled() -> None:
    """Ends stay open, a long gap stays a gap."""
    nan = np.nan
    filled = fill_short_gaps(np.array([nan, 1, nan, 3, nan, nan, nan, 7, nan]), 2)
    assert np.array_equal(filled, [nan, 1, 2, 3, nan, nan, nan, 7, nan], equal_nan=True)
    assert np.isnan(fill_short_gaps(np.full(3, nan), 2)).all()


def regular(
    minutes: int, days: float = 8.0
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return a house that was measured each ``minutes``."""
    times_s = MIDNIGHT_S + 60.0 * minutes * np.arange(int(days * 1440 / minutes))
    hours = (times_s - MIDNIGHT_S) / 3600.0
    columns = {
        INDOOR: 20.0 + np.sin(hours / 5.0),
        OUTDOOR: 4.0 + np.cos(hours / 7.0),
        HEAT: 2000.0 + 500.0 * np.sin(hours / 3.0),
    }
    return times_s, columns


@pytest.mark.parametrize(
    ("minutes", "step_s"), [(1, 1800), (10, 1800), (30, 1800), (45, 3600), (60, 3600)]
)
def test_a_step_is_half_an_hour_or_an_hour(minutes: int, step_s: int) -> None:
    """Days take as long as they took; nothing is unknown."""
    series = house_series(*regular(minutes))
    assert series.step_s == step_s
    assert series.days == pytest.approx(8.0, abs=0.05)
    assert series.driven[:-1].all()
    assert not series.has_sun


def test_a_gap_in_regular_rows_stays_but_outdoors_is_bridged() -> None:
    """Four hours without a row: the weather is known well enough, heat is not."""
    times_s, columns = regular(10)
    hours = (times_s - MIDNIGHT_S) / 3600.0
    kept = (hours < 50.0) | (hours >= 54.0)
    series = house_series(times_s[kept], {k: v[kept] for k, v in columns.items()})
    gap = slice(101, 107)
    assert np.isnan(series.heat_w[gap]).all()
    assert np.isnan(series.indoor_c[gap]).all()
    assert not np.isnan(series.outdoor_c).any()
    assert not series.driven[gap].any()


def test_a_sensor_that_tells_changes_only_holds_its_value() -> None:
    """Irregular rows: a value stands until the next, two hours at most."""
    times_s, columns = regular(1, days=8.0)
    rng = np.random.default_rng(2)
    kept = rng.random(times_s.size) < 0.05
    series = house_series(times_s[kept], {k: v[kept] for k, v in columns.items()})
    whole = house_series(times_s, columns)
    assert series.step_s == whole.step_s
    both = slice(2, min(series.steps, whole.steps) - 2)
    assert np.nanmax(np.abs(series.indoor_c[both] - whole.indoor_c[both])) < 0.3
    assert series.driven[both].all()


def test_hourly_weather_beside_faster_rooms_is_used() -> None:
    """Columns may come at their own pace, with empty cells between."""
    times_s, columns = regular(10)
    whole_hours = times_s % 3600 == 0
    columns[OUTDOOR] = np.where(whole_hours, columns[OUTDOOR], np.nan)
    series = house_series(times_s, columns)
    assert not np.isnan(series.outdoor_c[:-6]).any()


def test_too_little_too_slow_and_too_long_are_refused() -> None:
    """Each with what to give instead."""
    times_s, columns = regular(60)
    with pytest.raises(SeriesError, match="only 10 rows"):
        house_series(times_s[:10], {k: v[:10] for k, v in columns.items()})
    with pytest.raises(SeriesError, match="120 minutes apart"):
        house_series(times_s[::2], {k: v[::2] for k, v in columns.items()})
    times_s[0] -= 1e9
    with pytest.raises(SeriesError, match="three years"):
        house_series(times_s, columns)


@pytest.mark.parametrize(
    ("column", "factor", "offset", "said"),
    [
        (INDOOR, 1.0, 273.15, "kelvin"),
        (INDOOR, 1.8, 32.0, "Fahrenheit"),
        (HEAT, 0.0, 0.0, "never above 0"),
        (IRRADIANCE, 3600.0, 0.0, "W/m2"),
        (OUTDOOR, np.nan, 0.0, "outdoor_c is empty"),
    ],
)
def test_wrong_units_are_named(
    column: str, factor: float, offset: float, said: str
) -> None:
    """A slip is told before a model is fitted to it."""
    times_s, columns = regular(30)
    columns[IRRADIANCE] = np.full(times_s.size, 100.0)
    columns[column] = columns[column] * factor + offset
    with pytest.raises(SeriesError, match=said):
        check_plausible(house_series(times_s, columns))


def test_heat_in_kw_is_remarked() -> None:
    """The unit does no harm to errors in K, so it is only said."""
    times_s, columns = regular(30)
    loss = balanced_loss_w_per_k(house_series(times_s, columns))
    assert loss == pytest.approx(2000.0 / 16.0, rel=0.02)
    assert unit_remark(loss) is None
    columns[HEAT] = columns[HEAT] / 1000.0
    remark = unit_remark(balanced_loss_w_per_k(house_series(times_s, columns)))
    assert remark is not None and "multiply by 1000" in remark
