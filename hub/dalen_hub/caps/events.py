"""The cap of one home for one local day, as an OpenADR 3.1 event. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from dalen_hub.caps.reasons import LANGUAGES, Reason, brief
from dalen_hub.caps.release import stagger_s
from dalen_hub.grid.quarter_hours import QUARTER_S
from dalen_hub.store.times import rfc3339

PRIORITY: Final = 2
_LIMIT: Final = "IMPORT_CAPACITY_LIMIT"
_INTERVAL: Final = "PT15M"
# A smaller rise starts no compressor.
_RISE_W: Final = 100


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
    reasons: Mapping[datetime, str] | None = None,
) -> dict[str, Any]:
    """Return the event that tells a home its caps of a local day.

    ``reasons`` by quarter hour, "" where nothing limits. The sentence of a reason is
    in the interval where it begins; it holds until the next one, or until the cap
    does not limit any more.
    """
    said = [(reasons or {}).get(start, "") for start in starts]
    periods = staggered_periods(target, day, starts, caps_w)
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
            {
                "id": index,
                **periods.get(index, {}),
                "payloads": [
                    {"type": _LIMIT, "values": [cap / 1000]},
                    *_sentences(said[index], said[index - 1] if index else ""),
                ],
            }
            for index, cap in enumerate(caps_w)
        ],
    }


def _sentences(reason: str, before: str) -> list[dict[str, Any]]:
    """Return why a run of quarter hours is limited, where the run begins."""
    if not reason or reason == before:
        return []
    return [
        {
            "type": f"X-DALEN-REASON-{language.upper()}",
            "values": [brief(Reason(reason), language)],
        }
        for language in LANGUAGES
    ]


def staggered_periods(
    target: str, day: date, starts: Sequence[datetime], caps_w: Sequence[int]
) -> dict[int, dict[str, Any]]:
    """Return the periods of the intervals around each rise of the caps, by index.

    So that heat pumps do not start together, a home rises up to five minutes late:
    the interval before lasts longer, and that of the rise is shorter.
    """
    late_s = int(stagger_s(target, day))
    rises = [
        index
        for index, (before, after) in enumerate(pairwise(caps_w), 1)
        if after - before >= _RISE_W
    ]
    begins = dict.fromkeys(rises, late_s)
    periods: dict[int, dict[str, Any]] = {}
    for index in sorted({index for rise in rises for index in (rise - 1, rise)}):
        shift_s = begins.get(index, 0)
        length_s = QUARTER_S - shift_s + begins.get(index + 1, 0)
        start = starts[index] + timedelta(seconds=shift_s)
        periods[index] = {
            "intervalPeriod": {"start": rfc3339(start), "duration": f"PT{length_s}S"}
        }
    return periods


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
