"""Documents of the grid operator, written from the specifications of the profiles.

No DSO offers a public server, so none of them was recorded. They have the form of
OpenADR 3.1 and 3.0.1, with the values that the profiles demand.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from dalen_hub.grid.quarter_hours import QUARTER
from dalen_hub.store.times import rfc3339

EAN = "871685900012636543"
ENEXIS = "8712423014022"
GROUP = "group-7"
START = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 16, 5, tzinfo=UTC)
LIMIT = "IMPORT_CAPACITY_LIMIT"


def served(body: Mapping[str, Any], number: int = 1, **more: Any) -> dict[str, Any]:
    """Return an object as a server shows it."""
    return {
        "id": f"event-{number}",
        "createdDateTime": rfc3339(NOW - timedelta(hours=1)),
        "modificationDateTime": rfc3339(NOW - timedelta(hours=1)),
        "objectType": "EVENT",
        "programID": "program-1",
        **body,
        **more,
    }


def described(kind: str, unit: str = "KW") -> list[dict[str, Any]]:
    """Return the descriptor of one payload."""
    return [
        {
            "objectType": "EVENT_PAYLOAD_DESCRIPTOR",
            "payloadType": kind,
            "units": unit,
        }
    ]


def interval(
    number: int,
    kind: str,
    value: Any,
    start: datetime | None = None,
    duration: str = "PT15M",
) -> dict[str, Any]:
    """Return one interval, with a time of its own where it has a start."""
    made: dict[str, Any] = {
        "id": number,
        "payloads": [{"type": kind, "values": [value]}],
    }
    if start is not None:
        made["intervalPeriod"] = {"start": rfc3339(start), "duration": duration}
    return made


def gac(values: list[float], start: datetime = START, **more: Any) -> dict[str, Any]:
    """Return limits of GAC 2.1 or 2.2, a value a quarter hour."""
    return {
        "eventName": "limits",
        "targets": [EAN],
        "payloadDescriptors": described(LIMIT),
        "intervalPeriod": {"start": rfc3339(start), "duration": "PT15M"},
        "intervals": [interval(n, LIMIT, value) for n, value in enumerate(values)],
        **more,
    }


def gac_20(values: list[float], start: datetime = START) -> dict[str, Any]:
    """Return limits as a server of GAC 2.0 shows them, in steps of 5 minutes."""
    step = timedelta(minutes=5)
    return {
        "eventName": "limits",
        "targets": [
            {"type": "POWER_SERVICE_LOCATION", "values": [EAN]},
            {"type": "VEN_NAME", "values": ["NL-DAL"]},
        ],
        "payloadDescriptors": described(LIMIT),
        "intervals": [
            interval(n, LIMIT, value, start + n * step, "PT5M")
            for n, value in enumerate(values)
        ],
    }


def forecast(values: list[float], start: datetime = START) -> dict[str, Any]:
    """Return a forecast of the load of a transformer."""
    kind = "TRAFO_LOAD_FORECAST"
    return {
        "eventName": "forecast",
        "payloadDescriptors": described(kind),
        "intervalPeriod": {"start": rfc3339(start), "duration": "PT15M"},
        "intervals": [interval(n, kind, value) for n, value in enumerate(values)],
    }


def emergency(start: datetime = NOW, **more: Any) -> dict[str, Any]:
    """Return an emergency of half an hour."""
    return {
        "eventName": "emergency",
        "priority": 0,
        "intervalPeriod": {"start": rfc3339(start), "duration": "PT30M"},
        "intervals": [
            {
                "id": 0,
                "payloads": [
                    {"type": "ALERT_GRID_EMERGENCY", "values": ["Cable on fire"]},
                    {"type": LIMIT, "values": [0.0]},
                ],
            }
        ],
        **more,
    }


def baseline(active_kw: float, reserved_kw: float = 0.0) -> dict[str, Any]:
    """Return the baseline of a group."""
    return {
        "eventName": "baseline",
        "targets": [GROUP],
        "payloadDescriptors": [
            *described("ACTIVE_BASELINE"),
            *described("RESERVED_BASELINE"),
        ],
        "reportDescriptors": [
            {
                "payloadType": kind,
                "units": "KW",
                "reportIntervals": "OPEN_INTERVALS",
                "frequency": 0,
                "repeat": -1,
            }
            for kind in ("ACTIVE_FLEX_DELTA", "RESERVED_FLEX_DELTA")
        ],
        "intervals": [
            {
                "id": 0,
                "payloads": [
                    {"type": "ACTIVE_BASELINE", "values": [active_kw]},
                    {"type": "RESERVED_BASELINE", "values": [reserved_kw]},
                ],
            }
        ],
    }


def dispatch(flex_kw: float, start: datetime = START) -> dict[str, Any]:
    """Return a dispatch of two hours, and the hour after it."""
    after = start + timedelta(hours=2)
    return {
        "eventName": "dispatch",
        "targets": [GROUP],
        "payloadDescriptors": described("FLEX"),
        "reportDescriptors": [
            {"payloadType": "ACK", "frequency": 0},
            {
                "payloadType": "DELIVERED_FLEX",
                "units": "KW",
                "reportIntervals": "INTERVALS",
                "frequency": -1,
                "repeat": 1,
            },
        ],
        "intervalPeriod": {
            "start": rfc3339(start - timedelta(hours=5)),
            "duration": "P1D",
        },
        "intervals": [
            interval(0, "FLEX", flex_kw, start, "PT2H"),
            interval(1, "FLEX", 0.0, after, "PT1H"),
        ],
    }


def anchor() -> dict[str, Any]:
    """Return the event to which registrations are reported."""
    return {
        "eventName": "anchor",
        "reportDescriptors": [
            {"payloadType": kind, "frequency": 0, "repeat": -1}
            for kind in (
                "REGISTRATION_REQUEST",
                "DE_REGISTRATION_REQUEST",
                "OPERATIONAL_STATUS",
            )
        ],
    }


def override(active_kw: float) -> dict[str, Any]:
    """Return that the DSO counts on less than was offered."""
    kind = "ACTIVE_FLEX_DELTA_OVERRIDE"
    return {
        "eventName": "override",
        "targets": [GROUP],
        "payloadDescriptors": described(kind),
        "intervals": [
            {
                "id": 0,
                "payloads": [
                    {
                        "type": "REPORT_ID",
                        "values": ["b7f5c7a4-9ef4-4d1e-a4f3-0d0b7a4bd0f5"],
                    },
                    {"type": kind, "values": [active_kw]},
                    {"type": f"{kind}_REASON", "values": ["SHARE_LIMIT_EXCEEDED"]},
                ],
            }
        ],
    }


def quarter(number: int, start: datetime = START) -> datetime:
    """Return a quarter hour after the start of the documents."""
    return start + number * QUARTER
