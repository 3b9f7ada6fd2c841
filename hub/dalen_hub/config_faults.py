"""What is wrong with a `hub.yaml`, said in one line each."""

from collections.abc import Iterator, Mapping
import difflib
from typing import Any, Final, TypeGuard

import voluptuous as vol

from dalen_hub.config_schema import ROOT, TRAFO

_UNKNOWN_KEY: Final = "extra keys not allowed"
_NO_MAPPING: Final = "expected a dictionary"
_EXAMPLES: Final = {
    "name": "name: Hub Dalen",
    "public_url": "public_url: https://hub.example.nl",
    "trafos": "trafos: with one entry per transformer",
    "id": "id: dalen",
    "rating_kva": "rating_kva: 400",
}


def schema_faults(error: vol.MultipleInvalid) -> list[str]:
    """Return the faults that the schema found."""
    return [_fault(fault) for fault in error.errors]


def cross_faults(raw: object) -> list[str]:
    """Return the faults that show between values, whatever else is wrong."""
    trafos = raw.get("trafos") if isinstance(raw, Mapping) else None
    if not isinstance(trafos, list):
        return []
    items = [(i, item) for i, item in enumerate(trafos) if isinstance(item, Mapping)]
    return [*_double_ids(items), *_limits_above_rating(items)]


def _fault(fault: vol.Invalid) -> str:
    """Return one fault of the schema as a line."""
    path = [getattr(part, "schema", part) for part in fault.path]
    place = _place(path)
    if fault.error_message == _UNKNOWN_KEY:
        return f"{place}: unknown key. {_nearest(path)}"
    if isinstance(fault, vol.RequiredFieldInvalid):
        return f"{place}: is missing. Write {_EXAMPLES[str(path[-1])]}."
    if fault.error_message == _NO_MAPPING:
        return f"{place}: must be keys and values, as in hub.example.yaml."
    return f"{place}: {fault.error_message}"


def _place(path: list[Any]) -> str:
    """Return a path as it is written in messages, such as trafos[0].rating_kva."""
    place = ""
    for part in path:
        if isinstance(part, int):
            place += f"[{part}]"
        else:
            place += f".{part}" if place else str(part)
    return place or "the file"


def _nearest(path: list[Any]) -> str:
    """Return which known key was probably meant."""
    schema = TRAFO if len(path) > 1 else ROOT
    known = [str(key.schema) for key in schema]
    near = difflib.get_close_matches(str(path[-1]), known, n=1)
    if near:
        return f"Did you mean {near[0]}?"
    return f"Known here are {', '.join(known)}."


def _double_ids(items: list[tuple[int, Mapping[str, Any]]]) -> Iterator[str]:
    """Yield the ids that more than one transformer has."""
    first: dict[str, int] = {}
    for index, item in items:
        trafo_id = item.get("id")
        if not isinstance(trafo_id, str):
            continue
        if trafo_id in first:
            yield (
                f"trafos[{index}].id: {trafo_id!r} is already the id of"
                f" trafos[{first[trafo_id]}]. Give each transformer its own id."
            )
        first.setdefault(trafo_id, index)


def _limits_above_rating(items: list[tuple[int, Mapping[str, Any]]]) -> Iterator[str]:
    """Yield the limits that the transformer's rating does not allow."""
    for index, item in items:
        limit, rating = item.get("limit_kw"), item.get("rating_kva")
        if not (_is_positive(limit) and _is_positive(rating)):
            continue
        if limit > rating:
            yield (
                f"trafos[{index}].limit_kw: must be at most the rating, {rating:g},"
                f" got {limit:g}. kW never exceed kVA; leave it out for rating x"
                " power factor."
            )


def _is_positive(value: object) -> TypeGuard[float]:
    """Return whether a value is a number above 0."""
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0
