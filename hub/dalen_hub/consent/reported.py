"""Spread a report over time: each value with the stretch that it speaks of.

The gate judges and the hub stores what this returns, so that both always mean
the same values.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dalen_hub.store.times import parse_duration_s, parse_instant

_FIRST_YEAR = "0001-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """One value of a report, over ``duration_s`` from ``start`` (epoch, s)."""

    resource: str
    payload_type: str
    start: int
    duration_s: int
    value: Any


def reported_values(report: Mapping[str, Any]) -> list[Reported]:
    """Return every value of a report.

    An interval without a period of its own starts n durations after its
    resource does; several values split their interval evenly (OpenADR 3.1 User
    Guide 7.3). Raises ValueError when the time of a value cannot be told.
    """
    return [
        value
        for resource in _list(report, "resources")
        for index, interval in enumerate(_list(resource, "intervals"))
        for value in _of_interval(resource, interval, index)
    ]


def _of_interval(resource: Any, interval: Any, index: int) -> Iterator[Reported]:
    """Return the values of one interval."""
    start, duration_s = _period(resource, interval, index)
    for payload in _list(interval, "payloads"):
        values = _list(payload, "values")
        if not values:
            # Its type alone could tell something that nobody agreed to.
            raise ValueError("a payload has no values")
        part_s, rest = divmod(duration_s, len(values))
        if rest or not part_s:
            raise ValueError("several values must split an interval in whole seconds")
        for place, value in enumerate(values):
            yield Reported(
                resource=_text(resource, "resourceName"),
                payload_type=_text(payload, "type"),
                start=start + place * part_s,
                duration_s=part_s,
                value=value,
            )


def _period(resource: Any, interval: Any, index: int) -> tuple[int, int]:
    """Return the start and the duration of an interval, in seconds."""
    common = _optional(resource, "intervalPeriod") or {}
    own = _optional(interval, "intervalPeriod")
    period = common if own is None else own
    duration_s = _whole(
        parse_duration_s(_text({**common, **period}, "duration")), "duration"
    )
    if duration_s <= 0:
        raise ValueError("an interval must last longer than nothing")
    start_text = _text(period, "start")
    if start_text.startswith(_FIRST_YEAR):
        raise ValueError("an interval of a report must say when it started")
    start = _whole(parse_instant(start_text).timestamp(), "start")
    return (start + index * duration_s if own is None else start), duration_s


def _list(holder: Any, name: str) -> list[Any]:
    """Return a list in an object."""
    if isinstance(holder, Mapping) and isinstance(holder.get(name), list):
        return list(holder[name])
    raise ValueError(f"{name} is missing")


def _optional(holder: Any, name: str) -> Mapping[str, Any] | None:
    """Return an object in an object, None when there is none."""
    value = holder.get(name) if isinstance(holder, Mapping) else None
    if value is None or isinstance(value, Mapping):
        return value
    raise ValueError(f"{name} must be an object")


def _text(holder: Mapping[str, Any], name: str) -> str:
    """Return a text in an object."""
    value = holder.get(name)
    if isinstance(value, str):
        return value
    raise ValueError(f"{name} is missing")


def _whole(seconds: float, name: str) -> int:
    """Return whole seconds."""
    if seconds != int(seconds):
        raise ValueError(f"{name} must be in whole seconds")
    return int(seconds)
