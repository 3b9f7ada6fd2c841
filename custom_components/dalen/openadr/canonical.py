"""What the signature of an order covers: one form of an event, however written.

The hub makes the same form when it signs; docs/architecture.md describes it.
"""

from collections.abc import Mapping
from hashlib import sha256
import json
from typing import Any, Final

SIGNATURE: Final = "X-DALEN-SIGNATURE"
"""The payload type, in the first interval of an event, that carries a signature."""

_COVERED: Final = ("programID", "eventName", "priority", "intervalPeriod")


def signature_of(event: Mapping[str, Any]) -> object:
    """Return what stands in the place of a signature, None when nothing does.

    Several values, or one that is no text, are given as they are: whoever checks
    them finds that they are no signature.
    """
    for payload in _payloads(next(iter(event.get("intervals") or ()), {})):
        if payload.get("type") == SIGNATURE:
            values: object = payload.get("values")
            if isinstance(values, list) and len(values) == 1:
                return values[0]
            return values
    return None


def without_signature(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event without its signature, wherever it stands."""
    intervals = [
        {**interval, "payloads": _ordering(interval)}
        for interval in event.get("intervals") or ()
    ]
    return {**event, "intervals": intervals}


def order_digest(event: Mapping[str, Any], target: str) -> str:
    """Return the SHA-256, in hex, of an event as the home with this target reads it.

    Raises ValueError for what no honest hub signs: a number or a text that JSON
    does not have.
    """
    try:
        return sha256(canonical_order(event, target).encode()).hexdigest()
    except (OverflowError, RecursionError) as err:
        raise ValueError("the event has a value that cannot be signed") from err


def canonical_order(event: Mapping[str, Any], target: str) -> str:
    """Return what an event orders a home, as canonical JSON.

    Sorted keys, no spaces, no escapes of letters. What is absent or null is left
    out; numbers among the values are floats; the signature itself is left out.
    """
    covered = {key: event.get(key) for key in _COVERED}
    intervals = [_interval(interval) for interval in event.get("intervals") or ()]
    return json.dumps(
        _present(covered | {"targets": [target], "intervals": intervals}),
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
    )


def _interval(interval: Mapping[str, Any]) -> dict[str, Any]:
    """Return one interval."""
    return {
        "id": interval.get("id"),
        "intervalPeriod": interval.get("intervalPeriod"),
        "payloads": [
            {
                "type": payload.get("type"),
                "values": [_value(value) for value in payload.get("values") or ()],
            }
            for payload in _ordering(interval)
        ],
    }


def _ordering(interval: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the payloads of an interval that are no signature."""
    return [each for each in _payloads(interval) if each.get("type") != SIGNATURE]


def _payloads(interval: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the payloads of an interval."""
    return interval.get("payloads") or []


def _value(value: object) -> object:
    """Return a value of a payload: writers do not tell 0 from 0.0."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else value  # type: ignore[arg-type]


def _present(value: Any) -> Any:
    """Return a value without the keys that say nothing."""
    if isinstance(value, dict):
        return {key: _present(item) for key, item in value.items() if item is not None}
    return [_present(item) for item in value] if isinstance(value, list) else value
