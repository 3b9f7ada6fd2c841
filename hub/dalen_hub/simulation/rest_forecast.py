"""The forecast of the unsteered load in a simulation: the production forecaster."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Self

import numpy as np

from dalen_hub.caps.budget import Outlook
from dalen_hub.caps.day_plan import outlook_of
from dalen_hub.forecast.arrays import Regular
from dalen_hub.forecast.features import Known
from dalen_hub.forecast.forecaster import MEDIAN, P90, Forecaster
from dalen_hub.grid.quarter_hours import QUARTER, QUARTER_S, floor_quarter

from .arrays import FloatArray
from .courses import ZONE

# Half a day: no link in a simulation is lost for longer.
_AHEAD: Final = 48


@dataclass(slots=True, kw_only=True)
class RestForecast:
    """Knows the unsteered load of the past quarter hours, as the hub computed it."""

    start_s: int
    known_kw: list[float]
    _forecaster: Forecaster = field(init=False)

    @classmethod
    def fitted(cls, before: datetime, history_kw: FloatArray) -> Self:
        """Learn from the quarter hours that end at ``before``, shape (q,)."""
        before_s = int(before.timestamp())
        forecast = cls(
            start_s=before_s - QUARTER_S * len(history_kw),
            known_kw=history_kw.tolist(),
        )
        forecast._fit(before_s)
        return forecast

    def add(self, start: datetime, rest_kw: float) -> None:
        """Take in the quarter hour that just ended; one that was missed is unknown."""
        index = (int(start.timestamp()) - self.start_s) // QUARTER_S
        missing = index - len(self.known_kw)
        self.known_kw += [np.nan] * max(0, missing)
        if index == len(self.known_kw):
            self.known_kw.append(rest_kw)

    def outlook(self, now: datetime) -> Outlook:
        """Return the forecast from the running quarter hour on, half a day ahead."""
        first = floor_quarter(now)
        starts = [first + QUARTER * index for index in range(_AHEAD)]
        times_s = int(first.timestamp()) + QUARTER_S * np.arange(_AHEAD, dtype=np.int64)
        quantiles = self._forecaster.predict(
            self._known(), times_s, int(first.timestamp())
        )
        values = np.maximum(quantiles, 0.0)
        return outlook_of(starts, values[:, MEDIAN].tolist(), values[:, P90].tolist())

    def _fit(self, now_s: int) -> None:
        """Fit once: a run is shorter than the forecaster's memory."""
        self._forecaster = Forecaster(zone=ZONE)
        self._forecaster.fit(self._known(), now_s)

    def _known(self) -> Known:
        """Return what is known as the forecaster reads it."""
        load = Regular(
            start_s=self.start_s,
            step_s=QUARTER_S,
            values=np.array(self.known_kw, dtype=np.float64),
        )
        return Known(load=load, weather={})
