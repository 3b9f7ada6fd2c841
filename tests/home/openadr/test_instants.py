"""Timestamps and durations."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.dalen.openadr.errors import ModelError
from custom_components.dalen.openadr.instants import (
    INFINITE,
    NOW,
    format_instant,
    parse_duration,
    parse_instant,
)


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("PT15M", timedelta(minutes=15)),
        ("PT0S", timedelta(0)),
        ("P1DT2H3M4.5S", timedelta(days=1, hours=2, minutes=3, seconds=4.5)),
        ("P2W", timedelta(weeks=2)),
        ("P1Y", timedelta(days=365)),
        ("P9999Y", INFINITE),
        ("P99999999Y", INFINITE),
    ],
)
def test_duration(text: str, duration: timedelta) -> None:
    """Durations of the standard are understood."""
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "15M",
        "-PT15M",
        "P1M",
        "PT15",
        "PT1H1H",
        "P1.5D",
        "PT١٥M",
        "PT1E9S",
    ],
)
def test_bad_duration(text: str) -> None:
    """What is no positive duration of fixed length is refused."""
    with pytest.raises(ModelError):
        parse_duration(text)


@pytest.mark.parametrize(
    "text", ["0001-01-01", "0001-01-01T00:00:00", "0001-01-01T00:00:00Z"]
)
def test_beginning_of_time_is_now(text: str) -> None:
    """All ways in which the standard writes "now" are understood."""
    assert parse_instant(text) == NOW


def test_offset_becomes_utc() -> None:
    """An offset is applied."""
    expected = datetime(2026, 11, 23, 16, tzinfo=UTC)
    assert parse_instant("2026-11-23T17:00:00+01:00") == expected
    assert parse_instant("2026-11-23T16:00:00.000Z").utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "text",
    ["2026-11-23T16:00:00", "2026-11-23", "now", "", "9999-12-31T23:00:00-05:00"],
)
def test_bad_instant(text: str) -> None:
    """No offset, no timestamp, or beyond the calendar: refused."""
    with pytest.raises(ModelError):
        parse_instant(text)


@given(st.text())
def test_any_text_gives_a_value_or_the_documented_error(text: str) -> None:
    """Nothing else than ModelError comes out."""
    for parse in (parse_instant, parse_duration):
        try:
            parse(text)
        except ModelError:
            continue


def test_instant_round_trip() -> None:
    """What is written can be read."""
    instant = datetime(2026, 11, 23, 16, 15, tzinfo=UTC)
    assert format_instant(instant) == "2026-11-23T16:15:00Z"
    assert parse_instant(format_instant(instant)) == instant
    with pytest.raises(ValueError, match="time zone"):
        format_instant(instant.replace(tzinfo=None))
