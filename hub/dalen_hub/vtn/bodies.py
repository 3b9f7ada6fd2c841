"""Read the JSON of a request, and refuse what no honest client sends."""

import asyncio
import json
import math
from typing import Any

from aiohttp import web

from dalen_hub.vtn.problems import ProblemError

type JsonObject = dict[str, Any]

MAX_BODY_BYTES = 256_000
MAX_BODY_S = 20.0
_MAX_DEPTH = 16


async def read_object(request: web.Request) -> JsonObject:
    """Return the JSON object of a request; fields that are null are left out.

    Raises a 400 problem for anything else, a 413 problem above 256 kB.
    """
    raw = await read_limited(request)
    try:
        # Decoded here, because the module would let surrogates and UTF-16 pass.
        value = json.loads(
            raw.decode(), parse_constant=_refuse_constant, parse_float=_finite_float
        )
    except (ValueError, RecursionError) as error:
        raise ProblemError(400, "The body is not JSON.") from error
    if not isinstance(value, dict):
        raise ProblemError(400, "The body must be a JSON object.")
    _check_depth(value)
    # Without escapes there is no text that a database could not store: UTF-8
    # has no surrogates, and JSON no NUL. Most bodies have neither these nor nulls.
    if b"\\u" in raw or b"null" in raw:
        value = _without_nulls(value)
    cleaned: JsonObject = value
    return cleaned


async def read_limited(request: web.Request) -> bytes:
    """Return the body of a request of at most 256 kB.

    Raises a 413 problem for a larger one, before it is read as a whole.
    """
    too_large = ProblemError(
        413, f"The body may have {MAX_BODY_BYTES} bytes at most. Send it in parts."
    )
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(MAX_BODY_S):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > MAX_BODY_BYTES:
                    raise too_large
    except TimeoutError as error:
        raise ProblemError(
            408,
            f"The body took longer than {MAX_BODY_S:g} s.",
            headers={"Connection": "close"},
        ) from error
    return bytes(body)


def _refuse_constant(name: str) -> None:
    """Refuse NaN and Infinity, which JSON does not have."""
    raise ValueError(f"{name} is not JSON")


def _finite_float(text: str) -> float:
    """Read a number. Raises a 400 problem for one beyond all floats."""
    number = float(text)
    if math.isfinite(number):
        return number
    raise ProblemError(400, "The body holds a number that is too large.")


def _check_depth(value: JsonObject) -> None:
    """Refuse a body that nests deeper than any object of the standard."""
    level: list[Any] = [value]
    for _ in range(_MAX_DEPTH):
        level = [
            child
            for holder in level
            for child in (holder.values() if type(holder) is dict else holder)
            if type(child) is dict or type(child) is list
        ]
        if not level:
            return
    raise ProblemError(400, f"The body nests deeper than {_MAX_DEPTH} levels.")


def _without_nulls(value: Any) -> Any:
    """Return a value in which null fields are absent.

    Clients exist that write null for "not given", although the schema of
    OpenADR 3.1 does not allow it.
    """
    match value:
        case dict():
            return {
                _storable(name): _without_nulls(field)
                for name, field in value.items()
                if field is not None
            }
        case list():
            return [_without_nulls(item) for item in value]
        case str():
            return _storable(value)
    return value


def _storable(text: str) -> str:
    """Return a text, if every database can store it."""
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise ProblemError(400, "The body holds a text that is not valid Unicode.")
    return text
