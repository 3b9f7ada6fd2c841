"""How wrong the baseline of the settlement is, over simulated villages.

    python benchmarks/settlement.py [--seeds N] [--homes N] [--days N]

Each village runs twice in the same weather, with limits of 400 W from 16 to 21 h on
60 % of its days below 7 C and without. The baseline sees the first run only; the second is the
truth. With the KNMI file of the shared data (../shared/data, or the folder that
DALEN_DATA names) a village in measured weather is added.
"""

import argparse
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import os
from pathlib import Path
import sys

import numpy as np
import pandas as pd

# The villages of the tests are in a package beside this folder.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from dalen_hub.homes.thermal.arrays import Floats
from dalen_hub.settlement.baseline import baseline_error, baseline_w
from dalen_hub.simulation.weather import Weather
from tests.hub.settlement.village import (
    START,
    ZONE,
    capped_day_errors,
    cold_winter,
    lived_village,
)

KNMI = "nl_weather_knmi_zwolle_hourly_2021_10_to_2022_05.parquet"
KNMI_START = datetime(2021, 12, 4, 23, tzinfo=UTC)
COLD_DAY_C = 7.0
TARGET_MEAN, TARGET_MAX, TARGET_HOME = 0.07, 0.12, 0.12


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredWeather:
    """Hourly weather that was measured, moved to the start of the villages."""

    times_s: Floats
    temperature_c: Floats
    sun_w_m2: Floats

    def outdoor_c(self, local: datetime) -> float:
        """Return the outdoor temperature."""
        return float(np.interp(local.timestamp(), self.times_s, self.temperature_c))

    def irradiance_w_m2(self, local: datetime) -> float:
        """Return the irradiance."""
        return float(np.interp(local.timestamp(), self.times_s, self.sun_w_m2))


def knmi_weather() -> Weather | None:
    """Return measured weather where the shared data are there."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    path = Path(os.environ.get("DALEN_DATA", beside)) / KNMI
    if not path.exists():
        return None
    frame = pd.read_parquet(path).drop_duplicates("time_utc")
    times = pd.DatetimeIndex(frame["time_utc"]).as_unit("s").asi8.astype(np.float64)
    return MeasuredWeather(
        times_s=times - KNMI_START.timestamp() + START.timestamp(),
        temperature_c=frame["temp_c"].to_numpy(dtype=np.float64),
        sun_w_m2=frame["ghi_wm2"].to_numpy(dtype=np.float64),
    )


def day_means_c(weather: Weather, days: int) -> Floats:
    """Return the mean outdoor temperature of each day, shape (days,)."""
    hours = [
        weather.outdoor_c((START + timedelta(hours=hour)).astimezone(ZONE))
        for hour in range(24 * days)
    ]
    return np.array(hours).reshape(days, 24).mean(axis=1)


def measure(name: str, weather: Weather, homes: int, days: int, seed: int) -> bool:
    """Print the errors of one village; return whether they reach the targets."""
    chance = np.random.default_rng(seed).random(days) < 0.6
    chance &= day_means_c(weather, days) < COLD_DAY_C
    village = lived_village(
        homes,
        days,
        capped_days=set(np.flatnonzero(chance).tolist()),
        seed=seed,
        weather=weather,
    )
    fleet, single = capped_day_errors(village, baseline_w(village.period))
    drawn = np.where(village.period.limited, village.truth_w, 0.0).sum(axis=0)
    home = float(np.average(single, weights=drawn))
    said = baseline_error(village.period)
    print(
        f"{name:<16}{fleet.mean():>12.1%}{fleet.max():>12.1%}{home:>12.1%}"
        f"{np.median(single):>13.1%}{said.fleet_mean:>12.1%}{said.fleet_max:>12.1%}",
        flush=True,
    )
    reached = fleet.mean() <= TARGET_MEAN and fleet.max() <= TARGET_MAX
    return bool(reached and home <= TARGET_HOME)


def main() -> int:
    """Run the benchmark; return 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--homes", type=int, default=40)
    parser.add_argument("--days", type=int, default=42)
    options = parser.parse_args()
    print(
        f"{'village':<16}{'fleet mean':>12}{'fleet max':>12}{'home':>12}"
        f"{'home median':>13}{'said mean':>12}{'said max':>12}"
    )
    print(f"{'target':<16}{TARGET_MEAN:>12.0%}{TARGET_MAX:>12.0%}{TARGET_HOME:>12.0%}")
    size = options.homes, options.days
    good = [
        measure(f"seed {seed}", cold_winter(seed), *size, seed)
        for seed in range(1, options.seeds + 1)
    ]
    if (weather := knmi_weather()) is not None:
        good.append(measure("KNMI 2021-12", weather, *size, 1))
    else:
        print("No shared data: not measured with KNMI weather.")
    print("All targets are reached." if all(good) else "A target is MISSED.")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
