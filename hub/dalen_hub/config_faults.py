"""What is wrong with a `hub.yaml`, said in one line each."""

from collections.abc import Iterator, Mapping
import difflib
from typing import Any, Final, TypeGuard

import voluptuous as vol

from dalen_hub.config_schema import ROOT, TRAFO
from dalen_hub.config_settlement import MARKET_YEAR, SETTLEMENT
from dalen_hub.config_steering import PARTS
from dalen_hub.grid.upstream.settings import DSO, dso_faults
from dalen_hub.listeners.settings import tls_faults

_UNKNOWN_KEY: Final = "extra keys not allowed"
_NO_MAPPING: Final = "expected a dictionary"
_EXAMPLES: Final = {
    "name": "name: Hub Dalen",
    "public_url": "public_url: https://hub.example.nl",
    "trafos": "trafos: with one entry per transformer",
    "id": "id: dalen",
    "rating_kva": "rating_kva: 400",
    "from": "from: '17:00'",
    "until": "until: '21:00'",
    "cap_w": "cap_w: 500",
    "limit_kw": "limit_kw: 90",
    "share": "share: 0.2",
    "label": "label: '2025'",
    "volume_mwh": "volume_mwh: 3380",
    "price_eur_per_mwh": "price_eur_per_mwh: 406",
    "vtn_url": "vtn_url: https://vtn.example.nl/openadr3/3.1.0",
    "client_id": "client_id: dalen",
    "program": "program: capacity-limits",
    "profile": "profile: gac-2.2",
}


def schema_faults(error: vol.MultipleInvalid) -> list[str]:
    """Return the faults that the schema found."""
    return [_fault(fault) for fault in error.errors]


def cross_faults(raw: object) -> list[str]:
    """Return the faults that show between values, whatever else is wrong."""
    if not isinstance(raw, Mapping) or not isinstance(raw.get("trafos"), list):
        return []
    trafos = raw["trafos"]
    items = [(i, item) for i, item in enumerate(trafos) if isinstance(item, Mapping)]
    return [
        *tls_faults(raw),
        *_double_ids(items),
        *_limits_above_rating(items),
        *(fault for index, item in items for fault in _of_cables(index, item)),
        *(
            fault
            for index, item in items
            for fault in dso_faults(f"trafos[{index}]", item.get("dso"))
        ),
    ]


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
    keys = [part for part in path[:-1] if isinstance(part, str)]
    schema: Mapping[Any, Any] = (
        {**PARTS, "dso": DSO, "settlement": SETTLEMENT, "market": MARKET_YEAR}.get(
            keys[-1], TRAFO
        )
        if keys
        else ROOT
    )
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


def _of_cables(index: int, item: Mapping[str, Any]) -> Iterator[str]:
    """Yield cables with the same id, and parts of the load that exceed it."""
    cables = item.get("cables")
    if not isinstance(cables, list):
        return
    known = [cable for cable in cables if isinstance(cable, Mapping)]
    ids = [cable.get("id") for cable in known]
    for number, cable_id in enumerate(ids):
        if cable_id is not None and cable_id in ids[:number]:
            yield (
                f"trafos[{index}].cables[{number}].id: {cable_id!r} is there already."
                " Give each cable its own id."
            )
    shares = [cable.get("share") for cable in known]
    together = sum(share for share in shares if _is_positive(share))
    if together > 1.02:
        yield (
            f"trafos[{index}].cables: their shares add up to {together:g}, more than"
            " the whole load. Give each its part of 1."
        )


def _is_positive(value: object) -> TypeGuard[float]:
    """Return whether a value is a number above 0."""
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0
