"""Files of anybody: what is read, and what is said about what cannot be read."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dalen_hub.grid.series import SeriesError
from dalen_hub.grid.series_file import read_series_file

NOON_S = datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp()


def written(folder: Path, text: str, name: str = "house.csv") -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_csv_is_sorted_in_utc_and_may_have_gaps(tmp_path: Path) -> None:
    """Offsets are understood, empty cells are NaN, more columns do no harm."""
    path = written(
        tmp_path,
        "\ufefftime,note,load_kw,temperature_c\n"
        "2026-11-23T13:15:00+01:00,x,2.5,\n"
        "2026-11-23T12:00:00Z,y,1.5,4\n"
        "\n"
        "2026-11-23T13:00:00,z,unavailable,3\n",
    )
    series = read_series_file(
        path, required=["load_kw"], optional=["temperature_c", "wind_m_s"]
    )
    assert list(series.times_s - NOON_S) == [0, 900, 3600]
    assert list(series.columns) == ["load_kw", "temperature_c"]
    assert np.array_equal(series.columns["load_kw"], [1.5, 2.5, np.nan], equal_nan=True)
    assert np.array_equal(
        series.columns["temperature_c"], [4, np.nan, 3], equal_nan=True
    )
    assert series.repeated == 0


def test_rows_of_one_instant_are_averaged_as_far_as_known(tmp_path: Path) -> None:
    """The hour that a clock repeats, written without offset, is told."""
    path = written(
        tmp_path,
        "time,load_kw\n2026-11-23T12:00,1\n2026-11-23T12:00,\n2026-11-23T12:00,3\n",
    )
    series = read_series_file(path, required=["load_kw"])
    assert list(series.columns["load_kw"]) == [2.0]
    assert series.repeated == 2


@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Amsterdam"])
def test_parquet_says_the_same_as_csv(tmp_path: Path, zone: str | None) -> None:
    """Times of Parquet have a zone, or are UTC."""
    times = pd.date_range("2026-10-25T00:00", periods=6, freq="30min", tz="UTC")
    shown = times.tz_localize(None) if zone is None else times.tz_convert(zone)
    frame = pd.DataFrame({"time": shown, "load_kw": [1, 2, None, 4, 5, 6], "x": "y"})
    path = tmp_path / "load.parquet"
    frame.to_parquet(path)
    series = read_series_file(path, required=["load_kw"])
    assert np.array_equal(np.diff(series.times_s), np.full(5, 1800.0))
    assert series.times_s[0] == times[0].timestamp()
    assert np.isnan(series.columns["load_kw"][2])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "column time is missing"),
        ("time;load_kw\n", "semicolons"),
        ("time,load_w\n2026-11-23T12:00Z,5\n", "Rename load_w"),
        ("time,load_kw\n", "has no rows"),
        ("time,load_kw\n2026-11-23T12:00Z,1,5\n", "line 2: 3 values for 2 columns"),
        ("time,load_kw\n2026-11-23T12:00Z,heavy\n", "line 2: load_kw is 'heavy'"),
        ("time,load_kw\n2026-11-23T12:00Z,inf\n", "line 2: load_kw is 'inf'"),
        ("time,load_kw\nyesterday noon,1\n", "line 2: 'yesterday noon' is not"),
        ('time,load_kw\n"2026-11-23T12:00Z,1\n', "plain CSV"),
    ],
)
def test_each_mistake_is_told_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    """A message names the place and what to do."""
    with pytest.raises(SeriesError) as caught:
        read_series_file(written(tmp_path, text), required=["load_kw"])
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_of_another_kind_is_told(tmp_path: Path) -> None:
    """A CSV called .parquet and bytes called .csv."""
    with pytest.raises(SeriesError, match="is no Parquet file"):
        read_series_file(written(tmp_path, "time\n", "a.parquet"), required=[])
    path = tmp_path / "b.csv"
    path.write_bytes(b"time,load_kw\n\xff\xfe\n")
    with pytest.raises(SeriesError, match="not UTF-8"):
        read_series_file(path, required=["load_kw"])
    with pytest.raises(FileNotFoundError):
        read_series_file(tmp_path / "c.csv", required=["load_kw"])


def test_parquet_columns_must_be_numbers(tmp_path: Path) -> None:
    """Text in a column of numbers is told by its name."""
    path = tmp_path / "load.parquet"
    pd.DataFrame({"time": ["2026-11-23T12:00Z"], "load_kw": ["1"]}).to_parquet(path)
    with pytest.raises(SeriesError, match="load_kw is no column of numbers"):
        read_series_file(path, required=["load_kw"])
