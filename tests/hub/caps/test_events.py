"""The event that a home gets for a local day."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dalen_hub.caps.events import cap_event, caps_of_day, sent_caps_w
from dalen_hub.grid.quarter_hours import local_day_quarters

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize(
    ("day", "start", "quarters"),
    [
        (date(2026, 11, 23), "2026-11-22T23:00:00Z", 96),
        (date(2026, 3, 29), "2026-03-28T23:00:00Z", 92),
        (date(2026, 10, 25), "2026-10-24T22:00:00Z", 100),
    ],
)
def test_event_covers_the_local_day(day: date, start: str, quarters: int) -> None:
    """It starts at local midnight and has an interval per quarter hour."""
    starts = local_day_quarters(day, AMSTERDAM)
    event = cap_event(
        program_id="p", target="home-1", day=day, starts=starts, caps_w=[520] * quarters
    )
    assert event["eventName"] == f"caps-{day}"
    assert event["intervalPeriod"] == {"start": start, "duration": "PT15M"}
    assert [each["id"] for each in event["intervals"]] == list(range(quarters))
    assert event["intervals"][0]["payloads"] == [
        {"type": "IMPORT_CAPACITY_LIMIT", "values": [0.52]}
    ]
    assert sent_caps_w(event) == dict.fromkeys(range(quarters), 520)


def test_past_quarter_hours_keep_what_was_sent() -> None:
    """Only decided quarter hours change; before the home joined: nameplate."""
    begin = datetime(2026, 11, 23, tzinfo=UTC)
    starts = [begin + timedelta(minutes=15 * index) for index in range(4)]
    decided = {starts[2]: 300, starts[3]: 1450}
    assert caps_of_day(1450, starts, decided, {0: 400}) == [400, 1450, 300, 1450]


def test_event_written_by_hand_is_read_as_far_as_it_is_one() -> None:
    """What is no cap is left out."""
    intervals = [
        {"id": 0, "payloads": [{"type": "SIMPLE", "values": []}]},
        {"id": 1, "payloads": [{"type": "IMPORT_CAPACITY_LIMIT", "values": [1]}]},
    ]
    assert sent_caps_w({"intervals": intervals}) == {1: 1000}
    assert sent_caps_w({}) == {}
