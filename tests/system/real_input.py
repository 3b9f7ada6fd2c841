"""Measured load and weather of the Netherlands, made ready for one transformer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
import os
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from dalen_hub.grid.quarter_hours import quarters_between
from dalen_hub.simulation.arrays import FloatArray

ZONE: Final = ZoneInfo("Europe/Amsterdam")
WEEK: Final = timedelta(days=7)
# A full working week before the holidays; all quarter hours of it, and of the four
# weeks before, were measured.
LOAD_WEEK: Final = datetime(2020, 12, 7, tzinfo=ZONE)
# The coldest week of that winter's file, with frost on five of seven days.
WEATHER_WEEK: Final = datetime(2021, 12, 20, tzinfo=ZONE)

_LOAD_FILE: Final = "nl_mv_load_pid287_15min_2020_10_to_2021_01.parquet"
_WEATHER_FILE: Final = "nl_weather_knmi_zwolle_hourly_2021_10_to_2022_05.parquet"
_BESIDE: Final = Path(__file__).parents[3] / "shared" / "data"


def require_file(name: str) -> Path:
    """Return a file of measured data; skip the test where it is absent."""
    folder = Path(os.environ.get("DALEN_DATA") or _BESIDE)
    path = folder / name
    if not path.is_file():
        pytest.skip(
            f"needs the measured data {name} in {folder}: put the folder of measured"
            " data beside the repository as ../shared/data, or name it in DALEN_DATA"
        )
    return path


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredLoad:
    """A real load in kW by quarter hour (UTC), scaled to a transformer."""

    by_quarter: Mapping[datetime, float]
    start: datetime
    """The first quarter hour of the week that is simulated, in UTC."""

    def between(self, start: datetime, end: datetime) -> FloatArray:
        """Return the quarter hours of [start, end), shape (n,)."""
        return np.array(
            [self.by_quarter[quarter] for quarter in quarters_between(start, end)]
        )

    @property
    def days(self) -> Sequence[datetime]:
        """Return the seven local midnights of the week, in UTC."""
        return [self.start + timedelta(days=day) for day in range(WEEK.days)]


def measured_load(peak_kw: float) -> MeasuredLoad:
    """Return a Dutch medium-voltage load whose week peaks at ``peak_kw``.

    Where solar power flowed back it is 0: what a hub is sent for that.
    """
    frame = pd.read_parquet(require_file(_LOAD_FILE), columns=["time_utc", "load"])
    series = frame.set_index("time_utc")["load"].dropna()
    week = series[(series.index >= LOAD_WEEK) & (series.index < LOAD_WEEK + WEEK)]
    scaled = (series * (peak_kw / week.max())).clip(lower=0.0)
    return MeasuredLoad(
        by_quarter={
            time.to_pydatetime(): float(load_kw) for time, load_kw in scaled.items()
        },
        start=week.index[0].to_pydatetime(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredWeather:
    """Hourly weather of one week, laid over another by weekday and hour."""

    seconds: FloatArray
    """Since the start of the week."""
    temperature_c: FloatArray
    irradiance: FloatArray
    start: datetime
    """The start of the week over which it is laid."""

    def outdoor_c(self, local: datetime) -> float:
        """Return the outdoor temperature, between two hours in a straight line."""
        return self._at(local, self.temperature_c)

    def irradiance_w_m2(self, local: datetime) -> float:
        """Return the global irradiance on the ground."""
        return self._at(local, self.irradiance)

    def _at(self, local: datetime, values: FloatArray) -> float:
        """Return a value at an instant."""
        since_s = (local - self.start).total_seconds()
        return float(np.interp(since_s, self.seconds, values))


def measured_weather(start: datetime) -> MeasuredWeather:
    """Return the cold week near Zwolle (KNMI), laid over the week from ``start``."""
    columns = ["time_utc", "temp_c", "ghi_wm2"]
    frame = pd.read_parquet(require_file(_WEATHER_FILE), columns=columns)
    frame = frame.drop_duplicates("time_utc").set_index("time_utc")
    week = frame[(frame.index >= WEATHER_WEEK) & (frame.index <= WEATHER_WEEK + WEEK)]
    return MeasuredWeather(
        seconds=(week.index - week.index[0]).total_seconds().to_numpy(),
        temperature_c=week["temp_c"].to_numpy(),
        irradiance=week["ghi_wm2"].to_numpy(),
        start=start,
    )
