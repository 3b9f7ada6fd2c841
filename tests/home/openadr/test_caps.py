"""Events become caps in watts."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.dalen.openadr.caps import Cap, CapsReading, read_caps
from custom_components.dalen.openadr.reader import read_event

from .builders import NOW, at, caps_json, interval, stop_json


def read(*events: dict[str, Any], **options: Any) -> CapsReading:
    """Return the caps of events given as JSON."""
    return read_caps([read_event(item) for item in events], now=NOW, **options)


def shown(reading: CapsReading) -> list[tuple[str, str | None, float]]:
    """Return caps in short."""
    return [
        (f"{cap.start:%H:%M}", f"{cap.end:%H:%M}" if cap.end else None, cap.limit_w)
        for cap in reading.caps
    ]


def test_a_cap_per_quarter_hour_in_watts() -> None:
    """KW becomes W without the dust of binary fractions."""
    reading = read(caps_json(0.52, 1.1, 2.5))
    assert reading.refused == ()
    assert shown(reading) == [
        ("16:00", "16:15", 520.0),
        ("16:15", "16:30", 1100.0),
        ("16:30", "16:45", 2500.0),
    ]
    assert reading.caps[0] == Cap(
        start=at("16:00"),
        end=at("16:15"),
        limit_w=520.0,
        priority=2,
        emergency=None,
        event_id="event-1",
    )


def test_equal_quarter_hours_stay_apart() -> None:
    """Each quarter hour is a cap of its own."""
    assert len(read(caps_json(*[0.5] * 96)).caps) == 96


@pytest.mark.parametrize("units", ["KW", "kW"])
def test_units(units: str) -> None:
    """The unit is KW; some write it kW."""
    descriptors = [{"payloadType": "IMPORT_CAPACITY_LIMIT", "units": units}]
    assert shown(read(caps_json(0.5, payloadDescriptors=descriptors)))[0][2] == 500


def test_watts_and_the_unit_of_the_program() -> None:
    """W is taken as it is; without a descriptor the program's unit counts."""
    descriptors = [{"payloadType": "IMPORT_CAPACITY_LIMIT", "units": "W"}]
    assert shown(read(caps_json(500, payloadDescriptors=descriptors)))[0][2] == 500
    bare = caps_json(0.5, payloadDescriptors=None)
    assert shown(read(bare, default_unit="KW"))[0][2] == 500


@pytest.mark.parametrize("units", [None, "KWH", "MW", "CELSIUS"])
def test_another_unit_is_refused(units: str | None) -> None:
    """A guess could be wrong by a factor of a thousand."""
    descriptors = [{"payloadType": "IMPORT_CAPACITY_LIMIT", "units": units}]
    reading = read(caps_json(0.5, payloadDescriptors=descriptors), caps_json(1.0))
    assert len(reading.caps) == 1
    assert [item.id for item in reading.refused] == ["event-1"]
    assert "must be KW" in reading.refused[0].reason


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        -0.5,
        pytest.param(10**400, id="huge"),
        1e306,
        True,
        "0.5",
        float("-inf"),
    ],
)
def test_only_finite_numbers(value: Any) -> None:
    """The bad quarter hour is left out with a reason, the others hold."""
    reading = read(caps_json(0.5, value, 0.7))
    assert shown(reading) == [("16:00", "16:15", 500.0), ("16:30", "16:45", 700.0)]
    assert "finite" in reading.refused[0].reason


def test_priority_goes_first_and_then_the_lowest() -> None:
    """Priority 0 is the highest; no priority is the lowest."""
    whole = {"start": "2026-11-23T16:00:00Z", "duration": "PT45M"}
    reading = read(
        caps_json(0.2, id="none", priority=None, intervalPeriod=whole),
        caps_json(0.9, id="one", priority=1, start="2026-11-23T16:15:00Z"),
        caps_json(0.4, id="two", priority=2, intervalPeriod=whole),
        caps_json(0.3, id="two too", priority=2, start="2026-11-23T16:30:00Z"),
    )
    assert [(cap.event_id, cap.limit_w) for cap in reading.caps] == [
        ("two", 400),
        ("one", 900),
        ("two too", 300),
    ]


def test_emergency_stop_lies_apart_from_the_cap_below() -> None:
    """When the envelope refuses the stop, the cap must still be there."""
    reading = read(caps_json(0.5, 0.6), stop_json())
    assert shown(reading) == [
        ("16:00", "16:15", 500.0),
        ("16:05", "16:35", 0.0),
        ("16:15", "16:30", 600.0),
    ]
    assert [cap.emergency for cap in reading.caps] == [None, "Cable broken", None]


def test_emergency_stop_ends_however_often_it_is_read() -> None:
    """A poll an hour later gives the same end."""
    event = read_event(stop_json())
    first = read_caps([event], now=NOW).caps
    assert read_caps([event], now=NOW + timedelta(hours=1)).caps == first


def test_alert_needs_a_limit_of_zero_to_be_a_stop() -> None:
    """An alert with room left is a cap; an alert alone asks nothing."""
    alert = ("ALERT_GRID_EMERGENCY", "Careful")
    limited = stop_json(intervals=[interval(0, alert, ("IMPORT_CAPACITY_LIMIT", 0.4))])
    assert [(cap.limit_w, cap.emergency) for cap in read(limited).caps] == [(400, None)]
    assert read(stop_json(intervals=[interval(0, alert)])) == CapsReading(
        caps=(), refused=()
    )


def test_parts_of_a_stop_are_joined_so_that_its_length_shows() -> None:
    """Three quarter hours in a row are one stop of 45 minutes."""
    step = stop_json()["intervals"][0]
    stop = stop_json(
        intervalPeriod={"start": "2026-11-23T16:00:00Z", "duration": "PT15M"},
        intervals=[step | {"id": number} for number in range(3)],
    )
    assert shown(read(stop)) == [("16:00", "16:45", 0.0)]


@pytest.mark.parametrize(
    "fields",
    [
        {"intervalPeriod": {"start": "0001-01-01", "duration": "P9999Y"}},
        {"duration": "P9999Y"},
    ],
)
def test_stop_without_an_end_gets_none(fields: dict[str, Any]) -> None:
    """Whether one endless interval or endless rounds: no end, so refused later."""
    finite = stop_json(id="stop-2", priority=1)
    caps = read(stop_json(**fields), finite).caps
    assert {cap.event_id: cap.end for cap in caps} == {
        "stop-1": None,
        "stop-2": at("16:35"),
    }
    assert len(caps) == 2


def test_cap_without_an_end_is_refused_and_hides_no_other() -> None:
    """A cap with a higher priority but no end leaves the finite one."""
    endless = {"start": "2026-11-23T16:00:00Z", "duration": "P9999Y"}
    reading = read(
        caps_json(0.1, id="endless", priority=0, intervalPeriod=endless), caps_json(0.5)
    )
    assert shown(reading) == [("16:00", "16:15", 500.0)]
    assert reading.refused[0].id == "endless"


def test_event_that_cannot_be_laid_out_is_refused_with_its_reason() -> None:
    """The others are read."""
    reading = read(caps_json(0.5, id="odd", intervalPeriod=None), caps_json(0.5))
    assert len(reading.caps) == 1
    assert reading.refused[0].id == "odd"
    assert "no start" in reading.refused[0].reason


def test_other_events_are_left_alone() -> None:
    """A price event is neither a cap nor a fault."""
    price = caps_json() | {"intervals": [interval(0, ("PRICE", 0.3))]}
    assert read(price) == CapsReading(caps=(), refused=())
