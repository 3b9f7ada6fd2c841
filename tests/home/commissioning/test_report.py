"""What a report says, and what it never says."""

from dataclasses import replace
from datetime import UTC, datetime
import json
from pathlib import Path
import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.dalen.commissioning import (
    Check,
    CommissioningReport,
    HeatPumpFacts,
    Versions,
    render_page,
)
from custom_components.dalen.commissioning.files import write_files
from custom_components.dalen.commissioning.texts import TEXTS
from custom_components.dalen.const import Connection
from custom_components.dalen.heat_pump.communication import CommunicationResult
from custom_components.dalen.heat_pump.model import LimitKind
from custom_components.dalen.heat_pump.register_probe import RegisterRow, Verdict
from custom_components.dalen.heat_pump.write_test_result import WriteTestOutcome

ZONE = ZoneInfo("Europe/Amsterdam")
FACTS = HeatPumpFacts(
    brand="Workshop",
    model="Air <6>",
    connection="modbus",
    profile="my_heat_pump",
    variant=None,
    firmware="3.90.3",
    limit_kind="watts",
    minimum_w=410,
    maximum_w=1500,
    lowest_w=0,
    step_w=1,
    min_write_interval_s=5,
    daily_write_budget=2000,
    watchdog_s=None,
)
POWER = RegisterRow(
    key="electric_w",
    place="input register 2",
    raw=1450,
    value=1450.0,
    verdict=Verdict.PLAUSIBLE,
    lowest=0.0,
    highest=20_000.0,
)
UNKNOWN = replace(POWER, raw=None, value=None, verdict=Verdict.NO_VALUE)
TEST: dict[str, Any] = {
    "outcome": "passed",
    "time": "2026-11-23T17:00:00+00:00",
    "duration_s": 70,
    "before_w": 1450.0,
    "limit_w": 725.0,
    "readback_w": 725.0,
    "limited_w": 702.5,
    "response_s": 12.5,
    "after_w": 710.0,
    "drop_w": 747.5,
}
REPORT = CommissioningReport(
    created=datetime(2026, 11, 23, 17, 5, tzinfo=UTC),
    versions=Versions(dalen="0.1.0", home_assistant="2026.10.4"),
    heat_pump=FACTS,
    registers=(POWER,),
    readings={"electric_w": 1450.0, "compressor_on": True},
    communication=CommunicationResult(
        reads=100, lost=1, median_s=0.021, p95_s=0.05, slowest_s=0.0612
    ),
    write_test=TEST,
)


def test_a_good_installation() -> None:
    """Every part is good."""
    assert set(REPORT.checks.values()) == {Check.GOOD}


@pytest.mark.parametrize(
    ("part", "changed", "check"),
    [
        (
            "readings",
            {"registers": (replace(POWER, verdict=Verdict.IMPLAUSIBLE),)},
            Check.ATTENTION,
        ),
        ("readings", {"readings": {"flow_c": 30.0}}, Check.ATTENTION),
        ("readings", {"readings": {}, "registers": ()}, Check.NOT_DONE),
        (
            "communication",
            {
                "communication": CommunicationResult(
                    reads=10, lost=10, median_s=None, p95_s=None, slowest_s=None
                )
            },
            Check.ATTENTION,
        ),
        ("communication", {"communication": None}, Check.NOT_DONE),
        ("write_test", {"write_test": None}, Check.NOT_DONE),
        ("write_test", {"write_test": TEST | {"outcome": "not_held"}}, Check.ATTENTION),
    ],
)
def test_what_needs_a_look(part: str, changed: dict[str, Any], check: Check) -> None:
    """Every other part stays good."""
    report = replace(REPORT, **changed)
    assert report.checks.pop(part) is check
    assert {one for key, one in report.checks.items() if key != part} == {Check.GOOD}
    for language in TEXTS:
        assert TEXTS[language][check] in render_page(report, language, ZONE)


def test_the_data_is_json() -> None:
    """With a format that says what it is."""
    data = json.loads(json.dumps(REPORT.as_json()))
    assert data["format"] == "dalen-commissioning"
    assert data["created"] == "2026-11-23T17:05:00+00:00"
    assert data["registers"][0]["verdict"] == "plausible"
    assert data["communication"]["loss"] == pytest.approx(0.01)
    assert data["checks"]["write_test"] == "good"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["Commissioning report", "2026-11-23 18:05", "747.5 W", "61.2 ms"]),
        ("nl", ["Opleverrapport", "2026-11-23 18:05", "747,5 W", "61,2 ms"]),
    ],
)
def test_the_page(language: str, expected: list[str]) -> None:
    """On the local clock, in the language, with nothing from elsewhere."""
    page = render_page(REPORT, language, ZONE)
    for text in expected:
        assert text in page
    assert "–" in render_page(replace(REPORT, registers=(UNKNOWN,)), language, ZONE)
    assert f'<html lang="{language}">' in page
    assert "Air &lt;6&gt;" in page
    assert not re.search(r"(src|href)=|https?:|<script", page)


def test_another_language_is_english() -> None:
    """It is read by more people."""
    assert render_page(REPORT, "de", ZONE) == render_page(REPORT, "en", ZONE)


@pytest.mark.parametrize("language", list(TEXTS))
def test_everything_has_words(language: str) -> None:
    """In both languages."""
    assert TEXTS[language].keys() == TEXTS["en"].keys()
    words = TEXTS[language]
    for outcome in WriteTestOutcome:
        assert words[f"outcome_{outcome}"]
    for verdict in Verdict:
        assert words[f"verdict_{verdict}"]
    for kind in LimitKind:
        assert words[f"kind_{kind}"]
    for connection in Connection:
        assert words[f"connection_{connection}"]


def test_a_monitored_heat_pump_without_registers() -> None:
    """What it does not have is left out."""
    facts = replace(FACTS, connection="monitor", limit_kind="monitor", profile=None)
    report = replace(
        REPORT, heat_pump=facts, registers=(), communication=None, write_test=None
    )
    page = render_page(report, "en", ZONE)
    assert "Monitored only" in page
    assert "Step of the limit" not in page
    assert "input register" not in page


def test_the_files(tmp_path: Path) -> None:
    """The folder is made; the names tell when."""
    page, data = write_files(REPORT, tmp_path / "dalen" / "new", "nl", ZONE)
    assert page.name == "2026-11-23_180500.html"
    assert json.loads(data.read_text(encoding="utf-8")) == REPORT.as_json()
    assert "Opleverrapport" in page.read_text(encoding="utf-8")
