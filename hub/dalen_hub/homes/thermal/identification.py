"""Find the model of a house in its measurements, and test it on unseen days."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from dalen_hub.grid.series import SeriesError

from .arrays import Floats
from .gauss_newton import Optimum, most_probable
from .house_series import DAY_S, HouseSeries
from .priors import Prior, free_parameters, house_prior
from .rc_model import RcModel
from .windows import HORIZON_H, Windows, simulate, windows

# Errors of one day resemble each other; a day tells about as much as four numbers.
_INDEPENDENT_PER_DAY: Final = 4.0
_TRAIN_EVERY_H: Final = 3
_TEST_EVERY_H: Final = 6
_MOST_TRAIN_DAYS: Final = 240
_LEAST_TRAIN_WINDOWS: Final = 8
_UNSEEN_SHARE: Final = 0.3
_LEAST_UNSEEN_DAYS: Final = 2.0
LEAST_DAYS: Final = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """The model of a house and how sure it is."""

    model: RcModel
    optimum: Optimum
    fit_rmse_k: float
    """24 h error on the days that the model was fitted to."""
    days: float
    """Days of measurements that were used."""

    def relative_sd(self, parameter: int) -> float:
        """Return the standard deviation of the log of a parameter."""
        return float(np.sqrt(self.optimum.covariance[parameter, parameter]))


@dataclass(frozen=True, slots=True, kw_only=True)
class DayError:
    """24 h errors on unseen days, in K."""

    rmse_k: float
    persistence_k: float
    """Of a forecast that the temperature stays as it is at the start."""
    starts: int


def identify(
    series: HouseSeries, *, prior: Prior | None = None, last: int | None = None
) -> Identified:
    """Return the most probable model of a house.

    It is fitted on the error of simulating a day from a filtered state, every 3 h,
    with the measurements before step ``last`` only. Raises ``SeriesError`` where
    too few days are known.
    """
    end = series.steps if last is None else last
    days = _training_windows(series, end)
    measured = days.measured_c()
    known = ~np.isnan(measured)

    def errors(vectors: Floats) -> Floats:
        """Return simulated minus measured temperatures, shape (m, p)."""
        found = simulate(vectors, days) - measured[:, None, :]
        flat: Floats = found.transpose(0, 2, 1)[known]
        return flat

    known_days = _covered_days(days)
    optimum = most_probable(
        errors,
        prior=prior or house_prior(),
        free=free_parameters(has_sun=series.has_sun),
        weight=_INDEPENDENT_PER_DAY * known_days,
    )
    return Identified(
        model=RcModel.of(optimum.vector),
        optimum=optimum,
        fit_rmse_k=_rms(errors(optimum.vector[None, :])),
        days=known_days,
    )


def first_unseen_step(series: HouseSeries) -> int:
    """Return where the days begin that are kept to test on: the last 30 %."""
    if series.days < LEAST_DAYS:
        raise SeriesError(
            f"There are {series.days:.1f} days of measurements; {LEAST_DAYS:.0f} are"
            " needed, of which the last are kept to test on. Give more days."
        )
    unseen_days = max(_UNSEEN_SHARE * series.days, _LEAST_UNSEEN_DAYS)
    return series.steps - round(unseen_days * DAY_S / series.step_s)


def day_error(vector: Floats, series: HouseSeries, first: int) -> DayError:
    """Return the 24 h error on the days from step ``first``, started every 6 h."""
    every = _TEST_EVERY_H * series.steps_per_hour
    days = windows(series, first, series.steps, every)
    if days.starts.size == 0:
        raise SeriesError(
            "None of the last days is complete enough to test on: outdoor_c and"
            " heat_w must be known for 36 hours without a gap. Give other days."
        )
    measured = days.measured_c()
    return DayError(
        rmse_k=_rms(simulate(vector[None, :], days)[:, 0, :] - measured),
        persistence_k=_rms(days.persisted_c()[None, :] - measured),
        starts=days.starts.size,
    )


def _training_windows(series: HouseSeries, end: int) -> Windows:
    """Return the days to fit on, not more than are useful."""
    per_hour = series.steps_per_hour
    possible = max(1, (end - HORIZON_H * per_hour) // (_TRAIN_EVERY_H * per_hour))
    every = _TRAIN_EVERY_H * per_hour * -(-possible // _MOST_TRAIN_DAYS)
    days = windows(series, per_hour, end, every)
    if days.starts.size < _LEAST_TRAIN_WINDOWS:
        raise SeriesError(
            "Too few days are complete: indoor_c, outdoor_c and heat_w must be known"
            " for 36 hours and more without a gap. Give more days."
        )
    return days


def _covered_days(days: Windows) -> float:
    """Return how many days at least one window covers."""
    covered = np.zeros(days.series.steps, dtype=np.bool_)
    for start in days.starts:
        covered[start : start + days.horizon] = True
    return float(covered.sum()) * days.series.step_s / DAY_S


def _rms(errors: Floats) -> float:
    """Return the root of the mean square of the errors that are known."""
    return float(np.sqrt(np.nanmean(errors**2)))
