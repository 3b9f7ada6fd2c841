"""Whatever a VTN sends: documented errors, and slots that never overlap."""

from datetime import datetime, timedelta
from itertools import pairwise
from math import isfinite
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.dalen.openadr.caps import read_caps
from custom_components.dalen.openadr.errors import ModelError, TimelineError
from custom_components.dalen.openadr.model import Event
from custom_components.dalen.openadr.reader import (
    MAX_INTERVALS,
    read_all,
    read_event,
    read_program,
    read_ven,
)
from custom_components.dalen.openadr.timeline import timeline

from .builders import NOW

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=10), inner, max_size=4)
    ),
    max_leaves=12,
)
DURATION = st.sampled_from(
    ["PT15M", "PT1H", "P1D", "PT0S", "P9999Y", "P9000Y", "PT0.000001S", "P7D", "PT7M"]
)
START = st.sampled_from(
    [
        "2026-11-23T16:00:00Z",
        "2026-11-23T16:07:00Z",
        "2026-11-24T00:00:00+01:00",
        "0001-01-01T00:00:00Z",
        "0001-01-01",
        "0001-01-02T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "2020-02-29T00:00:00Z",
    ]
)
VALUE = (
    st.floats()
    | st.integers()
    | st.sampled_from([0, 0.52, -1, 10**400, True, "0.5", "", None, {"x": 1, "y": 2}])
)
TYPE = st.sampled_from(["IMPORT_CAPACITY_LIMIT", "ALERT_GRID_EMERGENCY", "SIMPLE"])


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return objects that have any of the fields, now and then with nonsense."""
    optional = {name: st.one_of(value, value, JSON) for name, value in fields.items()}
    return st.fixed_dictionaries({}, optional=optional)


PERIOD = some(start=START, duration=DURATION)
PAYLOAD = st.fixed_dictionaries(
    {"type": TYPE, "values": st.lists(VALUE, max_size=3)}
) | some(type=TYPE, values=st.lists(VALUE, max_size=3))
INTERVAL = st.builds(
    lambda number, rest: {"id": number} | rest,
    st.integers(0, 5),
    st.fixed_dictionaries(
        {"payloads": st.lists(PAYLOAD, max_size=3)},
        optional={"intervalPeriod": PERIOD},
    ),
)
DESCRIPTORS = st.lists(
    st.fixed_dictionaries(
        {"payloadType": TYPE, "units": st.sampled_from(["KW", "kW", "W", "KWH", ""])}
    ),
    max_size=3,
)
EVENT = st.builds(
    lambda name, rest: {"id": name, "programID": "p"} | rest,
    st.sampled_from(["a", "b", "c"]),
    st.fixed_dictionaries(
        {"intervals": st.lists(INTERVAL, max_size=5)},
        optional={
            "intervalPeriod": PERIOD,
            "duration": DURATION,
            "priority": st.sampled_from([None, 0, 1, 2, 10**400]),
            "payloadDescriptors": DESCRIPTORS,
            "createdDateTime": START,
            "modificationDateTime": START,
        },
    ),
)
SANE_EVENT = st.builds(
    lambda event, start, duration: (
        event
        | {
            "intervalPeriod": {"start": start, "duration": duration},
            "payloadDescriptors": [
                {"payloadType": "IMPORT_CAPACITY_LIMIT", "units": "KW"}
            ],
        }
    ),
    EVENT,
    START,
    DURATION,
)


@given(st.lists(JSON | EVENT, max_size=5))
def test_a_bad_object_is_skipped_with_a_reason(values: list[Any]) -> None:
    """Every object is read or skipped, and nothing else is raised."""
    for read in (read_event, read_program, read_ven):
        objects, skipped = read_all(values, read)
        assert len(objects) + len(skipped) == len(values)
        assert all(item.reason for item in skipped)


def _read(value: Any) -> Event | None:
    try:
        return read_event(value)
    except ModelError:
        return None


@given(EVENT | SANE_EVENT)
def test_slots_of_an_event_are_sorted_and_never_overlap(value: Any) -> None:
    """The only error is TimelineError."""
    event = _read(value)
    if event is None:
        return
    try:
        slots = timeline(event, now=NOW)
    except TimelineError:
        return
    for slot, next_slot in pairwise(slots):
        assert slot.end is not None
        assert slot.end <= next_slot.start
    assert all(slot.end is None or slot.start < slot.end for slot in slots)
    assert all(slot.start.utcoffset() == timedelta(0) for slot in slots)
    assert all(slot.values for slot in slots)


@given(st.lists(SANE_EVENT, max_size=4), st.none() | st.sampled_from(["KW", "W"]))
def test_caps_are_finite_and_never_overlap(values: list[Any], unit: str | None) -> None:
    """Caps among themselves, and stops among themselves; a cap always ends."""
    events, _ = read_all(values, read_event)
    reading = read_caps(events, now=NOW, default_unit=unit)
    for emergency in (True, False):
        end: datetime | None = None
        for cap in reading.caps:
            assert isfinite(cap.limit_w)
            assert cap.limit_w >= 0
            if (cap.emergency is not None) is not emergency or cap.end is None:
                assert cap.end is not None or cap.emergency is not None
                continue
            assert end is None or cap.start >= end
            assert cap.start < cap.end
            end = cap.end
    assert all(item.reason and item.id for item in reading.refused)


def test_an_event_with_too_many_intervals_is_refused() -> None:
    """A year of minutes would fill the memory of a small machine."""
    interval = {"id": 0, "payloads": []}
    body = {"id": "1", "programID": "p", "intervals": [interval] * (MAX_INTERVALS + 1)}
    with pytest.raises(ModelError, match="more than"):
        read_event(body)


@pytest.mark.parametrize("identity", [{}, {"id": None}, {"id": True}, {"id": "0"}])
def test_an_interval_without_a_number_is_refused(identity: dict[str, Any]) -> None:
    """The standard obliges it to have one."""
    body = {"id": "1", "programID": "p", "intervals": [{**identity, "payloads": []}]}
    with pytest.raises(ModelError, match="no id"):
        read_event(body)
