"""Wake homes over server-sent events when something they may see changed.

A nudge carries no command: a forged or lost one costs a poll, nothing more.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from aiohttp import web

from dalen_hub.appkeys import CLOCK, ENGINE, NUDGER, PRINCIPALS
from dalen_hub.vtn.principal import Principal, require_home

HEARTBEAT_S = 15.0
_STREAMS_PER_CLIENT = 2
_HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-cache, no-transform",
    # Proxies such as nginx and the ingress of Home Assistant obey this.
    "X-Accel-Buffering": "no",
}


@dataclass(slots=True, kw_only=True, eq=False)
class _Stream:
    """One home that listens. Nudges that come together are told once."""

    client_id: str
    targets: frozenset[str]
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    changed: bool = False
    closed: bool = False

    def wake(self, *, close: bool = False) -> None:
        """Let the stream tell that something changed, or end."""
        self.changed = self.changed or not close
        self.closed = self.closed or close
        self.woken.set()


class Nudger:
    """Knows which homes listen, and wakes them."""

    def __init__(self, heartbeat_s: float = HEARTBEAT_S) -> None:
        """Begin with nobody listening."""
        self.heartbeat_s = heartbeat_s
        self._streams: list[_Stream] = []
        self._closed = False

    def changed(self, targets: Iterable[str]) -> None:
        """Wake the homes with one of the targets; no targets means everybody."""
        wanted = frozenset(targets)
        for stream in self._streams:
            if not wanted or not wanted.isdisjoint(stream.targets):
                stream.wake()

    def listening(self, target: str) -> bool:
        """Tell whether a home with this target listens now."""
        return any(target in stream.targets for stream in self._streams)

    def end_client(self, client_id: str) -> None:
        """End the streams of a client, which left or was revoked."""
        for stream in self._streams:
            if stream.client_id == client_id:
                stream.wake(close=True)

    def close(self) -> None:
        """End all streams: the hub stops."""
        self._closed = True
        for stream in self._streams:
            stream.wake(close=True)

    def open_stream(self, principal: Principal) -> _Stream:
        """Begin to listen. The oldest of too many streams of a client ends.

        A home whose connection broke unseen must be able to come back at once.
        """
        stream = _Stream(
            client_id=principal.client_id,
            targets=principal.targets,
            closed=self._closed,
        )
        own = [item for item in self._streams if item.client_id == stream.client_id]
        for old in own[: max(0, len(own) + 1 - _STREAMS_PER_CLIENT)]:
            old.wake(close=True)
        self._streams.append(stream)
        return stream

    def end_stream(self, stream: _Stream) -> None:
        """Stop listening."""
        self._streams.remove(stream)


async def get_nudge(request: web.Request) -> web.StreamResponse:
    """Tell a home, until it or the hub stops, that it should poll."""
    principal, _ = require_home(request)
    nudger = request.app[NUDGER]
    stream = nudger.open_stream(principal)
    response = web.StreamResponse(headers=_HEADERS)
    try:
        await response.prepare(request)
        # Something may have changed before the home listened.
        await response.write(b"event: changed\ndata: {}\n\n")
        while not stream.closed and await _may_listen(request, principal):
            await response.write(await _next_message(stream, nudger.heartbeat_s))
    except ConnectionResetError:
        pass  # The home went away; that is how most streams end.
    finally:
        nudger.end_stream(stream)
    return response


async def _next_message(stream: _Stream, heartbeat_s: float) -> bytes:
    """Wait for a change; give a sign of life when there is none for a while."""
    try:
        async with asyncio.timeout(heartbeat_s):
            await stream.woken.wait()
    except TimeoutError:
        return b": heartbeat\n\n"
    stream.woken.clear()
    changed, stream.changed = stream.changed, False
    return b"event: changed\ndata: {}\n\n" if changed else b": bye\n\n"


async def _may_listen(request: web.Request, principal: Principal) -> bool:
    """Tell whether the client is still accepted; a stream outlives its token."""
    app = request.app
    current = await app[PRINCIPALS].of_client(
        app[ENGINE], principal.client_id, app[CLOCK]()
    )
    return current is not None and current.ven_id == principal.ven_id


async def close_nudger(app: web.Application) -> None:
    """End all streams, so that the server can stop at once."""
    app[NUDGER].close()
