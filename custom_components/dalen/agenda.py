"""The limits that are known ahead, as a resident reads them. No I/O."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from .limits import Limit, LimitSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """From when on how many watts hold."""

    start: datetime
    limit_w: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """Limits of one source that follow each other without a break."""

    source: LimitSource
    end: datetime
    steps: tuple[Step, ...]
    """In order of time; at least one."""

    @property
    def start(self) -> datetime:
        """Return when the first limit starts."""
        return self.steps[0].start

    @property
    def lowest_w(self) -> float:
        """Return the lowest of the limits in watts."""
        return min(step.limit_w for step in self.steps)


def agenda(limits: Iterable[Limit], nameplate_w: float) -> list[Appointment]:
    """Return the limits that have an end, joined per source, in order of time.

    A cap of a hub comes per quarter hour; one evening is one appointment. What has
    no end, such as the maximum of the installer, is a setting and no appointment.
    """
    joined: list[Appointment] = []
    last: dict[LimitSource, int] = {}
    for limit in sorted(limits, key=lambda limit: limit.start):
        if limit.end is None or limit.limit_w >= nameplate_w:
            continue
        index = last.get(limit.source)
        if index is not None and joined[index].end == limit.start:
            joined[index] = _extended(joined[index], limit, limit.end)
            continue
        last[limit.source] = len(joined)
        joined.append(_appointment(limit, limit.end))
    return joined


def _appointment(limit: Limit, end: datetime) -> Appointment:
    """Return an appointment of one limit."""
    return Appointment(source=limit.source, end=end, steps=(_step(limit),))


def _extended(appointment: Appointment, limit: Limit, end: datetime) -> Appointment:
    """Return the appointment with the limit that follows it."""
    return replace(appointment, end=end, steps=(*appointment.steps, _step(limit)))


def _step(limit: Limit) -> Step:
    """Return the step that a limit begins."""
    return Step(start=limit.start, limit_w=limit.limit_w)
