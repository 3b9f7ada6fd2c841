"""The day-ahead model: robust ridge, and with a long history random features too."""

from dataclasses import dataclass
from typing import Final, Self
from zoneinfo import ZoneInfo

import numpy as np

from dalen_hub.forecast.arrays import DAY_S, HOUR_S, Floats, Integers, Regular
from dalen_hub.forecast.features import Features, Known, build_features
from dalen_hub.forecast.random_features import RandomFeatures
from dalen_hub.forecast.ridge import RidgeFit, Sample, fit_ridge, huber

# A row of the sample is as if it was issued at 06:00 UTC of the day before.
_ISSUE_BEFORE_DAY_S: Final = 18 * HOUR_S
# The first rows have nothing to look back at.
_WARM_UP_S: Final = 7 * DAY_S
_OLDEST_S: Final = 731 * DAY_S
_AGE_S: Final = 200 * DAY_S
_HELD_OUT_S: Final = 60 * DAY_S
_BLOCKS: Final = 8
_MOST_ROWS: Final = 10_000
_LINEAR_PENALTY: Final = 0.01
_RANDOM_PENALTY: Final = 0.02
_RANDOM_FEATURES: Final = 400
_WIDTH: Final = 0.3
# Validation inside one season cannot see how a smooth member fails in the next.
_RANDOM_FROM_S: Final = 180 * DAY_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Standardises columns; an unknown value becomes the mean, 0."""

    mean: Floats
    deviation: Floats

    @classmethod
    def of(cls, columns: Floats) -> Self:
        """Measure columns (n, p) that may hold NaN; a constant one counts as 0."""
        known = ~np.isnan(columns)
        counts = np.maximum(known.sum(axis=0), 1)
        mean = np.where(known, columns, 0.0).sum(axis=0) / counts
        square = np.where(known, (columns - mean) ** 2, 0.0).sum(axis=0) / counts
        deviation = np.sqrt(square)
        tiny = deviation <= 1e-9 * np.maximum(1.0, np.abs(mean))
        return cls(mean=mean, deviation=np.where(tiny, np.inf, deviation))

    def __call__(self, columns: Floats) -> Floats:
        """Return standardised columns."""
        return np.nan_to_num((columns - self.mean) / self.deviation)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scaled:
    """How features become columns of the two members."""

    linear: Scale
    inputs: Scale
    random: RandomFeatures

    @classmethod
    def of(cls, features: Features) -> Self:
        """Measure the features of a sample."""
        width = features.inputs.shape[1] + features.calendar_inputs.shape[1]
        return cls(
            linear=Scale.of(features.linear),
            inputs=Scale.of(features.inputs),
            random=RandomFeatures.draw(width, _RANDOM_FEATURES, width=_WIDTH),
        )

    def columns(self, features: Features, rows: slice = slice(None)) -> Floats:
        """Return the design of the linear member: 1 and the standardised columns."""
        scaled = self.linear(features.linear[rows])
        return np.column_stack([np.ones(len(scaled)), scaled])

    def random_columns(self, features: Features, rows: slice = slice(None)) -> Floats:
        """Return the design of the second member: the first and random features."""
        inputs = self.inputs(features.inputs[rows])
        calendar = features.calendar_inputs[rows]
        random = self.random.of(np.column_stack([inputs, calendar]))
        return np.column_stack([self.columns(features, rows), random])


@dataclass(frozen=True, slots=True, kw_only=True)
class DayAheadModel:
    """A fitted model of the median load.

    ``errors`` are measured less held-out predictions in kW of the last 60 days.
    """

    zone: ZoneInfo
    errors: Regular
    mean_kw: float
    scaled: _Scaled
    linear: Floats
    random: Floats | None

    @classmethod
    def fit(cls, known: Known, zone: ZoneInfo) -> Self:
        """Fit to all of ``known``; some weeks of load must be in it."""
        times_s = _sample_times(known.load)
        load_kw = known.load.at(times_s)
        features = build_features(known, times_s, usual_issue(times_s), zone)
        scaled = _Scaled.of(features)
        mean_kw = float(load_kw.mean())
        sample = Sample(
            design=lambda rows: scaled.columns(features, rows),
            target=load_kw - mean_kw,
            weights=np.exp((times_s - known.load.end_s) / _AGE_S),
            block=_blocks(times_s, known.load.end_s),
        )
        linear = fit_ridge(sample, _LINEAR_PENALTY)
        random = _second_member(sample, linear, scaled, features, times_s)
        held_out = linear.held_out if random is None else _mean(linear, random)
        return cls(
            zone=zone,
            errors=_errors(known.load, times_s, sample.target - held_out),
            mean_kw=mean_kw,
            scaled=scaled,
            linear=linear.coefficients,
            random=None if random is None else random.coefficients,
        )

    def point(self, known: Known, times_s: Integers, issued_s: Integers) -> Floats:
        """Return the load in kW expected at ``times_s``, each as of its issue."""
        features = build_features(known, times_s, issued_s, self.zone)
        first = self.scaled.columns(features) @ self.linear
        if self.random is None:
            return self.mean_kw + first
        second = self.scaled.random_columns(features) @ self.random
        return self.mean_kw + (first + second) / 2


def usual_issue(times_s: Integers) -> Integers:
    """Return when a day-ahead forecast is issued: 06:00 UTC of the day before."""
    return times_s - times_s % DAY_S - _ISSUE_BEFORE_DAY_S


def _second_member(
    sample: Sample,
    linear: RidgeFit,
    scaled: _Scaled,
    features: Features,
    times_s: Integers,
) -> RidgeFit | None:
    """Return the random member where the mean with it wins on held-out blocks."""
    if times_s[-1] - times_s[0] < _RANDOM_FROM_S:
        return None
    random = fit_ridge(
        Sample(
            design=lambda rows: scaled.random_columns(features, rows),
            target=sample.target,
            # The first member knows which rows are out of line: one pass is enough.
            weights=sample.weights * huber(sample, linear.coefficients),
            block=sample.block,
        ),
        _RANDOM_PENALTY,
        rounds=0,
    )
    alone = np.nanmean(np.abs(sample.target - linear.held_out))
    both = np.nanmean(np.abs(sample.target - _mean(linear, random)))
    return random if both < alone else None


def _mean(linear: RidgeFit, random: RidgeFit) -> Floats:
    """Return the held-out predictions of both members together."""
    return (linear.held_out + random.held_out) / 2


def _sample_times(load: Regular) -> Integers:
    """Return the intervals to learn from: measured, and thinned where very many.

    The last 60 days stay whole: the bands are made of them. Each older day keeps
    other times of the day than the day before it.
    """
    oldest_s = max(load.start_s + _WARM_UP_S, load.end_s - _OLDEST_S)
    every = load.since(oldest_s).times_s
    times_s: Integers = every[~np.isnan(load.at(every))]
    old = times_s < load.end_s - _HELD_OUT_S
    keep_one_of = -(-int(old.sum()) // _MOST_ROWS)
    if keep_one_of <= 1:
        return times_s
    turn = times_s // load.step_s + times_s // DAY_S
    thinned: Integers = times_s[~old | (turn % keep_one_of == 0)]
    return thinned


def _blocks(times_s: Integers, end_s: int) -> Integers:
    """Return the block of each row: weeks, about, of the last 60 days; else -1."""
    begin_s = max(int(times_s[0]), end_s - _HELD_OUT_S)
    block = (times_s - begin_s) * _BLOCKS // max(1, end_s - begin_s)
    return np.where(times_s >= begin_s, np.minimum(block, _BLOCKS - 1), -1)


def _errors(load: Regular, times_s: Integers, errors_kw: Floats) -> Regular:
    """Return the held-out errors on the grid of the load."""
    held = ~np.isnan(errors_kw)
    start_s = int(times_s[held][0])
    values = np.full((load.end_s - start_s) // load.step_s, np.nan)
    values[(times_s[held] - start_s) // load.step_s] = errors_kw[held]
    return Regular(start_s=start_s, step_s=load.step_s, values=values)
