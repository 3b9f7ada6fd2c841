"""An emergency stop as an OpenADR 3.1 event. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from dalen_hub.caps.stop import Stop
from dalen_hub.store.times import rfc3339

PRIORITY: Final = 0
_ALERT: Final = "ALERT_GRID_EMERGENCY"
_LIMIT: Final = "IMPORT_CAPACITY_LIMIT"


def stop_event(
    stop: Stop, *, program_id: str, targets: Sequence[str], now: datetime
) -> dict[str, Any]:
    """Return the event: nothing for the heat pumps, until the stop is over.

    Each home is a target; a home sees no other one's. A stop that ended early has
    an event that ends now, so that homes that read it again are free.
    """
    until = stop.until if stop.ended_at is None else min(stop.until, stop.ended_at)
    seconds = max(1, int((until - stop.started_at).total_seconds()))
    return {
        "programID": program_id,
        "eventName": f"stop-{rfc3339(stop.started_at)}",
        "priority": PRIORITY,
        "targets": list(targets),
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
