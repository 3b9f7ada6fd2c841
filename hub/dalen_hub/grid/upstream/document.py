"""A document of the grid operator: one event, read so far as every profile needs it.

Pure. The form is that of the wire (JSON), of OpenADR 3.1 or 3.0.1; the differences
that matter here are how targets are written.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
import math
from typing import Any, Final

from dalen_hub.store.times import parse_duration_s, parse_instant

# "Now", and "until further notice", as OpenADR writes them.
_NOW_YEAR: Final = 1
_YEARS: Final = range(2000, 2100)
_FOR_EVER_S: Final = 100 * 365 * 86_400
EMERGENCY: Final = "ALERT_GRID_EMERGENCY"


class DocumentError(ValueError):
    """A document cannot be used; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What holds from ``start`` to ``end``: the values of each payload type.

    ``end`` None: until further notice.
    """

    id: int
    start: datetime
    end: datetime | None
    payloads: tuple[tuple[str, tuple[Any, ...]], ...]

    def number(self, kind: str) -> float:
        """Return the one number of the one payload; raises DocumentError."""
        if len(self.payloads) != 1 or self.payloads[0][0] != kind:
            raise DocumentError(
                f"interval {self.id} must carry exactly one payload, {kind}"
            )
        return one_number(self.payloads[0][1], f"interval {self.id}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One event of the server.

    ``complaint`` says what the profile's own validator found wrong, None where it is
    content. A body that is no event of OpenADR at all is left out.
    """

    id: str
    name: str
    created: datetime
    modified: datetime
    body: Mapping[str, Any]
    complaint: str | None = None

    @property
    def targets(self) -> frozenset[str]:
        """Return the values of the targets of either version."""
        values: set[str] = set()
        for target in self.body.get("targets") or ():
            if isinstance(target, Mapping):
                values.update(target.get("values") or ())
            else:
                values.add(str(target))
        return frozenset(values)

    @property
    def kinds(self) -> frozenset[str]:
        """Return the types of all payloads."""
        return frozenset(
            str(payload.get("type"))
            for interval in self.body.get("intervals") or ()
            for payload in interval.get("payloads") or ()
        )

    def is_for(self, target: str | None) -> bool:
        """Return whether a document is about a target; untargeted is about all."""
        return target is None or not self.targets or target in self.targets

    def units(self, kind: str) -> str | None:
        """Return the unit that the document declares for a payload type."""
        for each in self.body.get("payloadDescriptors") or ():
            if each.get("payloadType") == kind:
                unit = each.get("units")
                return None if unit is None else str(unit)
        return None

    def period(self) -> tuple[datetime, datetime] | None:
        """Return start and end of the event as a whole, None where it tells none."""
        whole = self.body.get("intervalPeriod") or {}
        start, length = self._start(whole), _duration(whole)
        return None if start is None or length is None else (start, start + length)

    def steps(self) -> tuple[Step, ...]:
        """Return the intervals with their times; raises DocumentError.

        They follow each other from the start of the event, unless they have a start
        of their own (User Guide of OpenADR 3.1, event timing).
        """
        steps = tuple(self._steps())
        if not steps:
            raise DocumentError("it has no intervals")
        return steps

    def _steps(self) -> Iterator[Step]:
        """Yield the intervals; raises DocumentError."""
        usual = self.body.get("intervalPeriod") or {}
        cursor = self._start(usual)
        for interval in self.body.get("intervals") or ():
            own = interval.get("intervalPeriod") or {}
            start = self._start(own) or cursor
            length = _duration(own) or _duration(usual)
            if start is None:
                raise DocumentError("an interval has no start")
            end = None if length is None else start + length
            yield Step(
                id=int(interval.get("id", 0)),
                start=start,
                end=end,
                payloads=tuple(
                    (str(each.get("type")), tuple(each.get("values") or ()))
                    for each in interval.get("payloads") or ()
                ),
            )
            cursor = end

    def _start(self, period: Mapping[str, Any]) -> datetime | None:
        """Return when a period starts; "now" is when the document was made."""
        text = period.get("start")
        if text is None:
            return None
        try:
            start = parse_instant(text)
        except (ValueError, TypeError) as err:
            raise DocumentError(f"{text!r} is no time with an offset") from err
        if start.year == _NOW_YEAR:
            return self.created
        if start.year not in _YEARS:
            raise DocumentError(f"{text!r} is not of this century")
        return start


def document_of(body: Mapping[str, Any], complaint: str | None = None) -> Document:
    """Return an event as a document; raises DocumentError where it is none."""
    try:
        created = parse_instant(body["createdDateTime"])
        return Document(
            id=str(body["id"]),
            name=str(body.get("eventName") or body["id"]),
            created=created,
            modified=parse_instant(body.get("modificationDateTime") or str(created)),
            body=body,
            complaint=complaint,
        )
    except (KeyError, TypeError, ValueError) as err:
        raise DocumentError(f"it is no event of OpenADR: {err}") from err


def broken_document(body: Mapping[str, Any], complaint: str, now: datetime) -> Document:
    """Return what can be said of a body that is no event of OpenADR."""
    return Document(
        id=str(body.get("id", "?"))[:128],
        name=str(body.get("eventName") or body.get("id", "?"))[:128],
        created=now,
        modified=now,
        body={},
        complaint=complaint,
    )


def one_number(values: tuple[Any, ...], where: str) -> float:
    """Return the only value, a finite number; raises DocumentError."""
    if len(values) != 1:
        raise DocumentError(f"{where} must have exactly one value")
    value = values[0]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise DocumentError(f"{where}: {value!r} is not a number")
    if not math.isfinite(value):
        raise DocumentError(f"{where}: {value!r} is not a finite number")
    return float(value)


def _duration(period: Mapping[str, Any]) -> timedelta | None:
    """Return a duration, None for none and for one without end."""
    text = period.get("duration")
    if text is None:
        return None
    try:
        seconds = parse_duration_s(text)
    except (ValueError, TypeError) as err:
        raise DocumentError(f"{text!r} is no duration") from err
    if seconds < 0:
        raise DocumentError(f"{text!r} is a negative duration")
    return None if not 0 < seconds < _FOR_EVER_S else timedelta(seconds=seconds)
