"""The hub's forecaster: fit now and then, look each day, forecast at any time.

Pure: arrays in, arrays out, the time is an argument.
"""

from dataclasses import dataclass, field, replace
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from dalen_hub.forecast.arrays import DAY_S, HOUR_S, Floats, Integers
from dalen_hub.forecast.cold_start import ColdStart
from dalen_hub.forecast.conformal import LEVELS, AdaptiveLevels, Bands
from dalen_hub.forecast.day_ahead import DayAheadModel
from dalen_hub.forecast.features import HORIZON_S, Known

MINIMUM_DAYS: Final = 21
"""Days of known load from which on a model is fitted."""
MEDIAN: Final = LEVELS.index(0.50)
P90: Final = LEVELS.index(0.90)
# Of the weather that a forecast needs, this much must be known; the rest is taken
# as average.
_WEATHER_KNOWN: Final = 0.9
# A column of weather must be known this long to learn from it.
_WEATHER_LEARNT: Final = 0.5
# What the last days showed is carried on in part.
_CARRIED_ON: Final = 0.3
_LAST_DAYS: Final = 3
_AROUND_S: Final = 3 * HOUR_S // 2
# What the last two hours had too much the next ones have too, in part. Chosen on two
# measured loads, with issues through the day: 10 to 15 % less error within 3 hours.
_WATCHED_S: Final = 2 * HOUR_S
_LEARNT_TODAY: Final = 0.6
_FORGOTTEN_S: Final = 3 * HOUR_S
_TODAY_S: Final = 12 * HOUR_S
_SEEN: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fitted:
    """A model of the median and the bands around it, with some of the weather."""

    weather: frozenset[str]
    model: DayAheadModel | ColdStart
    bands: Bands


@dataclass(slots=True, kw_only=True)
class Forecaster:
    """Forecasts one load; remembers what it foretold to correct itself."""

    zone: ZoneInfo
    _history: Known | None = None
    _fitted: dict[frozenset[str], _Fitted] = field(default_factory=dict)
    _levels: AdaptiveLevels = field(default_factory=AdaptiveLevels)
    _issued: dict[int, Floats] = field(default_factory=dict)
    _errors: dict[int, float] = field(default_factory=dict)

    def fit(self, known: Known, now_s: int) -> None:
        """Learn from what was known at ``now_s`` and drop what was learnt before.

        The fit for a forecast without (some) weather is made when it is needed.
        """
        self._history = replace(known, load=known.load.before(now_s))
        self._fitted = {}
        self._model(_weather_at(known, known.load.times_s, _WEATHER_LEARNT))

    def learn(self, known: Known, now_s: int) -> None:
        """Compare the forecasts since the last call with the loads known by now."""
        ended = sorted(t for t in self._issued if t + known.load.step_s <= now_s)
        times_s = np.array(ended, dtype=np.int64)
        load_kw = known.load.at(times_s)
        rows = [self._issued.pop(each) for each in ended]
        for first in range(0, len(ended), known.load.steps_per_day):
            part = slice(first, first + known.load.steps_per_day)
            self._levels.learn(load_kw[part], np.array([r[:-1] for r in rows[part]]))
        errors_kw = [load - row[-1] for load, row in zip(load_kw, rows, strict=True)]
        self._errors.update(zip(ended, errors_kw, strict=True))
        oldest = now_s - (_LAST_DAYS + 1) * DAY_S
        self._errors = {t: e for t, e in self._errors.items() if t >= oldest}

    def predict(
        self, known: Known, times_s: Integers, now_s: int, *, remember: bool = False
    ) -> Floats:
        """Return the quantiles ``LEVELS`` in kW for ``times_s``, (n, levels).

        ``times_s`` lie within 2 days after ``now_s``; loads after it are not looked
        at. ``remember`` keeps the forecast for the next ``learn``.
        """
        known = replace(known, load=known.load.before(now_s))
        if times_s.size and int(times_s.max()) - now_s > HORIZON_S:
            raise ValueError("a forecast reaches 2 days ahead at most")
        fitted = self._model(_weather_at(known, times_s, _WEATHER_KNOWN))
        point, quantiles = self._foretold(fitted, known, times_s, now_s)
        if remember:
            rows = np.column_stack([quantiles, point])
            self._issued.update(zip(times_s.tolist(), rows, strict=True))
        return quantiles + self._of_today(fitted, known, times_s, now_s)[:, None]

    def _foretold(
        self, fitted: _Fitted, known: Known, times_s: Integers, now_s: int
    ) -> tuple[Floats, Floats]:
        """Return what the model says and the quantiles around it."""
        issued_s = np.full(times_s.shape, now_s, dtype=np.int64)
        point = fitted.model.point(_part(known, fitted.weather), times_s, issued_s)
        centre = point + _CARRIED_ON * self._recent(fitted, times_s, now_s)
        offsets = fitted.bands.offsets(times_s, self._levels.levels)
        return point, np.sort(centre[:, None] + offsets, axis=1)

    def _of_today(
        self, fitted: _Fitted, known: Known, times_s: Integers, now_s: int
    ) -> Floats:
        """Return what the last hours teach about the next ones, in kW.

        It is their mean error, of a forecast from before them, which is forgotten
        within hours. Tomorrow it says nothing any more.
        """
        lead_s = times_s - now_s
        begin_s = now_s - _WATCHED_S
        step_s = known.load.step_s
        watched_s = np.arange(begin_s - begin_s % step_s, now_s, step_s, dtype=np.int64)
        load_kw = known.load.at(watched_s)
        seen = ~np.isnan(load_kw)
        if not times_s.size or lead_s.min() >= _TODAY_S or seen.mean() < _SEEN:
            return np.zeros(times_s.shape)
        before = replace(known, load=known.load.before(begin_s))
        _, quantiles = self._foretold(fitted, before, watched_s, begin_s)
        error_kw = float(np.mean(load_kw[seen] - quantiles[seen, MEDIAN]))
        fading = np.where(lead_s < _TODAY_S, np.exp(-lead_s / _FORGOTTEN_S), 0.0)
        learnt: Floats = _LEARNT_TODAY * error_kw * fading
        return learnt

    def _model(self, weather: frozenset[str]) -> _Fitted:
        """Return the model for this weather, fitted now where it was not yet."""
        if self._history is None:
            raise ValueError("fit before predict")
        learnt = _weather_at(self._history, self._history.load.times_s, _WEATHER_LEARNT)
        weather &= learnt
        if weather not in self._fitted:
            self._fitted[weather] = _fit(self._history, weather, self.zone)
        return self._fitted[weather]

    def _recent(self, fitted: _Fitted, times_s: Integers, now_s: int) -> Floats:
        """Return the mean error of the last days around each time of day.

        It is that of the forecasts that were issued; before there are any, that of
        the held-out predictions.
        """
        errors = fitted.model.errors.since(now_s - _LAST_DAYS * DAY_S)
        values = dict(zip(errors.times_s.tolist(), errors.values, strict=True))
        values.update(self._errors)
        step_s = errors.step_s
        times = np.array(list(values), dtype=np.int64)
        kept = np.array(list(values.values()))
        chosen = (times >= now_s - _LAST_DAYS * DAY_S) & ~np.isnan(kept)
        slots = DAY_S // step_s
        slot = times[chosen] % DAY_S // step_s
        counts = _around(np.bincount(slot, minlength=slots), step_s)
        sums = _around(np.bincount(slot, kept[chosen], minlength=slots), step_s)
        mean = np.divide(sums, counts, out=np.zeros(slots), where=counts > 0)
        return mean[times_s % DAY_S // step_s]


def _weather_at(known: Known, times_s: Integers, share: float) -> frozenset[str]:
    """Return the weather that is known at this share of the times or more."""
    return frozenset(
        name
        for name, series in known.weather.items()
        if times_s.size and np.mean(~np.isnan(series.at(times_s))) >= share
    )


def _fit(history: Known, weather: frozenset[str], zone: ZoneInfo) -> _Fitted:
    """Fit with some of the weather, or as well as a short history allows."""
    known = _part(history, weather)
    measured = np.count_nonzero(~np.isnan(known.load.values))
    enough = measured >= MINIMUM_DAYS * known.load.steps_per_day
    model: DayAheadModel | ColdStart = (
        DayAheadModel.fit(known, zone) if enough else ColdStart.fit(known, zone)
    )
    return _Fitted(weather=weather, model=model, bands=Bands.of(model.errors))


def _part(known: Known, weather: frozenset[str]) -> Known:
    """Return the load with some of its weather, in the order of the columns."""
    return Known(
        load=known.load,
        weather={n: each for n, each in known.weather.items() if n in weather},
    )


def _around(values: Floats | Integers, step_s: int) -> Floats:
    """Return the sums over the times of day within 1.5 hours."""
    reach = max(1, _AROUND_S // step_s)
    shifted = [np.roll(values, shift) for shift in range(-reach, reach + 1)]
    total: Floats = np.sum(shifted, axis=0, dtype=np.float64)
    return total
