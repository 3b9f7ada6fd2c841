"""The network between a house and its hub, which can be down."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from ..heat_pump.modbus_server import HOST


@dataclass(slots=True)
class Network:
    """A port that leads to another port, as long as the network is up."""

    port: int
    to: int
    is_up: bool = True
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    def go_down(self) -> None:
        """Break all connections, and let no new one through."""
        self.is_up = False
        for writer in self._writers:
            writer.close()

    async def forward(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Connect one caller with the other port."""
        if not self.is_up:
            writer.close()
            return
        far_reader, far_writer = await asyncio.open_connection(HOST, self.to)
        self._writers |= {writer, far_writer}
        await asyncio.gather(_pipe(reader, far_writer), _pipe(far_reader, writer))
        self._writers -= {writer, far_writer}


@asynccontextmanager
async def network_to(port: int) -> AsyncGenerator[Network]:
    """Lead a free port of loopback to another one."""
    network = Network(port=0, to=port)
    server = await asyncio.start_server(network.forward, HOST, 0)
    network.port = server.sockets[0].getsockname()[1]
    try:
        yield network
    finally:
        network.go_down()
        server.close()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on what comes in, until the end."""
    with suppress(OSError):
        while chunk := await reader.read(65_536):
            writer.write(chunk)
            await writer.drain()
    writer.close()
