"""Tests of when an event is over (User Guide of OpenADR 3.1, 7.3 and 7.4)."""

from datetime import timedelta
from typing import Any

import pytest

from dalen_hub.store.times import from_epoch
from dalen_hub.vtn.lifespan import ends_at
from tests.hub.helpers import NOW

_HOUR = timedelta(hours=1)


def event_of(*intervals: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
    """Return an event; an interval is its own period, or None."""
    return {
        "intervals": [
            {"id": n, **({} if period is None else {"intervalPeriod": period})}
            for n, period in enumerate(intervals)
        ],
        **more,
    }


def period(after: timedelta = _HOUR * 0, **more: Any) -> dict[str, Any]:
    """Return a period that begins some time from now."""
    return {"start": (NOW + after).isoformat(), **more}


@pytest.mark.parametrize(
    ("event", "after"),
    [
        (event_of(None, None, intervalPeriod=period(duration="PT1H")), 2 * _HOUR),
        (
            event_of(None, intervalPeriod=period(duration="PT1H"), duration="PT3H"),
            3 * _HOUR,
        ),
        (
            event_of(None, None, intervalPeriod=period(duration="PT1H"), duration="PT1H"),
            _HOUR,
        ),
        (
            event_of(
                None, intervalPeriod=period(duration="PT1H", randomizeStart="PT30M")
            ),
            1.5 * _HOUR,
        ),
        (
            event_of(
                None, intervalPeriod=period(duration="PT1H", randomizeStart="-PT30M")
            ),
            1.5 * _HOUR,
        ),
        (
            event_of(None, intervalPeriod={"start": "0001-01-01T00:00:00Z", "duration": "PT1H"}),
            _HOUR,
        ),
        (
            event_of(
                None,
                period(5 * _HOUR, duration="PT2H"),
                None,
                intervalPeriod=period(duration="PT1H"),
            ),
            8 * _HOUR,
        ),
        (
            event_of(period(4 * _HOUR, duration="PT1H"), period(duration="PT1H")),
            5 * _HOUR,
        ),
        (event_of(None, intervalPeriod=period(duration="P9999Y")), None),
        (
            event_of(
                None, intervalPeriod=period(duration="PT1H"), duration="P9999Y"
            ),
            None,
        ),
        (event_of(None, intervalPeriod=period()), None),
        (event_of(None, intervalPeriod=period(duration="PT0S")), None),
        (event_of(None), None),
        ({}, None),
    ],
)  # fmt: skip
def test_the_end_of_an_event(event: dict[str, Any], after: timedelta | None) -> None:
    """Check durations, loops, cuts, random shifts, own periods, and no end."""
    end = ends_at(event, NOW)
    assert (None if end is None else from_epoch(end) - NOW) == after
