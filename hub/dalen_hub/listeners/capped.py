"""A listener that takes no more connections than the process has room for."""

import asyncio
import resource
import socket
import ssl
from typing import Final, override

from aiohttp import web

_WANTED_FILES: Final = 65_536
_KEPT_FILES: Final = 128
"""For the database, the webhooks, and whatever else the hub opens."""


class CappedSite(web.SockSite):
    """Closes a connection at once where there are too many already.

    Without this a client that only opens connections would leave the hub without
    files, and thus without its database.
    """

    __slots__ = ("_most",)

    def __init__(
        self,
        runner: web.AppRunner,
        listener: socket.socket,
        *,
        ssl_context: ssl.SSLContext | None,
        most: int,
    ) -> None:
        """Listen on a socket; ``most`` counts the connections of all listeners."""
        super().__init__(runner, listener, ssl_context=ssl_context)
        self._most = most

    @override
    async def start(self) -> None:
        """Begin to take connections."""
        server = self._runner.server
        assert server is not None

        def protocol() -> asyncio.BaseProtocol:
            full = len(server.connections) >= self._most
            return _Refusal() if full else server()

        await web.BaseSite.start(self)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            protocol, sock=self._sock, ssl=self._ssl_context, backlog=self._backlog
        )


class _Refusal(asyncio.Protocol):
    """Ends a connection."""

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """End it without an answer: an answer would have to be waited for."""
        assert isinstance(transport, asyncio.Transport)
        transport.abort()


def room_for_connections() -> int:
    """Return how many connections may be open; ask the system for more files first."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _WANTED_FILES if hard == resource.RLIM_INFINITY else hard
    wanted = max(soft, min(wanted, _WANTED_FILES))
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except ValueError, OSError:
        wanted = soft
    return max(_KEPT_FILES, wanted - _KEPT_FILES)
