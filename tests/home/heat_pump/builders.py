"""A simulated heat pump on a real server, and the adapter that talks to it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from modbus_connection import ModbusTcpParams
from modbus_connection.tmodbus import ModbusConnection

from custom_components.dalen.heat_pump import (
    HeatPumpProfile,
    ModbusHeatPump,
    load_profile,
)

from .modbus_server import HOST, ModbusServer

NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)

COLD_EVENING = {
    0: 0b1,  # compressor on
    1: 0,
    2: 1450,
    3: 5075,
    4: 0,
    5: 385,
    6: 330,
    7: 0xFFCE,  # -5.0 C
    8: 203,
    9: 205,
    10: 410,
    11: 1500,
    12: 0x0001,
    13: 0xE240,  # 123456 Wh
    14: 0x0007,
    15: 0x8900,  # 493824 Wh
    16: 0,
    17: 42_500,
    18: 7,
}
"""The input registers of the simulated heat pump at full power."""

RELEASED = {0: 1500, 1: 0, 2: 0}
"""Its holding registers without a limit."""

LUXTRONIK_INPUT = {
    10000: 0b101,  # compressor 1 and second heat source 1
    10002: 0,
    10100: 312,
    10105: 364,
    10106: 32767,  # no room unit
    10108: 0xFFDD,  # -3.5 C
    10201: 0,
    10203: 0,
    10204: 3,
    10300: 52,
    10301: 15,
    10302: 9,
    10310: 0x0001,
    10311: 0x0203,
    10400: 3,
    10401: 92,
    10402: 1,
}
LUXTRONIK_HOLDING = {10040: 0, 10041: 300}


async def no_sleep(seconds: float) -> None:
    """Pass the time."""


def quick(profile: HeatPumpProfile, timeout_s: float = 0.3) -> HeatPumpProfile:
    """Return the profile with a timeout that a test can wait for."""
    return replace(profile, transport=replace(profile.transport, timeout_s=timeout_s))


@asynccontextmanager
async def connected(
    server: ModbusServer,
    profile_id: str = "dalen_simulated",
    *,
    timeout_s: float = 0.3,
    **settings: Any,
) -> AsyncGenerator[ModbusHeatPump]:
    """Connect an adapter to the server with the library that the home uses."""
    connection = ModbusConnection(ModbusTcpParams(host=HOST, port=server.port))
    profile = settings.pop("profile", None) or load_profile(profile_id)
    unit = connection.for_unit(profile.transport.unit_id)
    settings = {"sleep": no_sleep, "clock": lambda: NOW, **settings}
    try:
        yield ModbusHeatPump(unit, quick(profile, timeout_s), **settings)
    finally:
        await connection.close()
