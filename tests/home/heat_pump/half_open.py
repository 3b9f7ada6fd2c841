"""A network in which connections die without a word, as Wi-Fi gateways do."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from .modbus_server import HOST, free_port


class Network:
    """Pass bytes on to a server; cut connections swallow them from then on."""

    def __init__(self, target_port: int) -> None:
        """Take the port of the real server."""
        self.port = free_port()
        self.connections = 0
        self._target_port = target_port
        self._era = 0
        self._tasks: set[asyncio.Task[None]] = set()

    def cut(self) -> None:
        """Let every present connection die without closing it."""
        self._era += 1

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Carry one connection."""
        self.connections += 1
        far_reader, far_writer = await asyncio.open_connection(HOST, self._target_port)
        for source, sink in ((reader, far_writer), (far_reader, writer)):
            task = asyncio.create_task(self._carry(source, sink, self._era))
            self._tasks.add(task)

    async def _carry(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, era: int
    ) -> None:
        """Carry one direction until the connection is cut or closed."""
        with suppress(OSError):
            while data := await source.read(4096):
                if era == self._era:
                    sink.write(data)
        sink.close()

    async def stop(self) -> None:
        """End all that is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def network(target_port: int) -> AsyncGenerator[Network]:
    """Stand between a client and a server."""
    between = Network(target_port)
    listener = await asyncio.start_server(between.serve, HOST, between.port)
    try:
        yield between
    finally:
        listener.close()
        await between.stop()
