"""Short ways to make events for tests."""

from datetime import UTC, datetime
from typing import Any

from custom_components.dalen.openadr.model import Event
from custom_components.dalen.openadr.reader import read_event

NOW = datetime(2026, 11, 23, 16, 7, 30, tzinfo=UTC)


def at(text: str) -> datetime:
    """Return an instant on the test day: ``at("17:00")``, or on another day."""
    if " " not in text:
        text = f"2026-11-23 {text}"
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def interval(number: int, *payloads: tuple[str, Any], **period: str) -> dict[str, Any]:
    """Return an interval; a payload is its type and a value or a list of them."""
    step: dict[str, Any] = {
        "id": number,
        "payloads": [
            {"type": kind, "values": value if isinstance(value, list) else [value]}
            for kind, value in payloads
        ],
    }
    return step | ({"intervalPeriod": period} if period else {})


def caps_json(
    *values: Any,
    start: str = "2026-11-23T16:00:00Z",
    duration: str = "PT15M",
    **fields: Any,
) -> dict[str, Any]:
    """Return a cap event with one value per interval."""
    return {
        "id": "event-1",
        "objectType": "EVENT",
        "programID": "dalen-caps",
        "eventName": "caps-2026-11-23",
        "priority": 2,
        "intervalPeriod": {"start": start, "duration": duration},
        "payloadDescriptors": [
            {"payloadType": "IMPORT_CAPACITY_LIMIT", "units": "KW"},
        ],
        "intervals": [
            interval(number, ("IMPORT_CAPACITY_LIMIT", value))
            for number, value in enumerate(values)
        ],
    } | fields


def event(**fields: Any) -> Event:
    """Return an event without intervals of its own, from JSON fields."""
    return read_event({"id": "event-1", "programID": "program-1"} | fields)


def stop_json(**fields: Any) -> dict[str, Any]:
    """Return an emergency stop of half an hour that starts now."""
    return (
        caps_json(start="0001-01-01T00:00:00Z", duration="PT30M")
        | {
            "id": "stop-1",
            "eventName": "stop-2026-11-23T16:05:00Z",
            "priority": 0,
            "createdDateTime": "2026-11-23T16:05:00Z",
            "modificationDateTime": "2026-11-23T16:05:00Z",
            "intervals": [
                interval(
                    0,
                    ("ALERT_GRID_EMERGENCY", "Cable broken"),
                    ("IMPORT_CAPACITY_LIMIT", 0),
                )
            ],
        }
        | fields
    )
