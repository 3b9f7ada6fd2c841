"""The objects of OpenADR 3.1 as clients may write them.

Source: openadr3.yaml 3.1.0, schemas *Request. The id, the time stamps and the
objectType that a client sends are ignored, as the Definition demands.
"""

from typing import Any

from dalen_hub.vtn.bodies import JsonObject
from dalen_hub.vtn.fields import (
    Fields,
    Read,
    boolean,
    duration,
    free_text,
    identifier,
    instant,
    integer,
    list_of,
    name_text,
    natural,
    number,
    one_of,
)
from dalen_hub.vtn.principal import Role
from dalen_hub.vtn.problems import ProblemError

OBJECT_TYPES = frozenset(
    ("PROGRAM", "EVENT", "REPORT", "SUBSCRIPTION", "VEN", "RESOURCE")
)
_OPERATIONS = frozenset(("READ", "CREATE", "UPDATE", "DELETE"))
_MOST_ATTRIBUTES = 256
_MOST_WEBHOOKS = 8


def program(value: Any) -> JsonObject:
    """Check a program."""
    fields = Fields(value)
    fields.take("programName", name_text, required=True)
    fields.take("intervalPeriod", _interval_period)
    fields.take("programDescriptions", list_of(_program_description))
    fields.take("payloadDescriptors", list_of(_payload_descriptor))
    fields.take("attributes", list_of(_values_map))
    fields.take("targets", list_of(name_text))
    return fields.clean


def event(value: Any) -> JsonObject:
    """Check an event."""
    fields = Fields(value)
    fields.take("programID", identifier, required=True)
    fields.take("eventName", name_text)
    fields.take("duration", duration)
    fields.take("priority", natural)
    fields.take("targets", list_of(name_text))
    fields.take("reportDescriptors", list_of(_report_descriptor))
    fields.take("payloadDescriptors", list_of(_payload_descriptor))
    fields.take("intervalPeriod", _interval_period)
    fields.take("intervals", list_of(_interval))
    return fields.clean


def report(value: Any) -> JsonObject:
    """Check a report."""
    fields = Fields(value)
    fields.take("eventID", identifier, required=True)
    fields.take("clientName", name_text, required=True)
    fields.take("reportName", name_text)
    fields.take("payloadDescriptors", list_of(_payload_descriptor))
    fields.take("resources", list_of(_report_resource), required=True)
    return fields.clean


def ven(value: Any, role: Role) -> JsonObject:
    """Check a VEN. Only the operator says which client and targets it has."""
    fields = Fields(value)
    fields.take("venName", name_text, required=True)
    fields.take("attributes", list_of(_values_map, most=_MOST_ATTRIBUTES))
    _take_granted(fields, role)
    return fields.clean


def resource(value: Any, role: Role) -> JsonObject:
    """Check a resource. Only the operator says which client and targets it has."""
    fields = Fields(value)
    fields.take("resourceName", name_text, required=True)
    fields.take("venID", identifier, required=True)
    fields.take("attributes", list_of(_values_map, most=_MOST_ATTRIBUTES))
    _take_granted(fields, role)
    return fields.clean


def subscription(value: Any) -> JsonObject:
    """Check a subscription."""
    fields = Fields(value)
    fields.take("clientName", name_text, required=True)
    fields.take("programID", identifier)
    fields.take(
        "objectOperations",
        list_of(_object_operation, least=1, most=_MOST_WEBHOOKS),
        required=True,
    )
    fields.take("targets", list_of(name_text, most=_MOST_ATTRIBUTES))
    return fields.clean


def _take_granted(fields: Fields, role: Role) -> None:
    """Check what only the operator may give. From a VEN it is ignored."""
    if role is Role.BL:
        fields.take("clientID", name_text, required=True)
        fields.take("targets", list_of(name_text, most=_MOST_ATTRIBUTES))


def _object_operation(value: Any, path: str) -> JsonObject:
    """Check which changes a webhook is told of."""
    fields = Fields(value, path)
    fields.take("objects", list_of(one_of(OBJECT_TYPES), most=6), required=True)
    fields.take("operations", list_of(one_of(_OPERATIONS), most=4), required=True)
    fields.take("callbackUrl", free_text, required=True)
    fields.take("bearerToken", _header_text)
    return fields.clean


def _header_text(value: Any, path: str) -> str:
    """Read a text that may stand in a header."""
    text = free_text(value, path)
    if text.isascii() and text.isprintable():
        return text
    raise ProblemError(400, f"{path} must have printable ASCII characters only.")


def _interval_period(value: Any, path: str) -> JsonObject:
    """Check when an interval starts and how long it lasts."""
    fields = Fields(value, path)
    fields.take("start", instant, required=True)
    fields.take("duration", duration)
    fields.take("randomizeStart", duration)
    return fields.clean


def _interval(value: Any, path: str) -> JsonObject:
    """Check one interval."""
    if _is_plain_interval(value):
        return dict(value)
    fields = Fields(value, path)
    fields.take("id", integer, required=True)
    fields.take("intervalPeriod", _interval_period)
    fields.take("payloads", list_of(_values_map), required=True)
    return fields.clean


def _is_plain_interval(value: Any) -> bool:
    """Tell at once whether an interval is right: an id and one number each.

    Nearly all are, and a day has 96 of them; others are checked field by field.
    """
    if type(value) is not dict or len(value) != 2:
        return False
    number, payloads = value.get("id"), value.get("payloads")
    if type(number) is not int or not 0 <= number < 2**31 or type(payloads) is not list:
        return False
    for payload in payloads:
        if type(payload) is not dict or len(payload) != 2:
            return False
        kind, values = payload.get("type"), payload.get("values")
        if type(kind) is not str or not 0 < len(kind) <= 128:
            return False
        if type(values) is not list or len(values) != 1:
            return False
        if type(values[0]) is not float and type(values[0]) is not int:
            return False
    return True


def _values_map(value: Any, path: str) -> JsonObject:
    """Check a type with its values: a payload or an attribute."""
    fields = Fields(value, path)
    fields.take("type", name_text, required=True)
    fields.take("values", list_of(_value), required=True)
    return fields.clean


def _value(value: Any, path: str) -> Any:
    """Check one value: a number, a text, true, false or a point."""
    match value:
        case bool() | int() | float():
            return value
        case str():
            return free_text(value, path)
        case {"x": x, "y": y}:
            return {"x": number(x, f"{path}.x"), "y": number(y, f"{path}.y")}
    raise ProblemError(400, f"{path} must be a number, text, boolean or point.")


def _report_resource(value: Any, path: str) -> JsonObject:
    """Check what a report tells about one resource."""
    fields = Fields(value, path)
    fields.take("resourceName", name_text, required=True)
    fields.take("intervalPeriod", _interval_period)
    fields.take("intervals", list_of(_interval), required=True)
    return fields.clean


def _program_description(value: Any, path: str) -> JsonObject:
    """Check a link to a description."""
    fields = Fields(value, path)
    fields.take("URL", free_text, required=True)
    return fields.clean


_PAYLOAD_DESCRIPTOR: dict[str, Read[Any]] = {
    # The examples of the User Guide leave it out, so it is not demanded.
    "objectType": one_of(("EVENT_PAYLOAD_DESCRIPTOR", "REPORT_PAYLOAD_DESCRIPTOR")),
    "units": name_text,
    "currency": name_text,
    "readingType": name_text,
    "accuracy": number,
    "confidence": integer,
}
_REPORT_DESCRIPTOR: dict[str, Read[Any]] = {
    "readingType": name_text,
    "units": name_text,
    "targets": list_of(name_text),
    "aggregate": boolean,
    "startInterval": integer,
    "numIntervals": integer,
    "historical": boolean,
    "frequency": integer,
    "repeat": integer,
    "reportIntervals": one_of(("INTERVALS", "SUB_INTERVALS", "OPEN_INTERVALS")),
}


def _payload_descriptor(value: Any, path: str) -> JsonObject:
    """Check what a payload type means."""
    return _descriptor(value, path, _PAYLOAD_DESCRIPTOR)


def _report_descriptor(value: Any, path: str) -> JsonObject:
    """Check which report is asked for."""
    return _descriptor(value, path, _REPORT_DESCRIPTOR)


def _descriptor(value: Any, path: str, known: dict[str, Read[Any]]) -> JsonObject:
    """Check a descriptor: a payload type and optional fields."""
    fields = Fields(value, path)
    fields.take("payloadType", name_text, required=True)
    for name, read in known.items():
        fields.take(name, read)
    return fields.clean
