"""Days that are simulated from a filtered state, many at once."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from .arrays import Bools, Floats, Ints
from .house_series import HouseSeries
from .kalman import stationary_gain
from .rc_model import STATES, step_model

HORIZON_H: Final = 24
# The filter forgets where it began within this time.
_WARM_UP_H: Final = 72
_LEAST_WARM_UP_H: Final = 12
_LEAST_MEASURED: Final = 0.5
# The mass of a heated house, between the room and outdoors.
_MASS_BELOW_ROOM: Final = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """w days of one house: where each begins to be filtered and to be simulated."""

    series: HouseSeries
    begins: Ints
    starts: Ints

    @property
    def horizon(self) -> int:
        """Return how many steps a day has."""
        return HORIZON_H * self.series.steps_per_hour

    def measured_c(self) -> Floats:
        """Return the temperatures to come, shape (24 h of steps, w), NaN if unknown."""
        ahead = 1 + np.arange(self.horizon)
        measured: Floats = self.series.indoor_c[self.starts[None, :] + ahead[:, None]]
        return measured

    def persisted_c(self) -> Floats:
        """Return the temperature at each start, shape (w,)."""
        started: Floats = self.series.indoor_c[self.starts]
        return started


def windows(series: HouseSeries, first: int, last: int, every: int) -> Windows:
    """Return the days that start each ``every`` steps and lie in [first, last).

    Left out are days in which an input is unknown, that do not start with a measured
    temperature, of which less than half was measured, or before which less than 12 h
    are known. What is before ``first`` may be used to filter.
    """
    per_hour = series.steps_per_hour
    starts = np.arange(first, last - HORIZON_H * per_hour, every, dtype=np.int64)
    begins = _begins(series, starts, _WARM_UP_H * per_hour)
    enough = starts - begins >= _LEAST_WARM_UP_H * per_hour
    usable = enough & _forecastable(series, starts, HORIZON_H * per_hour)
    return Windows(series=series, begins=begins[usable], starts=starts[usable])


def _begins(series: HouseSeries, starts: Ints, warm_up: int) -> Ints:
    """Return where filtering can begin: the start itself where it cannot."""
    steps = np.arange(series.steps)
    driven = series.driven
    broken = np.maximum.accumulate(np.where(driven, -1, steps))
    earliest = np.maximum(broken[starts - 1] + 1, starts - warm_up).clip(min=0)
    known = np.flatnonzero(~np.isnan(series.indoor_c) & driven)
    at = np.searchsorted(known, earliest)
    found = np.where(at < known.size, known[np.minimum(at, known.size - 1)], starts)
    begins: Ints = np.minimum(found, starts).astype(np.int64)
    return begins


def _forecastable(series: HouseSeries, starts: Ints, horizon: int) -> Bools:
    """Return which days are driven by known inputs and measured well enough."""
    driven = np.concatenate(([0], np.cumsum(series.driven)))
    measured = np.concatenate(([0], np.cumsum(~np.isnan(series.indoor_c))))
    whole = driven[starts + horizon] - driven[starts] == horizon
    seen = measured[starts + horizon + 1] - measured[starts + 1]
    started = ~np.isnan(series.indoor_c[starts])
    usable: Bools = whole & started & (seen >= _LEAST_MEASURED * horizon)
    return usable


def simulate(vectors: Floats, days: Windows) -> Floats:
    """Return the air temperature of w days in p models, shape (24 h of steps, p, w).

    Each day starts from the state that a Kalman filter found up to then; after its
    start nothing measured indoors is used.
    """
    series = days.series
    model = step_model(vectors, series.step_s)
    gain = stationary_gain(model)[:, None, :]
    forward = np.swapaxes(model.transition, 1, 2)
    drive = np.swapaxes(model.drive, 1, 2)
    inputs = _inputs(series)
    state = _first_state(days, len(vectors))
    longest = int((days.starts - days.begins).max())
    simulated = np.empty((days.horizon, len(vectors), days.starts.size))
    for step in range(-longest, days.horizon):
        at = days.starts + step
        begun = at >= days.begins
        seen = np.maximum(at, 0)
        if step <= 0:
            surprise = series.indoor_c[seen] - state[:, :, 0]
            surprise = np.where(np.isnan(surprise) | ~begun, 0.0, surprise)
            state = state + surprise[:, :, None] * gain
        ahead = state @ forward + inputs[seen] @ drive
        state = ahead if step >= 0 else np.where(begun[None, :, None], ahead, state)
        if step >= 0:
            simulated[step] = state[:, :, 0]
    return simulated


def _inputs(series: HouseSeries) -> Floats:
    """Return what drives the model, shape (n, 4); 0 where it is not known."""
    inputs = (
        series.outdoor_c,
        series.heat_w,
        series.irradiance_w_m2,
        np.ones(series.steps),
    )
    return np.nan_to_num(np.stack(inputs, axis=1), nan=0.0)


def _first_state(days: Windows, models: int) -> Floats:
    """Return where each filter begins, shape (p, w, 2)."""
    room_c = days.series.indoor_c[days.begins]
    below_k = _MASS_BELOW_ROOM * (room_c - days.series.outdoor_c[days.begins])
    state = np.stack((room_c, room_c - below_k), axis=1)
    return np.broadcast_to(state, (models, days.starts.size, STATES)).copy()
