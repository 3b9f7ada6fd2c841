"""The rolling-origin test of the forecaster: as if it had run on each past day.

Each day is forecast as of 06:00 UTC of the day before (horizon 18 to 42 hours), with
a refit once a week. What was measured after the issue is cut off before the forecast.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
import time
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from dalen_hub.errors import HubError
from dalen_hub.forecast.arrays import DAY_S, HOUR_S, Floats, Integers, Regular, mean_of
from dalen_hub.forecast.features import Known
from dalen_hub.forecast.forecaster import Forecaster
from dalen_hub.forecast.scores import Scores, range_kw, relative_error, score

DEFAULT_TEST_DAYS: Final = 75
_ISSUE_BEFORE_S: Final = 18 * HOUR_S
_REFIT_DAYS: Final = 7
# To learn from, and for the figures to compare with.
_MINIMUM_BEFORE: Final = 8
# What the default leaves for learning when a series is short.
_BEFORE: Final = 28

type Progress = Callable[[int, int], None]
"""Is told how many days of how many are done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """All forecasts of a test beside what came; arrays of shape (n,) and (n, levels)."""

    times_s: Integers
    step_s: int
    load_kw: Floats
    quantiles_kw: Floats
    scores: Scores
    mean6_rmae: float
    """The mean of the same time on days 2 to 7 before."""
    persistence_rmae: float
    """The same time a week before."""
    test_days: int
    fit_s: float
    """Mean duration of a refit."""


def backtest(
    known: Known,
    zone: ZoneInfo,
    *,
    test_days: int | None = None,
    train_days: int | None = None,
    progress: Progress | None = None,
) -> Backtest:
    """Test on the last days of a load, UTC days that are measured to their end.

    ``train_days`` bounds what each fit may look back. Raises ``HubError`` where the
    series is too short.
    """
    known = replace(known, load=_trimmed(known.load))
    starts = _test_days(known.load, test_days)
    forecaster = Forecaster(zone=zone)
    parts: list[Floats] = []
    durations: list[float] = []
    for index, start_s in enumerate(starts):
        now_s = int(start_s) - _ISSUE_BEFORE_S
        past = replace(known, load=_past(known.load, now_s, train_days))
        forecaster.learn(past, now_s)
        if index % _REFIT_DAYS == 0:
            begin = time.perf_counter()
            forecaster.fit(past, now_s)
            durations.append(time.perf_counter() - begin)
        day_s = _times_of_day(int(start_s), known.load.step_s)
        parts.append(forecaster.predict(past, day_s, now_s, remember=True))
        if progress is not None:
            progress(index + 1, len(starts))
    return _result(known.load, starts, np.concatenate(parts), float(np.mean(durations)))


def _past(load: Regular, now_s: int, train_days: int | None) -> Regular:
    """Return what was known at the issue, and no more than the days to learn from."""
    past = load.before(now_s)
    return past if train_days is None else past.since(now_s - train_days * DAY_S)


def _result(
    load: Regular, starts: Integers, quantiles_kw: Floats, fit_s: float
) -> Backtest:
    """Score a test, also what needs no model."""
    times_s = np.concatenate([_times_of_day(int(s), load.step_s) for s in starts])
    load_kw = load.at(times_s)
    if np.isnan(load_kw).all():
        raise HubError("Nothing was measured on the test days. Choose more of them.")
    scale_kw = range_kw(load.values)
    if scale_kw <= 0:
        raise HubError("The load never changes. Check the meter.")
    ago = {days: load.at(times_s - days * DAY_S) for days in range(2, 8)}
    return Backtest(
        times_s=times_s,
        step_s=load.step_s,
        load_kw=load_kw,
        quantiles_kw=quantiles_kw,
        scores=score(times_s, load_kw, quantiles_kw, scale_kw),
        mean6_rmae=relative_error(load_kw, mean_of(list(ago.values())), scale_kw),
        persistence_rmae=relative_error(load_kw, ago[7], scale_kw),
        test_days=starts.size,
        fit_s=fit_s,
    )


def _trimmed(load: Regular) -> Regular:
    """Return the load from the first to the last measured interval."""
    measured = np.flatnonzero(~np.isnan(load.values))
    if measured.size == 0:
        raise HubError("The file has no load at all. Fill the column load_kw.")
    begin_s = load.start_s + int(measured[0]) * load.step_s
    return load.since(begin_s).before(
        load.start_s + (int(measured[-1]) + 1) * load.step_s
    )


def _test_days(load: Regular, wanted: int | None) -> Integers:
    """Return the starts of the UTC days to test on."""
    last = load.end_s // DAY_S
    available = (last * DAY_S - load.start_s) // DAY_S
    if wanted is None:
        keep = min(_BEFORE, max(_MINIMUM_BEFORE, available // 2))
        wanted = max(1, min(DEFAULT_TEST_DAYS, available - keep))
    if wanted + _MINIMUM_BEFORE > available:
        raise HubError(
            f"The load has {max(0, available)} whole days (UTC), and a test of {wanted}"
            f" needs {wanted + _MINIMUM_BEFORE}. Give a longer series"
            + (" or test fewer days." if wanted > 1 else ".")
        )
    return np.arange(last - wanted, last, dtype=np.int64) * DAY_S


def _times_of_day(start_s: int, step_s: int) -> Integers:
    """Return the intervals of a UTC day."""
    return np.arange(start_s, start_s + DAY_S, step_s, dtype=np.int64)
