"""The baseline against what the same homes drew without a limit."""

from dataclasses import replace

import numpy as np
import pytest

from dalen_hub.homes.flexibility.cost import EnergyPrices
from dalen_hub.settlement.baseline import baseline_error, baseline_w
from dalen_hub.settlement.delivered import delivered

from .village import Village, capped_day_errors, lived_village

DAYS = 28
CAPPED_DAYS = frozenset({2, 4, 5, 9, 10, 13, 16, 18, 19, 23, 25, 26})


@pytest.fixture(scope="module")
def village() -> Village:
    """Return four weeks of 20 homes."""
    return lived_village(20, DAYS, capped_days=CAPPED_DAYS, seed=11)


def test_the_baseline_is_as_good_as_it_must_be(village: Village) -> None:
    """Fleet: mean 7 % and 12 % at most of a day; homes: 12 % of their energy."""
    fleet, homes = capped_day_errors(village, baseline_w(village.period))
    assert fleet.size == len(CAPPED_DAYS)
    assert fleet.mean() <= 0.07
    assert fleet.max() <= 0.12
    assert np.median(homes) <= 0.12
    drawn = np.where(village.period.limited, village.truth_w, 0.0).sum(axis=0)
    assert np.average(homes, weights=drawn) <= 0.12


def test_the_published_error_is_about_the_true_one(village: Village) -> None:
    """Measured without the truth, on days without limits."""
    error = baseline_error(village.period)
    fleet, homes = capped_day_errors(village, baseline_w(village.period))
    assert error.days == DAYS - len(CAPPED_DAYS)
    assert 0.5 * fleet.mean() < error.fleet_mean < 0.12
    assert error.fleet_mean <= error.fleet_max < 0.25
    assert 0.5 * np.median(homes) < np.median(error.homes) < 0.2


def test_limits_do_not_lower_the_baseline(village: Village) -> None:
    """What was drawn under a limit changes nothing in the baseline."""
    period = village.period
    before = baseline_w(period)
    lowered = replace(period, power_w=np.where(period.limited, 0.0, period.power_w))
    assert np.array_equal(baseline_w(lowered), before)


def test_what_is_delivered_is_what_was_left_out(village: Village) -> None:
    """The energy of all limited hours within 10 %."""
    period = village.period
    what = delivered(
        baseline_w(period),
        period.power_w,
        period.limited,
        np.full((len(period.starts), 1), 3.0),
        EnergyPrices(),
    )
    truth_kwh = np.where(period.limited, village.truth_w, 0.0).sum() / 4000.0
    drawn_kwh = np.where(period.limited, period.power_w, 0.0).sum() / 4000.0
    assert what.kwh.sum() == pytest.approx(truth_kwh - drawn_kwh, rel=0.10)


def test_too_few_free_days_leave_the_error_unknown() -> None:
    """Then no figure is invented."""
    short = lived_village(3, 5, capped_days={0, 2}, seed=3)
    error = baseline_error(short.period)
    assert np.isnan(error.fleet_mean)
    assert np.isnan(error.homes).all()
    assert np.isfinite(baseline_w(short.period)).all()
