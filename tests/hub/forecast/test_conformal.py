"""Bands of errors, and their correction while they are used."""

import numpy as np
import pytest

from dalen_hub.forecast.conformal import LEVELS, AdaptiveLevels, Bands

from .made_up import START_S, regular


def test_bands_are_wide_where_the_errors_were() -> None:
    """Evenings are harder to foretell than nights."""
    rng = np.random.default_rng(5)
    errors = rng.normal(0.0, 1.0, (60, 96))
    errors[:, 68:80] *= 10.0
    bands = Bands.of(regular(errors.ravel()))
    times_s = START_S + 900 * np.array([12, 74])
    night, evening = bands.offsets(times_s, np.array(LEVELS))
    assert evening[5] == pytest.approx(12.8, rel=0.1)
    assert night[5] == pytest.approx(1.28, rel=0.1)
    assert (np.diff(night) > 0).all()


def test_a_time_of_day_without_errors_takes_all() -> None:
    """There is always a band."""
    errors = np.full((60, 96), np.nan)
    errors[:, 60] = np.linspace(-1.0, 1.0, 60)
    bands = Bands.of(regular(errors.ravel()))
    offsets = bands.offsets(START_S + 900 * np.arange(96), np.array(LEVELS))
    assert np.isfinite(offsets).all()
    assert offsets[0] == pytest.approx(offsets[60])


def test_levels_move_until_the_share_below_is_right() -> None:
    """Loads that spread twice as far as the bands foretell."""
    rng = np.random.default_rng(7)
    bands = Bands.of(regular(rng.normal(0.0, 1.0, 60 * 96)))
    levels = AdaptiveLevels()
    below = []
    for day in range(200):
        times_s = START_S + 86_400 * day + 900 * np.arange(96)
        quantiles = bands.offsets(times_s, levels.levels)
        load = rng.normal(0.0, 1.5, 96)
        levels.learn(load, quantiles)
        if day >= 50:
            below.append((load[:, None] <= quantiles).mean(axis=0))
    assert np.mean(below, axis=0)[1:-1] == pytest.approx(LEVELS[1:-1], abs=0.02)


def test_unmeasured_loads_teach_nothing() -> None:
    """A silent meter."""
    levels = AdaptiveLevels()
    levels.learn(np.full(96, np.nan), np.zeros((96, 7)))
    assert tuple(levels.levels) == LEVELS


def test_levels_keep_their_order_and_range() -> None:
    """Whatever comes."""
    levels = AdaptiveLevels()
    for _ in range(300):
        levels.learn(np.ones(96), np.zeros((96, 7)))
    assert (np.diff(levels.levels) >= 0).all()
    assert 0.0 < levels.levels.min() <= levels.levels.max() < 1.0
