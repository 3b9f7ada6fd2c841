"""How well `dalen-hub backtest` does on four measured loads.

    python benchmarks/backtest.py [--test-days N] [SERIES ...]

Needs the shared data files (not part of this repository): in ../shared/data, or in
the folder that DALEN_DATA names. Writes each load in the product's units, runs the
command on it with the weather that was measured, and prints what it says beside the
figures to beat: the errors, and the error over that of the mean of days 2 to 7
before, which does not depend on what the error is divided by.
"""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
import json
import os
from pathlib import Path
import subprocess
import sys
import tempfile
from typing import Any

import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A file of the shared data and the figures to beat on it."""

    file: str
    convert: Callable[[pd.DataFrame], pd.DataFrame]
    rmae: float
    rcrps: float
    mean6_rmae: float


def dutch(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a Dutch grid point: MW and J/m2/h."""
    return pd.DataFrame(
        {
            "time": frame["time_utc"],
            "load_kw": frame["load"] * 1000.0,
            "temperature_c": frame["temp"],
            "irradiance_w_m2": frame["radiation"] / 3600.0,
            "wind_m_s": frame["windspeed"],
        }
    )


def british(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a British feeder: MW, times in UTC."""
    return pd.DataFrame(
        {
            "time": frame["time"],
            "load_kw": frame["demand_MW"] * 1000.0,
            "temperature_c": frame["temp_c"],
            "irradiance_w_m2": frame["ghi_wm2"],
        }
    )


SERIES: Mapping[str, Series] = {
    "pid287": Series(
        file="nl_mv_load_pid287_15min_2020_10_to_2021_01.parquet",
        convert=dutch,
        rmae=0.0706,
        rcrps=0.0434,
        mean6_rmae=0.0830,
    ),
    "pid307": Series(
        file="nl_mv_load_pid307_15min_2020_10_to_2021_01.parquet",
        convert=dutch,
        rmae=0.0894,
        rcrps=0.0544,
        mean6_rmae=0.1023,
    ),
    "uk_primary": Series(
        file="uk_primary_pod_30min_2017_11_to_2019_06.parquet",
        convert=british,
        rmae=0.0378,
        rcrps=0.0224,
        mean6_rmae=0.0536,
    ),
    "staplegrove": Series(
        file="uk_feeder_staplegrove_30min_2019_2021.parquet",
        convert=british,
        rmae=0.0601,
        rcrps=0.0364,
        mean6_rmae=0.0803,
    ),
}
HEAD = (
    "series        days   rMAE (beat)      rCRPS (beat)     rMAE/mean6 (beat)"
    "  cover80  below_p95  peak  fit s"
)


def data_folder() -> Path:
    """Return the folder of the shared data, or end with a line that says so."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("DALEN_DATA", beside))
    if not (folder / SERIES["pid287"].file).exists():
        sys.exit(
            f"The shared data are not in {folder}. Set DALEN_DATA to their folder;"
            " nothing was measured."
        )
    return folder


def measure(series: Series, folder: Path, test_days: int) -> dict[str, Any]:
    """Run the command on a series and return its figures."""
    frame = series.convert(pd.read_parquet(folder / series.file))
    with tempfile.TemporaryDirectory() as temporary:
        load, weather = (Path(temporary) / f"{n}.parquet" for n in ("load", "weather"))
        frame[["time", "load_kw"]].to_parquet(load)
        frame.drop(columns="load_kw").to_parquet(weather)
        command = [
            *(sys.executable, "-m", "dalen_hub", "backtest", str(load)),
            *("--weather", str(weather), "--test-days", str(test_days), "--json"),
        ]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        sys.exit(done.returncode)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def line(name: str, series: Series, figures: Mapping[str, Any]) -> str:
    """Return the figures of a series as a line of the table."""
    ratio = figures["rmae"] / figures["mean6_rmae"]
    beat = series.rmae / series.mean6_rmae
    return (
        f"{name:<12} {figures['test_days']:>5}"
        f"  {figures['rmae']:.4f} ({series.rmae:.4f})"
        f"  {figures['rcrps']:.4f} ({series.rcrps:.4f})"
        f"  {ratio:>6.3f} ({beat:.3f})    "
        f"  {figures['cover80']:>7.3f}  {figures['below_p95']:>9.3f}"
        f"  {figures['peak_error']:.3f}  {figures['fit_s']:.2f}"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Backtest the shared loads.")
    parser.add_argument("series", nargs="*", choices=[*SERIES, []], metavar="SERIES")
    parser.add_argument("--test-days", type=int, default=75)
    options = parser.parse_args()
    folder = data_folder()
    print(HEAD, flush=True)
    for name in options.series or SERIES:
        figures = measure(SERIES[name], folder, options.test_days)
        print(line(name, SERIES[name], figures), flush=True)


if __name__ == "__main__":
    main()
