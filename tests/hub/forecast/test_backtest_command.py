"""`dalen-hub backtest` on files as people have them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
import json
import os
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from dalen_hub import cli
from dalen_hub.forecast.arrays import HOUR_S
from dalen_hub.forecast.backtest_file import read_known
from dalen_hub.forecast.features import Known

from .made_up import START, village

KEYS = {
    "rmae",
    "rcrps",
    "cover80",
    "below_p95",
    "peak_error",
    "mean6_rmae",
    "persistence_rmae",
    "test_days",
    "fit_s",
}
SHARED = Path(
    os.environ.get("DALEN_DATA", Path(__file__).parents[4] / "shared" / "data")
)


def stamp(time_s: int) -> str:
    """Return a time as a file has it."""
    return datetime.fromtimestamp(time_s, UTC).isoformat()


def write_load(path: Path, known: Known, write: Callable[[int], str] = stamp) -> Path:
    """Write the load as CSV."""
    load = known.load
    rows = [
        f"{write(int(time_s))},{value:.2f}"
        for time_s, value in zip(load.times_s, load.values, strict=True)
    ]
    path.write_text("\n".join(["time,load_kw", *rows]), encoding="utf-8")
    return path


def write_weather(path: Path, known: Known) -> Path:
    """Write hourly weather as CSV."""
    names = list(known.weather)
    times_s = known.load.times_s[:: HOUR_S // known.load.step_s]
    columns = [known.weather[name].at(times_s) for name in names]
    rows = [
        ",".join([stamp(int(time_s)), *(f"{value:.2f}" for value in values)])
        for time_s, *values in zip(times_s, *columns, strict=True)
    ]
    path.write_text("\n".join([",".join(["time", *names]), *rows]), encoding="utf-8")
    return path


def run(
    capsys: pytest.CaptureFixture[str], *arguments: str | Path
) -> tuple[int, str, str]:
    """Run the command; return exit code, stdout and stderr."""
    code = cli.main(["backtest", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, out, err


def test_json_with_weather(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One object with the stable keys; weather makes it better."""
    known = village(60)
    load = write_load(tmp_path / "load.csv", known)
    weather = write_weather(tmp_path / "weather.csv", known)
    code, out, err = run(
        capsys, load, "--weather", weather, "--test-days", 14, "--json"
    )
    assert code == 0
    assert "14 of 14 days" in err
    figures = json.loads(out)
    assert set(figures) == KEYS
    assert figures["test_days"] == 14
    _, out, _ = run(capsys, load, "--test-days", 14, "--json")
    assert figures["rmae"] < 0.7 * json.loads(out)["rmae"]


def test_table_and_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """For people: a table, and a page that needs nothing from elsewhere."""
    load = write_load(tmp_path / "a<b.csv", village(40))
    report = tmp_path / "out.html"
    code, out, _ = run(capsys, load, "--test-days", 9, "--report", report)
    assert code == 0
    assert "Day-ahead forecasts of 9 days" in out
    assert "right: 80 %" in out
    page = report.read_text(encoding="utf-8")
    assert page.count("<svg") == 2
    assert "a&lt;b.csv" in page
    assert "<script" not in page
    assert "http" not in page
    assert "nan" not in page


def test_offsets_and_clock_change(tmp_path: Path) -> None:
    """Local times with their offset are the same instants."""
    known = village(100)
    zone = ZoneInfo("Europe/Amsterdam")

    def local(time_s: int) -> str:
        return datetime.fromtimestamp(time_s, zone).isoformat()

    utc, _ = read_known(write_load(tmp_path / "utc.csv", known), None)
    other, _ = read_known(write_load(tmp_path / "local.csv", known, local), None)
    assert np.array_equal(utc.load.values, other.load.values)
    assert utc.load.start_s == other.load.start_s == int(START.timestamp())


@pytest.mark.parametrize(("minutes", "step_s"), [(1, 900), (10, 1_800), (60, 3_600)])
def test_finer_readings_are_averaged(tmp_path: Path, minutes: int, step_s: int) -> None:
    """On quarter hours, or what the interval of the file fits in."""
    rows = [
        f"{(START + timedelta(minutes=minutes * i)).isoformat()},{i}" for i in range(60)
    ]
    path = tmp_path / "load.csv"
    path.write_text("\n".join(["time,load_kw", *rows]), encoding="utf-8")
    known, _ = read_known(path, None)
    assert known.load.step_s == step_s
    per_step = step_s // (60 * minutes)
    assert known.load.values[0] == pytest.approx((per_step - 1) / 2)


def test_weather_is_interpolated_but_not_over_days(tmp_path: Path) -> None:
    """A gap of a day stays a gap."""
    load = write_load(tmp_path / "load.csv", village(20))
    hours = [0, 1, 2, 3, 30, 31]
    rows = [f"{(START + timedelta(hours=h)).isoformat()},{h}" for h in hours]
    weather = tmp_path / "weather.csv"
    weather.write_text("\n".join(["time,temperature_c", *rows]), encoding="utf-8")
    known, _ = read_known(load, weather)
    values = known.weather["temperature_c"].values
    assert values[:7] == pytest.approx([0, 0.5, 1, 1.5, 2, 2.5, 3])
    assert np.isnan(values[20])
    assert values[60] == 30


def test_repeated_times_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Averaged, never silently."""
    load = write_load(tmp_path / "load.csv", village(30))
    text = load.read_text(encoding="utf-8").splitlines()
    load.write_text("\n".join([*text, text[-1]]), encoding="utf-8")
    code, _, err = run(capsys, load, "--test-days", 2, "--json")
    assert code == 0
    assert "load.csv: 1 rows of a repeated time were averaged" in err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("time_utc,load_kw\n2026-01-01T00:00Z,1", "found: time_utc, load_kw"),
        ("time,load_mw\n2026-01-01T00:00Z,1", "found: time, load_mw"),
        ("time,load_kw\n", "no rows"),
        ("time,load_kw\n2026-01-01T00:00Z,1", "one row"),
        ("time,load_kw\n2026-01-01T00:00Z,a\n2026-01-01T00:15Z,1", "not a number"),
        ("time,load_kw\n2026-01-01T00:00Z,1\n2026-01-02T00:00Z,1", "at least one"),
        ("time,load_kw\n2026-01-01T00:00Z,1\n2026-01-01T00:15Z,1", "longer series"),
    ],
)
def test_wrong_files_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, words: str
) -> None:
    """Exit code 2, and what to do."""
    path = tmp_path / "load.csv"
    path.write_text(text, encoding="utf-8")
    code, out, err = run(capsys, path)
    assert code == 2
    assert out == ""
    assert err.count("\n") == 1
    assert words in err


def test_weather_without_weather(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The names of the columns are told."""
    load = write_load(tmp_path / "load.csv", village(30))
    weather = tmp_path / "weather.csv"
    weather.write_text("time,temp\n2026-01-01T00:00Z,1\n", encoding="utf-8")
    code, _, err = run(capsys, load, "--weather", weather)
    assert code == 2
    assert "temperature_c, irradiance_w_m2, wind_m_s" in err


def test_missing_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line."""
    code, _, err = run(capsys, tmp_path / "none.csv")
    assert code == 2
    assert "none.csv" in err


def test_parquet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As CSV, where pyarrow is installed."""
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    known = village(40)
    frame = pandas.DataFrame(
        {
            "time": pandas.to_datetime(known.load.times_s, unit="s", utc=True),
            "load_kw": known.load.values,
            "temperature_c": known.weather["temperature_c"].values,
        }
    )
    path = tmp_path / "load.parquet"
    frame.to_parquet(path)
    code, out, _ = run(capsys, path, "--test-days", 3, "--json")
    assert code == 0
    assert set(json.loads(out)) == KEYS


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data are not here")
def test_a_measured_dutch_load(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Better than the figures to beat, calibrated, and fitted in time."""
    pandas = pytest.importorskip("pandas")
    source = SHARED / "nl_mv_load_pid287_15min_2020_10_to_2021_01.parquet"
    frame = pandas.read_parquet(source)
    path = tmp_path / "load.parquet"
    pandas.DataFrame(
        {
            "time": frame["time_utc"],
            "load_kw": frame["load"] * 1000.0,
            "temperature_c": frame["temp"],
            "irradiance_w_m2": frame["radiation"] / 3600.0,
            "wind_m_s": frame["windspeed"],
        }
    ).to_parquet(path)
    code, out, _ = run(capsys, path, "--test-days", 75, "--json")
    assert code == 0
    figures = json.loads(out)
    assert figures["rmae"] <= 0.0706
    assert figures["rcrps"] <= 0.0434
    assert figures["rmae"] / figures["mean6_rmae"] <= 0.0706 / 0.0830
    assert 0.76 <= figures["cover80"] <= 0.86
    assert 0.93 <= figures["below_p95"] <= 0.98
    assert figures["fit_s"] <= 3.0
