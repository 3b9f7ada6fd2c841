"""The cap of one home for one local day, as an OpenADR 3.1 event. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from dalen_hub.store.times import rfc3339

PRIORITY: Final = 2
_LIMIT: Final = "IMPORT_CAPACITY_LIMIT"
_INTERVAL: Final = "PT15M"


def event_name(day: date) -> str:
    """Return the name of the event of a local day."""
    return f"caps-{day.isoformat()}"


def caps_of_day(
    highest_w: int,
    starts: Sequence[datetime],
    decided_w: Mapping[datetime, int],
    sent_w: Mapping[int, int],
) -> list[int]:
    """Return the caps of a day in W.

    Quarter hours that are not decided any more keep what was sent, ``sent_w`` by
    index; before the home joined that is ``highest_w``, which does not limit.
    """
    return [
        decided_w[start] if start in decided_w else sent_w.get(index, highest_w)
        for index, start in enumerate(starts)
    ]


def cap_event(
    *,
    program_id: str,
    target: str,
    day: date,
    starts: Sequence[datetime],
    caps_w: Sequence[int],
) -> dict[str, Any]:
    """Return the event that tells a home its caps of a local day."""
    return {
        "programID": program_id,
        "eventName": event_name(day),
        "priority": PRIORITY,
        "targets": [target],
        "intervalPeriod": {"start": rfc3339(starts[0]), "duration": _INTERVAL},
        "payloadDescriptors": [
            {
                "objectType": "EVENT_PAYLOAD_DESCRIPTOR",
                "payloadType": _LIMIT,
                "units": "KW",
            }
        ],
        "reportDescriptors": [
            {"payloadType": "DEMAND", "readingType": "MEAN", "units": "KW"},
            {"payloadType": "OPERATING_STATE"},
        ],
        "intervals": [
            {"id": index, "payloads": [{"type": _LIMIT, "values": [cap / 1000]}]}
            for index, cap in enumerate(caps_w)
        ],
    }


def sent_caps_w(body: Mapping[str, Any]) -> dict[int, int]:
    """Return the caps in W that an event says, by the index of their interval.

    An operator may have written the event by hand: what is no cap is left out.
    """
    caps: dict[int, int] = {}
    for interval in body.get("intervals", ()):
        match interval:
            case {
                "id": int(index),
                "payloads": [{"values": [int() | float() as kw]}, *_],
            }:
                caps[index] = round(kw * 1000)
    return caps
