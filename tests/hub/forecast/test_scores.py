"""The figures of a backtest, checked by hand."""

import numpy as np
import pytest

from dalen_hub.forecast.scores import range_kw, relative_error, score

from .made_up import START_S


def test_figures_of_a_small_case() -> None:
    """Two days of two intervals, the second one missing once."""
    times_s = START_S + 43_200 * np.arange(4)
    load = np.array([10.0, np.nan, 12.0, 20.0])
    spread = np.array([-6.0, -4.0, -2.0, 0.0, 2.0, 4.0, 6.0])
    quantiles = np.array([11.0, 11.0, 12.0, 15.0])[:, None] + spread
    scores = score(times_s, load, quantiles, 10.0)
    assert scores.rmae == pytest.approx((1 + 0 + 5) / 3 / 10)
    assert scores.cover80 == pytest.approx(2 / 3)
    assert scores.below_p95 == 1.0
    # Only the second day is whole: 20 came and 15 was the highest median.
    assert scores.peak_error == pytest.approx(0.5)


def test_quantile_error_of_a_certain_forecast_is_its_absolute_error() -> None:
    """Twice the mean pinball loss, when all quantiles are one value."""
    load = np.array([3.0, 5.0])
    quantiles = np.full((2, 7), 4.0)
    scores = score(START_S + 900 * np.arange(2), load, quantiles, 1.0)
    assert scores.rcrps == pytest.approx(1.0)
    assert scores.rmae == pytest.approx(1.0)


def test_range_leaves_out_the_extremes() -> None:
    """And what is not known."""
    values = np.append(np.arange(101.0), np.nan)
    assert range_kw(values) == pytest.approx(98.0)


def test_error_of_nothing_is_nothing() -> None:
    """A week before may not be known at all."""
    assert np.isnan(relative_error(np.ones(3), np.full(3, np.nan), 1.0))
