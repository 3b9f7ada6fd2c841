"""The rolling-origin test: it beats simple figures, and does not peek."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from dalen_hub.errors import HubError
from dalen_hub.forecast.arrays import DAY_S
from dalen_hub.forecast.backtest import backtest
from dalen_hub.forecast.features import Known

from .made_up import START_S, regular, village

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
HOURS_18 = 18 * 3_600


def changed_from(known: Known, now_s: int) -> Known:
    """Return the load with another future."""
    values = known.load.values.copy()
    later = known.load.times_s >= now_s
    values[later] = np.random.default_rng(8).normal(500.0, 300.0, later.sum())
    return replace(known, load=regular(values, known.load.step_s))


def test_it_beats_persistence_on_calibrated_bands() -> None:
    """On a village whose cause is known."""
    told: list[tuple[int, int]] = []
    result = backtest(
        village(180),
        AMSTERDAM,
        test_days=60,
        progress=lambda done, total: told.append((done, total)),
    )
    assert result.test_days == 60
    assert result.times_s.size == 60 * 48
    assert told[-1] == (60, 60)
    assert result.scores.rmae < 0.5 * result.mean6_rmae
    assert result.scores.rmae < 0.5 * result.persistence_rmae
    assert 0.76 <= result.scores.cover80 <= 0.86
    assert 0.93 <= result.scores.below_p95 <= 0.98
    assert 0.0 < result.fit_s < 3.0


@pytest.mark.parametrize("day", [60, 64, 69])
def test_forecasts_do_not_know_what_was_measured_after_their_issue(day: int) -> None:
    """Every forecast up to that of a day stays, whatever comes after its issue."""
    known = village(70)
    now_s = START_S + day * DAY_S - HOURS_18
    truth = backtest(known, AMSTERDAM, test_days=12)
    other = backtest(changed_from(known, now_s), AMSTERDAM, test_days=12)
    issued = truth.times_s < START_S + (day + 1) * DAY_S
    assert np.array_equal(truth.quantiles_kw[issued], other.quantiles_kw[issued])
    assert issued.all() or not np.array_equal(truth.quantiles_kw, other.quantiles_kw)


def test_training_days_bound_what_is_learnt_from() -> None:
    """The past before them may be anything."""
    known = village(70)
    values = known.load.values.copy()
    values[: 25 * 48] += 1_000.0
    other = replace(known, load=regular(values, known.load.step_s))
    short, same = (
        backtest(each, AMSTERDAM, test_days=5, train_days=35) for each in (known, other)
    )
    assert np.array_equal(short.quantiles_kw, same.quantiles_kw)


def test_short_training_falls_back() -> None:
    """Less than three weeks: no model, but a forecast."""
    result = backtest(village(40), AMSTERDAM, test_days=10, train_days=10)
    assert result.scores.rmae < 1.5 * result.mean6_rmae


def test_a_short_series_is_tested_on_fewer_days() -> None:
    """The default leaves days to learn from."""
    assert backtest(village(60), AMSTERDAM).test_days == 32
    assert backtest(village(10), AMSTERDAM).test_days == 2


def test_a_day_of_the_test_may_be_missing() -> None:
    """It is not scored."""
    known = village(50)
    values = known.load.values.copy()
    values[46 * 48 : 47 * 48] = np.nan
    gappy = replace(known, load=regular(values, known.load.step_s))
    result = backtest(gappy, AMSTERDAM, test_days=10)
    assert np.isnan(result.load_kw).sum() == 48
    assert np.isfinite(result.scores.rmae)


@pytest.mark.parametrize(
    ("known", "days", "words"),
    [
        (village(6), None, "Give a longer series"),
        (village(30), 30, "test fewer days"),
        (Known(load=regular(np.full(4_000, np.nan)), weather={}), None, "no load"),
        (Known(load=regular(np.full(4_000, 7.0)), weather={}), None, "never changes"),
    ],
)
def test_what_cannot_be_tested(known: Known, days: int | None, words: str) -> None:
    """The message says what to do."""
    with pytest.raises(HubError, match=words):
        backtest(known, AMSTERDAM, test_days=days)
