"""Simulated heat pumps on real Modbus TCP, in a time that the tests own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from pymodbus.client import AsyncModbusTcpClient
import pytest

from dalen_hub.simulation.heat_pump_server import HeatPumpServer
from dalen_hub.simulation.register_profile import load_register_profile
from dalen_hub.simulation.weather import SteadyWeather


@dataclass(slots=True)
class Wall:
    """Real seconds that pass when a test says so."""

    now_s: float = 1000.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.now_s


@dataclass(slots=True)
class Rig:
    """A heat pump server, its clock and a client that is connected to it."""

    server: HeatPumpServer
    wall: Wall
    client: AsyncModbusTcpClient

    async def inputs(self, address: int, count: int) -> list[int]:
        """Read input registers that must exist."""
        response = await self.client.read_input_registers(address, count=count)
        assert not response.isError(), response
        return list(response.registers)

    async def holdings(self, address: int, count: int) -> list[int]:
        """Read holding registers that must exist."""
        response = await self.client.read_holding_registers(address, count=count)
        assert not response.isError(), response
        return list(response.registers)


type MakeRig = Callable[..., Awaitable[Rig]]


@pytest.fixture
async def make_rig(socket_enabled: None) -> AsyncIterator[MakeRig]:
    """Return a function that starts a server and connects a client to it."""
    rigs: list[Rig] = []

    async def make(
        profile: str = "dalen_simulated", *, speed: float = 1.0, outdoor_c: float = -4.0
    ) -> Rig:
        wall = Wall()
        server = HeatPumpServer(
            load_register_profile(profile),
            port=0,
            speed=speed,
            weather=SteadyWeather(temperature_c=outdoor_c),
            start=datetime(2026, 11, 23, 17, 15, tzinfo=UTC),
            wall=wall,
        )
        await server.start()
        client = AsyncModbusTcpClient("127.0.0.1", port=server.port, timeout=3)
        assert await client.connect()
        rigs.append(Rig(server, wall, client))
        return rigs[-1]

    yield make
    for rig in rigs:
        rig.client.close()
        await rig.server.stop()
