"""`dalen-hub identify` on the command line."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dalen_hub.cli import main

from .simulated import measured_houses

KEYS = [
    "htc_w_per_k",
    "capacity_kwh_per_k",
    "rmse_24h_k",
    "persistence_24h_k",
    "fit_s",
]


@pytest.fixture(scope="module")
def house() -> pd.DataFrame:
    """Return eight days of a house, with local times over no change of the clock."""
    measured = measured_houses(1, 8, seed=7)
    times = pd.to_datetime(measured.times_s, unit="s", utc=True)
    columns = dict(measured.columns(0, gains=True))
    return pd.DataFrame({"time": times.tz_convert("Europe/Amsterdam"), **columns})


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_json_is_one_object_on_stdout(
    house: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    """The keys are the agreed ones, progress goes to stderr."""
    path = tmp_path / f"house.{kind}"
    house.to_csv(path, index=False) if kind == "csv" else house.to_parquet(path)
    assert main(["identify", str(path), "--json"]) == 0
    captured = capsys.readouterr()
    body = json.loads(captured.out)
    assert list(body) == KEYS
    assert all(isinstance(value, float) for value in body.values())
    assert body["rmse_24h_k"] < 0.6 * body["persistence_24h_k"]
    assert "Fitting" in captured.err


def test_the_table_is_readable_without_irradiance(
    house: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Missing sun is said; few days are said."""
    path = tmp_path / "house.csv"
    house.drop(columns="irradiance_w_m2").to_csv(path, index=False)
    assert main(["identify", str(path)]) == 0
    table = capsys.readouterr().out
    for words in ("Heat loss (HTC)", "kWh/K", "unseen days", "no irradiance", "Fewer"):
        assert words in table


def test_changes_of_the_clock_do_no_harm(
    house: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same days around the end of summer time give the same figures."""
    found = []
    for days in (0, -74):
        moved = house.copy()
        moved["time"] = moved["time"].dt.tz_convert("UTC") + pd.Timedelta(days=days)
        moved["time"] = moved["time"].dt.tz_convert("Europe/Amsterdam")
        path = tmp_path / "house.csv"
        moved.to_csv(path, index=False)
        assert main(["identify", str(path), "--json"]) == 0
        found.append(json.loads(capsys.readouterr().out))
    assert [found[0][key] for key in KEYS[:4]] == [found[1][key] for key in KEYS[:4]]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: rows.drop(columns="heat_w"), "heat_w is missing"),
        (lambda rows: rows.iloc[:400], "6 are needed"),
        (lambda rows: rows.iloc[:0], "has no rows"),
        (lambda rows: rows.assign(heat_w=0.0), "never above 0"),
        (lambda rows: rows.assign(indoor_c="warm"), "'warm', not a number"),
        (lambda rows: rows.assign(heat_w=np.nan), "heat_w is empty"),
        (lambda rows: rows.iloc[::18], "180 minutes apart"),
    ],
)
def test_wrong_files_end_with_one_line(
    house: pd.DataFrame,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    change: object,
    said: str,
) -> None:
    """Exit code 2, nothing on stdout, the last line on stderr says what to do."""
    path = tmp_path / "house.csv"
    change(house).to_csv(path, index=False)  # type: ignore[operator]
    assert main(["identify", str(path), "--json"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err
    assert captured.err.count("\n") == 1


def test_a_file_that_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Is told by its name."""
    assert main(["identify", str(tmp_path / "none.csv")]) == 2
    assert "none.csv" in capsys.readouterr().err.splitlines()[-1]
