"""Tests of instants and durations."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given, strategies as st
import pytest

from dalen_hub.store.times import (
    from_epoch,
    parse_duration_s,
    parse_instant,
    rfc3339,
    to_epoch,
)


@given(st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1)))  # noqa: DTZ001
def test_an_instant_comes_back_from_tables_and_wire(naive: datetime) -> None:
    """Check both ways of writing an instant."""
    instant = naive.replace(tzinfo=UTC, microsecond=0)
    assert from_epoch(to_epoch(instant)) == instant
    assert parse_instant(rfc3339(instant)) == instant


def test_a_local_instant_is_written_in_utc() -> None:
    """Check the zone on the wire."""
    local = datetime(2026, 11, 23, 17, tzinfo=timezone(timedelta(hours=1)))
    assert rfc3339(local) == "2026-11-23T16:00:00Z"


def test_a_naive_instant_is_refused() -> None:
    """Check that the zone of the machine never matters."""
    with pytest.raises(ValueError, match="time zone"):
        to_epoch(datetime(2026, 11, 23))  # noqa: DTZ001
    with pytest.raises(ValueError, match="offset"):
        parse_instant("2026-11-23T16:00:00")


@pytest.mark.parametrize("text", ["", "2026", "0001-01-01T00:00:00+14:00", "now"])
def test_a_text_that_is_no_instant_is_refused(text: str) -> None:
    """Check what never reaches the tables."""
    with pytest.raises(ValueError, match=r".+"):
        parse_instant(text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("PT15M", 900),
        ("PT1H30M", 5400),
        ("P1D", 86_400),
        ("P1W", 604_800),
        ("-PT5M", -300),
        ("PT0.5S", 0.5),
        ("P9999Y", 9999 * 365 * 86_400),
    ],
)
def test_a_duration_is_read(text: str, seconds: float) -> None:
    """Check the forms that OpenADR allows."""
    assert parse_duration_s(text) == seconds


@pytest.mark.parametrize("text", ["", "P", "PT", "15M", "PT15", "P1H", "PT-5M", "P1DT"])
def test_a_text_that_is_no_duration_is_refused(text: str) -> None:
    """Check what looks like a duration and is none."""
    with pytest.raises(ValueError, match="ISO 8601"):
        parse_duration_s(text)
