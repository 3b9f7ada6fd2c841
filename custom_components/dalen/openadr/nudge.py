"""Hear from the hub that something changed, over server-sent events.

A nudge carries no command: polling stays the truth, a nudge makes it early.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from enum import StrEnum
from http import HTTPStatus
from typing import Final

from aiohttp import ClientResponse, ClientTimeout
from aiohttp.http import HttpProcessingError

from .answer import read_json
from .client import OpenAdrClient
from .errors import ProblemError, UnexpectedAnswerError, VtnUnreachableError
from .transport import Clock

# The hub sends a comment every 15 s; three of them missing means a dead link.
SILENCE_S: Final = 45.0

_TIMEOUT: Final = ClientTimeout(total=None, sock_connect=10)
_STREAM: Final = "text/event-stream"
_HEADERS: Final = {"Accept": _STREAM, "Cache-Control": "no-cache"}


class Nudge(StrEnum):
    """Why the events are worth reading now."""

    CONNECTED = "connected"
    """The link is there (again); changes can have been missed before."""
    CHANGED = "changed"
    """The hub says that something changed."""


async def nudges(
    client: OpenAdrClient,
    url: str,
    *,
    clock: Clock,
    reconnect_delay_s: Callable[[int], float],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    silence_s: float = SILENCE_S,
) -> AsyncGenerator[Nudge]:
    """Yield a nudge whenever the events are worth reading, for ever.

    A lost link is made again after ``reconnect_delay_s(failures in a row)``, or
    later when the hub asks so. Raises AuthenticationFailedError, and ProblemError
    when the hub refuses for good (404: it has no nudges; polling still works).
    """
    failures = 0
    while True:
        wait_s = 0.0
        try:
            async for nudge in _one_link(client, url, clock, silence_s):
                failures = 0
                yield nudge
        except ProblemError as err:
            if not err.is_temporary:
                raise
            wait_s = err.retry_after_s or 0.0
        except VtnUnreachableError:
            pass
        failures += 1
        await sleep(max(wait_s, reconnect_delay_s(failures)))


async def _one_link(
    client: OpenAdrClient, url: str, clock: Clock, silence_s: float
) -> AsyncGenerator[Nudge]:
    """Yield the nudges of one link, until it ends."""
    async with client.stream(
        "GET", url, headers=_HEADERS, timeout=_TIMEOUT
    ) as response:
        if response.status != HTTPStatus.OK or response.content_type != _STREAM:
            await read_json(response, clock())
            raise UnexpectedAnswerError(f"{url} is not a stream of events")
        yield Nudge.CONNECTED
        kind = ""
        while (line := await _line(response, silence_s)) is not None:
            if not line and kind == "changed":
                yield Nudge.CHANGED
            if line.startswith("event:"):
                kind = line.removeprefix("event:").strip()
            elif not line:
                kind = ""


async def _line(response: ClientResponse, silence_s: float) -> str | None:
    """Return the next line, None at the end of the stream."""
    try:
        async with asyncio.timeout(silence_s):
            raw = await response.content.readline()
    except (ValueError, HttpProcessingError) as err:
        # aiohttp's words, older and newer, for a line longer than its buffer.
        raise UnexpectedAnswerError("a line of the event stream is too long") from err
    if not raw:
        return None
    return raw.decode(errors="replace").rstrip("\r\n")
