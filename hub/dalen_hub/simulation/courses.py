"""Weather and unsteered load of several villages, minute by minute."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from .arrays import FloatArray
from .base_load import household_kw
from .weather import hour_of_day, winter_weather

ZONE: Final = ZoneInfo("Europe/Amsterdam")
MINUTES_PER_DAY: Final = 1440
MINUTE: Final = timedelta(minutes=1)
# A Monday in a cold month, at local midnight.
START: Final = datetime(2026, 1, 11, 23, tzinfo=UTC)
HISTORY_DAYS: Final = 28
"""How long the hub has known the transformer before the run."""

# Cold days: those on which the pilot's figures were taken.
_MEAN_C: Final = -3.0
_MEAN_SPREAD_C: Final = 1.0
_DAY_ERROR: Final = 0.05
_NOISE_SHARE: Final = 0.035
_NOISE_MEMORY_MIN: Final = 45.0
_QUARTER_MINUTES: Final = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Courses:
    """What happens to S villages whatever the hub does.

    Minutes count from ``start`` (local midnight); the first day of the run is a day
    to settle. Arrays have the shape (minutes, S) but ``history_kw``: the unsteered
    load of the quarter hours before ``start``, (quarter hours, S).
    """

    start: datetime
    outdoor_c: FloatArray
    irradiance_w_m2: FloatArray
    base_kw: FloatArray
    history_kw: FloatArray

    @property
    def minutes(self) -> int:
        """Return the length of the run, with the day to settle."""
        return len(self.base_kw)

    @property
    def villages(self) -> int:
        """Return S."""
        return int(self.base_kw.shape[1])


def drawn_weather(
    start: datetime, minutes: int, villages: int
) -> tuple[FloatArray, FloatArray]:
    """Return temperature and irradiance of cold days, (minutes, S) each."""
    every = range(0, minutes + _QUARTER_MINUTES, _QUARTER_MINUTES)
    knots = np.array(every, dtype=np.float64)
    local = [start + int(knot) * MINUTE for knot in knots]
    local = [each.astimezone(ZONE) for each in local]
    outdoor, sun = [], []
    for seed in range(villages):
        rng = np.random.default_rng([seed, 2])
        mean_c = _MEAN_C + _MEAN_SPREAD_C * float(rng.standard_normal())
        weather = winter_weather(mean_c=mean_c, rng=rng)
        outdoor.append([weather.outdoor_c(each) for each in local])
        sun.append([weather.irradiance_w_m2(each) for each in local])
    return _by_minute(knots, outdoor, minutes), _by_minute(knots, sun, minutes)


def drawn_base(
    start: datetime, minutes: int, villages: int, scale_kw: float
) -> tuple[FloatArray, FloatArray]:
    """Return base load (minutes, S) and its history (quarter hours, S), both in kW.

    The mean household times ``scale_kw`` households, with noise of 3.5 % that has a
    memory of 45 minutes and an error of 5 % of whole days.
    """
    before = HISTORY_DAYS * MINUTES_PER_DAY
    hours = local_hours(start - before * MINUTE, before + minutes)
    mean_kw = scale_kw * household_kw(hours)
    load_kw = np.stack(
        [mean_kw * _factor(before + minutes, seed) for seed in range(villages)], axis=1
    )
    history_kw = load_kw[:before].reshape(-1, _QUARTER_MINUTES, villages).mean(axis=1)
    return load_kw[before:], history_kw


def local_hours(start: datetime, minutes: int) -> FloatArray:
    """Return the local hour (0..24) of each minute; no run crosses a clock change."""
    first = hour_of_day(start.astimezone(ZONE))
    return (first + np.arange(minutes) / 60.0) % 24.0


def _factor(minutes: int, seed: int) -> FloatArray:
    """Return the noise of one village."""
    rng = np.random.default_rng([seed, 3])
    memory = np.exp(-1.0 / _NOISE_MEMORY_MIN)
    fresh = _NOISE_SHARE * np.sqrt(1.0 - memory**2) * rng.standard_normal(minutes)
    noise, value = np.empty(minutes), 0.0
    for minute, step in enumerate(fresh.tolist()):
        value = memory * value + step
        noise[minute] = value
    days = -(-minutes // MINUTES_PER_DAY)
    day = np.repeat(_DAY_ERROR * rng.standard_normal(days), MINUTES_PER_DAY)
    factor: FloatArray = (1.0 + noise) * (1.0 + day[:minutes])
    return factor


def _by_minute(knots: FloatArray, rows: list[list[float]], minutes: int) -> FloatArray:
    """Return values of quarter hours between their knots, shape (minutes, S)."""
    every = np.arange(minutes)
    return np.stack([np.interp(every, knots, row) for row in rows], axis=1)
