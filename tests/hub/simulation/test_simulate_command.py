"""`dalen-hub simulate`: what it prints, what it writes, what it refuses."""

from datetime import timedelta
import json
from pathlib import Path
import re

import numpy as np
import pytest

from dalen_hub import cli
from dalen_hub.simulation.courses import START
from dalen_hub.simulation.run_command import language_of

SMALL = ("simulate", "--seeds", "2", "--days", "1", "--pumps", "12", "--homes", "30")
KEYS = {
    "peak_kw",
    "uncontrolled_peak_kw",
    "peak_cut",
    "overshoot_pct",
    "extra_gas_m3",
    "optimum_gas_m3",
    "comfort_k_h",
    "mean_pump_peak_w",
    "fleet_peak_kw",
    "stop_cut",
}


def write_hours(path: Path, column: str, days: int, value: float, swing: float) -> Path:
    """Write an hourly series that ends a day after the run would."""
    hours = np.arange(24 * days + 1)
    rows = [
        f"{(START + timedelta(hours=int(hour))).isoformat()},"
        f"{value + swing * np.cos((hour - 19) / 24 * 2 * np.pi):.3f}"
        for hour in hours
    ]
    path.write_text("\n".join([f"time,{column}", *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("strategy", ["none", "frame", "dynamic", "stop"])
def test_json_is_one_object_with_every_figure(
    strategy: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Mean and spread over seeds, and each seed; progress goes to stderr."""
    assert cli.main([*SMALL, "--strategy", strategy, "--json"]) == 0
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert set(found) == {"summary", "seeds"}
    assert set(found["summary"]) == KEYS
    assert [set(each) for each in found["seeds"]] == [KEYS, KEYS]
    peaks = [each["peak_kw"] for each in found["seeds"]]
    assert found["summary"]["peak_kw"]["mean"] == pytest.approx(np.mean(peaks))
    assert found["summary"]["peak_kw"]["std"] == pytest.approx(
        np.std(peaks, ddof=1), abs=1e-4
    )
    assert "days" in err


def test_files_give_the_weather_and_the_load(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A load of the file, by a limit in kW; with a page in Dutch beside it."""
    weather = write_hours(tmp_path / "weather.csv", "temperature_c", 4, -2.0, -3.0)
    base = write_hours(tmp_path / "base.csv", "load_kw", 4, 20.0, 10.0)
    page = tmp_path / "page.html"
    arguments = [*SMALL, "--weather", str(weather), "--base", str(base)]
    arguments += ["--limit-kw", "34", "--report", str(page), "--language", "nl"]
    assert cli.main([*arguments, "--data-minutes", "15"]) == 0
    out, _ = capsys.readouterr()
    assert "pilot" in out
    assert "hoogste kwartier" in out
    assert "2 dorpen x 1 koude dag," in out
    assert out.count("gemiste warmte") == 1
    text = page.read_text(encoding="utf-8")
    assert '<html lang="nl">' in text
    assert text.count("<svg viewBox") >= 4
    assert "Geen enkele woning werd kouder." in text
    assert not re.search(r"(src|href)=|https?://|@import|<script", text)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--pumps", "300"], "300 heat pumps do not fit in 255 homes"),
        (["--weather", "nowhere.csv"], "nowhere.csv"),
    ],
)
def test_what_cannot_be_ends_with_one_line(
    arguments: list[str],
    expected: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Exit code 2 and one line that says what to do."""
    assert cli.main(["simulate", "--days", "1", "--seeds", "1", *arguments]) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert expected in lines[-1]


def test_a_series_that_is_too_short_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says how many days are needed."""
    weather = write_hours(tmp_path / "weather.csv", "temperature_c", 1, -2.0, 3.0)
    assert cli.main([*SMALL, "--weather", str(weather)]) == 2
    assert "no 2 days in a row" in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong",
    [
        ["--limit-share", "0"],
        ["--offline-share", "1"],
        ["--seeds", "none"],
        ["--limit-kw", "nan"],
        ["--limit-kw", "300", "--limit-share", "0.9"],
    ],
)
def test_wrong_options_end_with_one_line(
    wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """As all commands do."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["simulate", *wrong])
    assert ended.value.code == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_the_language_is_that_of_the_user() -> None:
    """LANG counts where nothing goes before it."""
    assert language_of({"LANG": "nl_NL.UTF-8"}) == "nl"
    assert language_of({"LANG": "nl_NL.UTF-8", "LC_ALL": "C"}) == "en"
    assert language_of({}) == "en"
