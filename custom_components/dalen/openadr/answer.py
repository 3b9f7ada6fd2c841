"""Read the answer to an HTTP request: bounded, tolerant, with typed errors."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
import json
from typing import Final

from aiohttp import ClientResponse

from .errors import ProblemError, UnexpectedAnswerError

MAX_BODY_BYTES: Final = 4 * 1024 * 1024
MAX_RETRY_AFTER_S: Final = 24 * 3600.0

_CHUNK_BYTES: Final = 64 * 1024
_MAX_TEXT: Final = 500


async def read_json(response: ClientResponse, now: datetime) -> object:
    """Return the JSON of a good answer, None when it has no body.

    Raises ProblemError for 4xx and 5xx and UnexpectedAnswerError for a redirect,
    for what is not JSON and for a body that is too large.
    """
    body = await _read_body(response)
    if response.status >= HTTPStatus.BAD_REQUEST:
        raise _problem(response, body, now)
    if response.status >= HTTPStatus.MULTIPLE_CHOICES:
        raise UnexpectedAnswerError(
            f"{response.url.origin()} wants to send us to another address; "
            "use the final address instead"
        )
    if not body.strip():
        return None
    return _decoded(body, response)


def clock_offset(response: ClientResponse, now: datetime) -> timedelta | None:
    """Return how far the clock of a server is ahead of ours, None if it is silent.

    A copy that a cache kept (Age) tells the time at which it was made.
    """
    date = response.headers.get("Date")
    if date is None or "Age" in response.headers:
        return None
    try:
        server_time = parsedate_to_datetime(date)
        # "-0000" means UTC without an offset (RFC 5322 3.3).
        return server_time.replace(tzinfo=server_time.tzinfo or UTC) - now
    except TypeError, ValueError, OverflowError:
        return None


async def _read_body(response: ClientResponse) -> bytes:
    """Return the whole body, counted after decompression."""
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise UnexpectedAnswerError(
                f"the answer of {response.url.origin()} is larger than "
                f"{MAX_BODY_BYTES} bytes"
            )
    return bytes(body)


def _decoded(body: bytes, response: ClientResponse) -> object:
    """Return the decoded body; deep nesting counts as not being JSON."""
    try:
        decoded: object = json.loads(body)
    except (ValueError, RecursionError) as err:
        raise UnexpectedAnswerError(
            f"the answer of {response.url.origin()} is not JSON; "
            "check that the address is that of a hub"
        ) from err
    return decoded


def _problem(response: ClientResponse, body: bytes, now: datetime) -> ProblemError:
    """Return the error for a 4xx or 5xx answer, with or without a problem body."""
    try:
        decoded = json.loads(body)
    except ValueError, RecursionError:
        decoded = None
    source = decoded if isinstance(decoded, dict) else {}
    return ProblemError(
        response.status,
        type=_text(source.get("type")) or "about:blank",
        # RFC 6749 5.2 names the error of a token request differently.
        title=_text(source.get("title")) or _text(source.get("error")),
        detail=_text(source.get("detail")) or _text(source.get("error_description")),
        retry_after_s=_retry_after_s(response.headers.get("Retry-After"), now),
    )


def _text(value: object) -> str:
    """Return a text of bounded length, empty for anything else."""
    return value[:_MAX_TEXT] if isinstance(value, str) else ""


def _retry_after_s(header: str | None, now: datetime) -> float | None:
    """Return the wait of a Retry-After header, in seconds or as a date."""
    if header is None:
        return None
    if header.isascii() and header.isdigit():
        return min(float(header[:9]), MAX_RETRY_AFTER_S)
    try:
        wait_s = (parsedate_to_datetime(header) - now).total_seconds()
    except TypeError, ValueError, OverflowError:
        return None
    return min(max(wait_s, 0.0), MAX_RETRY_AFTER_S)
