"""Turn JSON of a VTN into the model; one bad object never spoils the others."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from . import fields
from .errors import ModelError
from .model import Event, Interval, Payload, Period, Program, Skipped, Ven

# A year of hours, or a month of 5 minutes; a day in quarter hours has 96.
MAX_INTERVALS: Final = 9000


def read_all[T](
    values: Iterable[object], read: Callable[[object], T]
) -> tuple[list[T], list[Skipped]]:
    """Return the objects that can be read, and why the others cannot."""
    objects: list[T] = []
    skipped: list[Skipped] = []
    for value in values:
        try:
            objects.append(read(value))
        except ModelError as err:
            skipped.append(Skipped(id=_id_of(value), reason=str(err)))
    return objects, skipped


def read_event(value: object) -> Event:
    """Return an event of the VTN; raise ModelError when it makes no sense."""
    source = fields.as_mapping(value, "the event")
    intervals = fields.items(source, "intervals")
    if len(intervals) > MAX_INTERVALS:
        raise ModelError(f"the event has more than {MAX_INTERVALS} intervals")
    return Event(
        id=fields.required_text(source, "id"),
        program_id=fields.required_text(source, "programID"),
        name=fields.text(source, "eventName") or "",
        priority=fields.whole_number(source, "priority"),
        created=fields.instant(source, "createdDateTime"),
        modified=fields.instant(source, "modificationDateTime"),
        period=_period(source),
        duration=fields.duration(source, "duration"),
        intervals=tuple(_interval(item) for item in intervals),
        units=_units(source),
        reports=_payload_types(fields.items(source, "reportDescriptors")),
        source=source,
    )


def read_program(value: object) -> Program:
    """Return a program of the VTN; raise ModelError when it makes no sense."""
    source = fields.as_mapping(value, "the program")
    return Program(
        id=fields.required_text(source, "id"),
        name=fields.required_text(source, "programName"),
        units=_units(source),
    )


def read_ven(value: object) -> Ven:
    """Return a ven of the VTN; raise ModelError when it makes no sense."""
    source = fields.as_mapping(value, "the ven")
    targets = fields.items(source, "targets")
    return Ven(
        id=fields.required_text(source, "id"),
        name=fields.required_text(source, "venName"),
        targets=tuple(target for target in targets if isinstance(target, str)),
    )


def _id_of(value: object) -> str | None:
    """Return the id of an object that cannot be read, if it has one."""
    identity = value.get("id") if isinstance(value, dict) else None
    return identity if isinstance(identity, str) else None


def _period(source: Mapping[str, object]) -> Period | None:
    """Return the intervalPeriod of an event or an interval."""
    value = source.get("intervalPeriod")
    if value is None:
        return None
    period = fields.as_mapping(value, "intervalPeriod")
    return Period(
        start=fields.instant(period, "start"),
        duration=fields.duration(period, "duration"),
    )


def _interval(value: object) -> Interval:
    """Return one interval; the standard obliges it to have an id."""
    source = fields.as_mapping(value, "an interval")
    identity = source.get("id")
    if not isinstance(identity, int) or isinstance(identity, bool):
        raise ModelError("an interval has no id")
    payloads = (_payload(item) for item in fields.items(source, "payloads"))
    return Interval(
        id=identity,
        period=_period(source),
        payloads=tuple(payload for payload in payloads if payload is not None),
    )


def _payload(value: object) -> Payload | None:
    """Return one payload, None when its values are points, which we do not use."""
    source = fields.as_mapping(value, "a payload")
    values = fields.items(source, "values")
    if any(isinstance(item, dict) for item in values):
        return None
    scalars = tuple(
        item for item in values if isinstance(item, bool | int | float | str)
    )
    if len(scalars) != len(values):
        raise ModelError("a payload has a value that is no number, text or boolean")
    return Payload(type=fields.required_text(source, "type"), values=scalars)


def _units(source: Mapping[str, object]) -> Mapping[str, str]:
    """Return the unit per payload type from the payload descriptors.

    The descriptors' objectType is not looked at: examples of the standard
    leave it out.
    """
    units: dict[str, str] = {}
    for item in fields.items(source, "payloadDescriptors"):
        descriptor = fields.as_mapping(item, "a payload descriptor")
        if unit := fields.text(descriptor, "units"):
            units[fields.required_text(descriptor, "payloadType")] = unit
    return units


def _payload_types(descriptors: list[object]) -> tuple[str, ...]:
    """Return the payload types that report descriptors ask for."""
    return tuple(
        fields.required_text(
            fields.as_mapping(item, "a report descriptor"), "payloadType"
        )
        for item in descriptors
    )
