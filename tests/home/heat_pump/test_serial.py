"""A heat pump on a serial line, and behind a gateway that passes frames on."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
import os
import tty

from modbus_connection import ModbusSerialParams
from modbus_connection.tmodbus import ModbusConnection
from pymodbus import FramerType
import pytest

from custom_components.dalen.heat_pump import (
    HeatPumpProfile,
    HeatPumpUnreachableError,
    ModbusHeatPump,
    link_params,
    load_profile,
)

from .builders import NOW, no_sleep
from .devices import MovingClock, running
from .modbus_server import HOST, ModbusServer

pytestmark = [pytest.mark.asyncio, pytest.mark.usefixtures("socket_enabled")]


@asynccontextmanager
async def serial_port(server: ModbusServer) -> AsyncGenerator[str]:
    """Join a serial port to a server of RTU frames; return its name."""
    far, port = os.openpty()
    tty.setraw(port)
    reader, writer = await asyncio.open_connection(HOST, server.port)

    async def carry() -> None:
        """Carry the answers to the line."""
        while data := await reader.read(4096):
            os.write(far, data)

    loop = asyncio.get_running_loop()
    loop.add_reader(far, lambda: writer.write(os.read(far, 4096)))
    task = asyncio.create_task(carry())
    try:
        yield os.ttyname(port)
    finally:
        loop.remove_reader(far)
        writer.close()
        await task
        os.close(far)
        os.close(port)


def quick(profile_id: str) -> HeatPumpProfile:
    """Return a profile with waits that a test can afford."""
    found = load_profile(profile_id)
    transport = replace(found.transport, spacing_s=0, timeout_s=0.5)
    return replace(found, transport=transport)


@asynccontextmanager
async def on_a_line(
    profile: HeatPumpProfile,
) -> AsyncGenerator[tuple[ModbusServer, ModbusHeatPump]]:
    """Run a device and an adapter on the two ends of a serial line."""
    async with (
        running(profile, framer=FramerType.RTU) as server,
        serial_port(server) as device,
    ):
        params = link_params(
            profile.transport, {"transport": "modbus_serial", "device": device}
        )
        assert isinstance(params, ModbusSerialParams)
        connection = ModbusConnection(params)
        try:
            yield server, adapter(connection, profile)
        finally:
            await connection.close()


def adapter(connection: ModbusConnection, profile: HeatPumpProfile) -> ModbusHeatPump:
    """Return an adapter that may write."""
    return ModbusHeatPump(
        connection.for_unit(profile.transport.unit_id),
        profile,
        nameplate_w=2500,
        minimum_w=500,
        armed=True,
        meter=lambda: 1400.0,
        clock=MovingClock(),
        sleep=no_sleep,
    )


@pytest.mark.parametrize(
    ("profile_id", "limit_w", "applied_w"),
    [
        ("remeha_gtw08", 1300, 1300),
        ("quatt_outdoor_unit", 1300, 1300),
        ("lg_therma_v", 300, 0),
    ],
)
async def test_a_serial_line_is_read_and_limited(
    profile_id: str, limit_w: float, applied_w: float
) -> None:
    """With the speed, parity and stop bits of the profile."""
    async with on_a_line(quick(profile_id)) as (server, pump):
        state = await pump.read(NOW)
        assert state.flow_c == pytest.approx(38)
        assert state.electric_w == 1400
        assert await pump.set_limit(limit_w) == applied_w
        assert (await pump.read(NOW)).limit_readback_w == applied_w
        assert server.writes
        await pump.set_limit(None)


async def test_a_serial_device_that_is_silent_comes_back() -> None:
    """A cable can be loose."""
    async with on_a_line(quick("samsung_mim_b19n")) as (server, pump):
        state = await pump.read(NOW)
        server.silent = True
        with pytest.raises(HeatPumpUnreachableError, match="does not answer in time"):
            await pump.read(NOW)
        server.silent = False
        assert await pump.read(NOW) == state


async def test_a_port_that_is_not_there_is_told() -> None:
    """With what to check."""
    profile = quick("lg_therma_v")
    params = link_params(profile.transport, {"device": "/dev/dalen-none"})
    connection = ModbusConnection(params)
    pump = ModbusHeatPump(connection.for_unit(33), profile)
    with pytest.raises(HeatPumpUnreachableError, match="cannot be connected to"):
        await pump.read(NOW)
    await connection.close()


async def test_frames_behind_a_gateway_are_read_and_limited() -> None:
    """RTU over TCP: a gateway that knows nothing of Modbus."""
    profile = quick("lg_therma_v")
    async with running(profile, framer=FramerType.RTU) as server:
        params = link_params(
            profile.transport,
            {"transport": "modbus_rtu_over_tcp", "host": HOST, "port": server.port},
        )
        connection = ModbusConnection(params)
        pump = adapter(connection, profile)
        assert (await pump.read(NOW)).return_c == pytest.approx(32)
        assert await pump.set_limit(300) == 0
        assert server.holding[9] == 1
        await pump.set_limit(None)
        assert server.holding[9] == 2
        await connection.close()
