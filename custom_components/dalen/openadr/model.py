"""Objects of OpenADR 3.1 as far as the home reads them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

type Value = bool | int | float | str
type JsonValue = (
    bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None
)
type JsonObject = dict[str, JsonValue]


def _no_units() -> Mapping[str, str]:
    """Return the units of an object without payload descriptors."""
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """An intervalPeriod: each part can be left to a default.

    ``start`` can be instants.NOW and ``duration`` can be instants.INFINITE.
    """

    start: datetime | None = None
    duration: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """Values of one type; several values divide their interval evenly."""

    type: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """One step of an event."""

    id: int
    period: Period | None = None
    payloads: tuple[Payload, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What a VTN asks, in steps over time.

    ``priority`` 0 is the highest and None the lowest. ``units`` gives the unit
    per payload type, upper case as the standard writes it. ``reports`` holds the
    payload types that the VTN wants reported.
    """

    id: str
    program_id: str
    name: str = ""
    priority: int | None = None
    created: datetime | None = None
    modified: datetime | None = None
    period: Period | None = None
    duration: timedelta | None = None
    intervals: tuple[Interval, ...] = ()
    units: Mapping[str, str] = field(default_factory=_no_units)
    reports: tuple[str, ...] = ()
    source: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """The event as the VTN wrote it, which is what a signature covers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program that this VEN may see, with its units per payload type."""

    id: str
    name: str
    units: Mapping[str, str] = field(default_factory=_no_units)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ven:
    """This VEN as the VTN knows it."""

    id: str
    name: str
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """An object that could not be used, with its id where known, and why."""

    id: str | None
    reason: str
