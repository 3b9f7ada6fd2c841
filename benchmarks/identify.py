"""How well `dalen-hub identify` does on two measured houses.

    python benchmarks/identify.py

Needs the shared data files (not part of this repository): in ../shared/data, or in
the folder that DALEN_DATA names. Prints what the command prints, then the 24 h error
at several divisions of the days in seen and unseen ones beside the figures to beat.
"""

from collections.abc import Iterator
from contextlib import contextmanager
import os
from pathlib import Path
import sys
import tempfile
from time import perf_counter

import numpy as np
import pandas as pd

from dalen_hub.grid.series_file import read_series_file
from dalen_hub.homes.thermal.house_series import (
    HEAT,
    INDOOR,
    IRRADIANCE,
    OUTDOOR,
    HouseSeries,
    house_series,
)
from dalen_hub.homes.thermal.identification import day_error, identify
from dalen_hub.homes.thermal.identify_command import run_identify

TWIN_60 = "rc_annex71_twinhouse_O5_60min_2018_12_19_to_2019_01_12.parquet"
TWIN_10 = "rc_annex71_twinhouse_O5_10min_2018_12_19_to_2019_01_12.parquet"
DEMO = "rc_darkgreybox_demo_1h_2019_12.parquet"
TARGETS_K = {"twin house, 60 min": 0.57, "twin house, 10 min": 0.57, "demo house": 0.43}
LONGEST_FIT_S = 2.0
SEEN_SHARES = (0.5, 0.6, 0.7, 0.8)


def data_folder() -> Path:
    """Return the folder of the shared data, or end with a line that says so."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("DALEN_DATA", beside))
    if not (folder / DEMO).exists():
        sys.exit(
            f"The shared data are not in {folder}. Set DALEN_DATA to their folder;"
            " nothing was measured."
        )
    return folder


def twin_house(folder: Path, name: str) -> pd.DataFrame:
    """Return the twin house O5: heat of the heat pump, inner gains and supply air.

    The heat pump's heat is its electric power times the COP that was measured. Inner
    gains are given by the hour only. What ventilation takes away is left in the loss
    of the house, as no home measures it.
    """
    frame = pd.read_parquet(folder / name)
    hourly = pd.read_parquet(folder / TWIN_60).set_index("time")["int_gains_w"]
    gains = hourly.reindex(frame["time"].dt.floor("h")).to_numpy()
    pump = frame["hp_el_w"] * frame["cop"]
    return pd.DataFrame(
        {
            "time": frame["time"].dt.tz_localize("UTC"),
            INDOOR: frame["ti_c"],
            OUTDOOR: frame["ta_c"],
            HEAT: pump + gains + frame["sup_air_heat_w"],
            IRRADIANCE: frame["ghi_wm2"],
        }
    )


def demo_house(folder: Path) -> pd.DataFrame:
    """Return the demo house of darkgreybox, without sun.

    Its heat has a unit of its own. Times 100 the steady loss is that of a house; the
    unit does not change the error of a forecast, only the W/K and kWh/K.
    """
    frame = pd.read_parquet(folder / DEMO)
    return pd.DataFrame(
        {
            "time": frame["time_utc"],
            INDOOR: frame["Ti"],
            OUTDOOR: frame["Ta"],
            HEAT: 100.0 * frame["Ph"],
        }
    )


@contextmanager
def written(houses: dict[str, pd.DataFrame]) -> Iterator[dict[str, Path]]:
    """Write houses as CSV in a folder that is removed again."""
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: Path(folder) / f"house{n}.csv" for n, name in enumerate(houses)}
        for name, frame in houses.items():
            frame.to_csv(paths[name], index=False)
        yield paths


def divided(name: str, series: HouseSeries) -> bool:
    """Print the error for several divisions; return whether all reach the target."""
    good = True
    for share in SEEN_SHARES:
        first = round(share * series.steps)
        started = perf_counter()
        identified = identify(series, last=first)
        fit_s = perf_counter() - started
        error = day_error(identified.optimum.vector, series, first)
        good &= error.rmse_k <= TARGETS_K[name] and fit_s <= LONGEST_FIT_S
        print(
            f"{name:<20}{share:>6.0%}{error.starts:>8}{error.rmse_k:>9.3f}"
            f"{error.persistence_k:>13.3f}{TARGETS_K[name]:>8.2f}{fit_s:>8.2f}"
            f"{identified.model.loss_w_per_k:>8.0f}"
            f"{identified.model.capacity_kwh_per_k:>8.1f}"
        )
    return good


def main() -> int:
    """Run the benchmark; return 1 where a target is missed."""
    folder = data_folder()
    houses = {
        "twin house, 60 min": twin_house(folder, TWIN_60),
        "twin house, 10 min": twin_house(folder, TWIN_10),
        "demo house": demo_house(folder),
    }
    series = {}
    with written(houses) as paths:
        for name, path in paths.items():
            print(f"== {name}")
            run_identify(path, as_json=False, say=print, progress=lambda _: None)
            run_identify(path, as_json=True, say=print, progress=lambda _: None)
            file = read_series_file(
                path, required=[INDOOR, OUTDOOR, HEAT], optional=[IRRADIANCE]
            )
            series[name] = house_series(file.times_s, file.columns)
    print(
        f"\n{'house':<20}{'seen':>6}{'starts':>8}{'24 h K':>9}{'persistence':>13}"
        f"{'target':>8}{'fit s':>8}{'W/K':>8}{'kWh/K':>8}"
    )
    good = np.all([divided(name, house) for name, house in series.items()])
    print("All targets are reached." if good else "A target is MISSED.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
