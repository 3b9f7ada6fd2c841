"""The reports of NLFlex 1.0, as they go over the wire. Pure.

``party`` is the EAN13 of the collective, which signs each report.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from dalen_hub.grid.quarter_hours import QUARTER, quarters_between
from dalen_hub.grid.upstream.document import Document

ACK: Final = "ACK"
DELIVERED: Final = "DELIVERED_FLEX"
STATUS: Final = "OPERATIONAL_STATUS"
DELTA: Final = "ACTIVE_FLEX_DELTA"
_WHOLE: Final = "AGGREGATED_REPORT"


def acknowledgement(document: Document, party: str) -> dict[str, Any]:
    """Return that a dispatch arrived."""
    return _report(document, party, ACK, [_whole([_interval(0, {ACK: [True]})])])


def delivered(
    document: Document,
    party: str,
    baseline_kw: float,
    pumps_kw: Mapping[datetime, float],
) -> dict[str, Any]:
    """Return what a group delivered: its baseline less what it drew, never below 0.

    A value a quarter hour of each interval of the dispatch; 0 where nobody measured.
    """
    intervals = []
    for step, told in zip(
        document.steps(), document.body.get("intervals") or (), strict=True
    ):
        values = [
            round(max(0.0, baseline_kw - pumps_kw.get(start, baseline_kw)), 2)
            for start in quarters_between(step.start, step.end or step.start)
        ]
        made = _interval(step.id, {DELIVERED: values})
        made["intervalPeriod"] = {
            key: told["intervalPeriod"][key] for key in ("start", "duration")
        }
        intervals.append(made)
    return _report(document, party, DELIVERED, [_whole(intervals)])


def flex_delta(document: Document, party: str, offered_kw: float) -> dict[str, Any]:
    """Return by how much a group can go below its baseline."""
    values = {DELTA: [-round(offered_kw, 2) or 0.0], "RESERVED_FLEX_DELTA": [0.0]}
    return _report(document, party, "FLEX_DELTA", [_whole([_interval(0, values)])])


def operational_status(
    document: Document, party: str, statuses: Mapping[str, str]
) -> dict[str, Any]:
    """Return whether each asset can deliver: NORMAL, ERROR or PENDING."""
    resources = [
        {"resourceName": asset, "intervals": [_interval(0, {STATUS: [status]})]}
        for asset, status in sorted(statuses.items())
    ]
    return _report(document, party, STATUS, resources)


def last_end(document: Document) -> datetime:
    """Return when the last interval of a dispatch ends."""
    return max(step.end or step.start + QUARTER for step in document.steps())


def _report(
    document: Document, party: str, name: str, resources: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return a report on a document."""
    return {
        "eventID": document.id,
        "clientName": party,
        "reportName": name,
        "resources": list(resources),
    }


def _whole(intervals: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the group as a whole."""
    return {"resourceName": _WHOLE, "intervals": intervals}


def _interval(number: int, payloads: Mapping[str, list[Any]]) -> dict[str, Any]:
    """Return one interval."""
    return {
        "id": number,
        "payloads": [{"type": kind, "values": each} for kind, each in payloads.items()],
    }
