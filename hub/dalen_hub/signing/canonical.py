"""What a signature covers: one form of an event, however it was written. Pure."""

from collections.abc import Mapping
import hashlib
import json
from typing import Any, Final

SIGNATURE: Final = "X-DALEN-SIGNATURE"
"""The payload type, in the first interval of an event, that carries a signature."""
_COVERED: Final = ("programID", "eventName", "priority", "intervalPeriod")


def order_digest(event: Mapping[str, Any], target: str) -> str:
    """Return the SHA-256, in hex, of an event as the home with this target reads it."""
    return hashlib.sha256(canonical_order(event, target).encode()).hexdigest()


def canonical_order(event: Mapping[str, Any], target: str) -> str:
    """Return what an event orders a home, as canonical JSON.

    Sorted keys, no spaces, no escapes of letters; what is absent or null is left
    out; numbers among the values are floats. The signature itself is left out.
    Raises ValueError for a number that JSON does not have.
    """
    order = _present({name: event.get(name) for name in _COVERED})
    order["targets"] = [target]
    order["intervals"] = [_interval(each) for each in event.get("intervals", ())]
    return json.dumps(
        order,
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
    )


def signature_of(event: Mapping[str, Any]) -> str | None:
    """Return the signature in an event, None when there is none."""
    for interval in event.get("intervals", ())[:1]:
        for payload in interval.get("payloads", ()):
            match payload:
                case {"type": "X-DALEN-SIGNATURE", "values": [str(signature)]}:
                    return signature
    return None


def without_signature(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event without its signature."""
    if not event.get("intervals"):
        return dict(event)
    first, *others = event["intervals"]
    payloads = [each for each in first["payloads"] if each["type"] != SIGNATURE]
    return {**event, "intervals": [{**first, "payloads": payloads}, *others]}


def with_signature(event: Mapping[str, Any], signature: str) -> dict[str, Any]:
    """Return an event with a signature, after the payloads of its first interval."""
    first, *others = without_signature(event)["intervals"]
    carrier = {"type": SIGNATURE, "values": [signature]}
    first = {**first, "payloads": [*first["payloads"], carrier]}
    return {**event, "intervals": [first, *others]}


def _interval(interval: Mapping[str, Any]) -> dict[str, Any]:
    """Return one interval; most have no period of their own."""
    found: dict[str, Any] = {
        "id": interval["id"],
        "payloads": [
            {"type": each["type"], "values": [_value(v) for v in each["values"]]}
            for each in interval["payloads"]
            if each["type"] != SIGNATURE
        ],
    }
    if (period := interval.get("intervalPeriod")) is not None:
        found["intervalPeriod"] = _present(period)
    return found


def _value(value: Any) -> Any:
    """Return a value of a payload; readers do not tell 0 from 0.0."""
    match value:
        case bool() | str():
            return value
        case int() | float():
            return float(value)
    return _present(value)


def _present(value: Any) -> Any:
    """Return a value without the keys that say nothing."""
    match value:
        case dict():
            return {k: _present(each) for k, each in value.items() if each is not None}
        case list():
            return [_present(each) for each in value]
    return value
