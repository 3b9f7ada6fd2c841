"""An emergency stop as an OpenADR 3.1 event. Pure."""

from typing import Any, Final

from dalen_hub.caps.stop import Stop
from dalen_hub.store.times import rfc3339

PRIORITY: Final = 0
NAME: Final = "stop-"
"""The names of all events of stops begin so; an instant follows."""
_ALERT: Final = "ALERT_GRID_EMERGENCY"
_LIMIT: Final = "IMPORT_CAPACITY_LIMIT"


def stop_name(stop: Stop) -> str:
    """Return the name of the events of a stop."""
    return f"{NAME}{rfc3339(stop.started_at)}"


def stop_event(stop: Stop, *, program_id: str, target: str) -> dict[str, Any]:
    """Return the event for one home: nothing for the heat pump until it is over.

    A stop that ended early has an event that ends now, so that a home that reads
    it again is free.
    """
    until = stop.until if stop.ended_at is None else min(stop.until, stop.ended_at)
    seconds = max(1, int((until - stop.started_at).total_seconds()))
    return {
        "programID": program_id,
        "eventName": stop_name(stop),
        "priority": PRIORITY,
        "targets": [target],
        "intervalPeriod": {
            "start": rfc3339(stop.started_at),
            "duration": f"PT{seconds}S",
        },
        "payloadDescriptors": [
            {
                "objectType": "EVENT_PAYLOAD_DESCRIPTOR",
                "payloadType": _LIMIT,
                "units": "KW",
            }
        ],
        "reportDescriptors": [{"payloadType": "OPERATING_STATE"}],
        "intervals": [
            {
                "id": 0,
                "payloads": [
                    {"type": _ALERT, "values": [stop.reason]},
                    {"type": _LIMIT, "values": [0]},
                ],
            }
        ],
    }
