"""When an event is over. Pure.

The rules are those of the User Guide of OpenADR 3.1, section on event timing: the
intervals follow each other from the start of the event, unless they have a start
of their own; ``duration`` of the event cuts or loops them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dalen_hub.store.times import parse_duration_s, parse_instant, to_epoch
from dalen_hub.vtn.fields import NOW

_FOR_EVER_S = 1_000 * 365 * 86_400


def ends_at(event: Mapping[str, Any], now: datetime) -> int | None:
    """Return the epoch at which an event is over; None when it has no end.

    An event without intervals asks for reports and stays open. The widest random
    shift of the start is counted in. ``now`` is what "now" as a start means.
    """
    intervals = event.get("intervals") or ()
    default = event.get("intervalPeriod") or {}
    if not intervals:
        return None
    span = _span_s(intervals, default, now)
    if span is None:
        return None
    begun_s, over_s = span
    whole_s = _duration_s(event)
    if whole_s is not None:
        over_s = begun_s + whole_s
    if over_s - to_epoch(now) > _FOR_EVER_S:
        return None
    return int(over_s + abs(_duration_s(default, "randomizeStart") or 0.0))


def _span_s(
    intervals: Sequence[Mapping[str, Any]], default: Mapping[str, Any], now: datetime
) -> tuple[float, float] | None:
    """Return the first start and the last end; None when one is not told."""
    usual_s, cursor_s = _duration_s(default), _start_s(default, now)
    spans: list[tuple[float, float]] = []
    for interval in intervals:
        if "intervalPeriod" in interval:
            period = interval["intervalPeriod"]
            start_s = _start_s(period, now)
            start_s = cursor_s if start_s is None else start_s
            duration_s = _duration_s(period) or usual_s
        else:
            start_s, duration_s = cursor_s, usual_s
        if start_s is None or duration_s is None:
            return None
        cursor_s = start_s + duration_s
        spans.append((start_s, cursor_s))
    return min(begun for begun, _ in spans), max(over for _, over in spans)


def _start_s(period: Mapping[str, Any], now: datetime) -> float | None:
    """Return the start of a period in epoch seconds."""
    text = period.get("start")
    if text is None:
        return None
    if NOW.fullmatch(text):
        return float(to_epoch(now))
    return parse_instant(text).timestamp()


def _duration_s(period: Mapping[str, Any], name: str = "duration") -> float | None:
    """Return a duration in seconds; "PT0S" is the same as none."""
    text = period.get(name)
    return None if text is None else parse_duration_s(text) or None
