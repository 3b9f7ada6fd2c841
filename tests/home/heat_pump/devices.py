"""A simulated device for every profile, made of the profile itself."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from pymodbus import FramerType

from custom_components.dalen.heat_pump import HeatPumpProfile, ModbusHeatPump
from custom_components.dalen.heat_pump.decoding import WordOrder, encode
from custom_components.dalen.heat_pump.mechanism import (
    ContactLimit,
    PercentLimit,
    RegisterWrite,
    WattsLimit,
)
from custom_components.dalen.heat_pump.register import Register, Table

from .builders import NOW, connected
from .modbus_server import ModbusServer, modbus_server

VALUES = {
    "electric_w": 1400.0,
    "thermal_w": 4900.0,
    "boiler_w": 0.0,
    "flow_c": 38.0,
    "return_c": 32.0,
    "outdoor_c": -4.0,
    "room_c": 20.0,
    "room_set_c": 20.5,
    "minimum_w": 500.0,
    "nameplate_w": 2500.0,
    "electric_energy_kwh": 1234.0,
    "thermal_energy_kwh": 4321.0,
    "gas_m3": 42.0,
    "compressor_hz": 45.0,
    "compressor_percent": 55.0,
    "voltage_v": 230.0,
    "current_a": 5.2,
    "fan_rpm": 600.0,
    "pump_w": 40.0,
    "software_version": 2.15,
}
"""A cold evening, in the units of the keys."""

RAW = {
    "compressor_run": 1,
    "power_demand_percent": 60,
    "sg_state": 2,
    "sg_enabled": 1,
    "compressor_level": 5,
    "firmware_major": 3,
    "firmware_minor": 92,
    "firmware_patch": 1,
    "status_1": 2,
    "status_code": 16,
}
"""What other registers hold; 0 where nothing is said."""

BITS = {"dalen_simulated": 1, "luxtronik_shi": 1, "hitachi_yutaki": 32}
"""The status bits of a compressor that runs."""


class Tables(dict[Table, dict[int, int]]):
    """The four tables of a device."""

    def __init__(self) -> None:
        """Start without registers."""
        super().__init__({table: {} for table in Table})

    def put(self, register: Register, raw: float, order: WordOrder) -> None:
        """Put a raw number into its registers."""
        words = encode(raw, register.type, order)
        for offset, word in enumerate(words):
            self[register.table][register.address + offset] = word


def tables_of(profile: HeatPumpProfile, *, swapped: bool = False) -> Tables:
    """Return the registers of a device of this kind on a cold evening."""
    tables = Tables()
    for write in _writes(profile):
        tables[write.table][write.address] = 0
    for register in (*profile.registers, *_limit_registers(profile)):
        order = register.word_order
        if swapped:
            order = WordOrder.BIG if order is WordOrder.LITTLE else WordOrder.LITTLE
        tables.put(register, _raw(profile, register), order)
    for write in _released(profile):
        tables[write.table][write.address] = write.value & 0xFFFF
    _free(profile, tables)
    return tables


def _free(profile: HeatPumpProfile, tables: Tables) -> None:
    """Let the register of the limit hold what limits nothing."""
    if isinstance(profile.limit, WattsLimit):
        register = profile.limit.register
        for write in profile.limit.release:
            if write.where == (register.table, register.address):
                tables.put(register, write.value, register.word_order)


def _raw(profile: HeatPumpProfile, register: Register) -> float:
    """Return what a register holds."""
    if register.key == "status_bits":
        return BITS.get(profile.id, 0)
    if register.key in VALUES:
        value = VALUES[register.key] / register.scale - register.offset
        return value if register.type == "float32" else round(value)
    return RAW.get(register.key, 0)


def _writes(profile: HeatPumpProfile) -> tuple[RegisterWrite, ...]:
    """Return all that limiting writes."""
    match profile.limit:
        case WattsLimit() | PercentLimit() as limit:
            watchdog = limit.pace.watchdog
            timer = (
                ()
                if watchdog is None or watchdog.address is None
                else (RegisterWrite(address=watchdog.address, value=0),)
            )
            return (*limit.writes, *timer)
        case ContactLimit() as limit:
            return limit.block
        case _:
            return ()


def _limit_registers(profile: HeatPumpProfile) -> tuple[Register, ...]:
    """Return the register of the limit, unless the profile reads it anyway."""
    if isinstance(profile.limit, WattsLimit | PercentLimit):
        register = profile.limit.register
        taken = {(r.table, r.address) for r in profile.registers}
        if (register.table, register.address) not in taken:
            return (register,)
    return ()


def _released(profile: HeatPumpProfile) -> tuple[RegisterWrite, ...]:
    """Return the writes that say that nothing is limited."""
    match profile.limit:
        case ContactLimit() as limit:
            return limit.release
        case WattsLimit() | PercentLimit() as limit:
            place = (limit.register.table, limit.register.address)
            return tuple(w for w in limit.release if w.where != place)
        case _:
            return ()


class MovingClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        """Start on the cold evening."""
        self.now = NOW

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now

    def forward(self, minutes: float) -> datetime:
        """Move on."""
        self.now += timedelta(minutes=minutes)
        return self.now


@asynccontextmanager
async def running(
    profile: HeatPumpProfile,
    tables: Mapping[Table, dict[int, int]] | None = None,
    framer: FramerType = FramerType.SOCKET,
) -> AsyncGenerator[ModbusServer]:
    """Run a device of this kind on a real server."""
    given = tables or tables_of(profile)
    async with modbus_server(
        given[Table.INPUT],
        given[Table.HOLDING],
        coils=given[Table.COIL],
        discrete=given[Table.DISCRETE],
        unit_id=profile.transport.unit_id,
        framer=framer,
    ) as server:
        yield server


@asynccontextmanager
async def limited(
    profile: HeatPumpProfile, clock: MovingClock, **settings: Any
) -> AsyncGenerator[tuple[ModbusServer, ModbusHeatPump]]:
    """Run a device and an adapter that may write to it."""
    settings = {
        "nameplate_w": 2500,
        "minimum_w": 500,
        "meter": lambda: 1400.0,
        **settings,
    }
    async with (
        running(profile) as server,
        connected(
            server,
            profile=profile,
            clock=clock,
            armed=True,
            **settings,
        ) as pump,
    ):
        yield server, pump
