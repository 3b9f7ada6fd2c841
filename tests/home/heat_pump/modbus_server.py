"""A real Modbus server that plays a heat pump, over TCP.

The simulator API of pymodbus is marked experimental: it is used here only.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
import socket

from pymodbus import FramerType
from pymodbus.constants import ExcCodes
from pymodbus.pdu import ModbusPDU
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

HOST = "127.0.0.1"
_COILS, _DISCRETE, _HOLDING, _INPUT = 1, 2, 3, 4
_WRITE_COIL, _WRITE_COILS = 5, 15
_WRITES = {_WRITE_COIL, 6, _WRITE_COILS, 16}

type Registers = Mapping[int, int]
type OnWrite = Callable[[int, list[int]], Awaitable[None] | None]


@dataclass(kw_only=True)
class ModbusServer:
    """A running server. Registers that are not listed do not exist.

    The dicts can be changed while it runs; new addresses cannot be added.
    """

    port: int
    input: dict[int, int]
    holding: dict[int, int]
    coils: dict[int, int] = field(default_factory=dict)
    discrete: dict[int, int] = field(default_factory=dict)
    requests: list[tuple[int, int, int]] = field(default_factory=list)
    """Every read as (function, address, count), in order."""

    writes: list[tuple[int, list[int]]] = field(default_factory=list)
    """Every write as (address, values), in order."""

    failures: list[ExcCodes] = field(default_factory=list)
    """Exceptions to answer the next requests with, first one first."""

    refused_writes: dict[int, ExcCodes] = field(default_factory=dict)
    """Exceptions with which writes to an address are always answered."""

    write_only: set[int] = field(default_factory=set)
    """Addresses of holding registers that cannot be read."""

    overruled: dict[int, int] = field(default_factory=dict)
    """Values that something else puts in the place of what is written."""

    echoes_taken: bool = False
    """True to answer a write with what was taken, not with what was sent."""

    silent: bool = False
    """True to take requests and never answer."""

    unknown_functions: set[int] = field(default_factory=set)
    """Functions that the device does not have at all."""

    bits: int = 0
    """How many bits the last request asked for: the simulator counts words."""

    def table(self, function: int) -> dict[int, int]:
        """Return the registers that a function works on."""
        match function:
            case 4:
                return self.input
            case 2:
                return self.discrete
            case 1 | 5 | 15:
                return self.coils
            case _:
                return self.holding

    async def action(
        self,
        function: int,
        start: int,
        address: int,
        count: int,
        registers: list[int],
        set_values: list[int] | list[bool] | None,
    ) -> ExcCodes | None:
        """Answer one request; pymodbus calls this before it does so itself."""
        if set_values is None and function in _WRITES:
            return None  # the second call for the same write
        if function in self.unknown_functions:
            return ExcCodes.ILLEGAL_FUNCTION
        if self.failures:
            return self.failures.pop(0)
        if set_values is not None:
            return self._write(function, address, set_values)
        if function in {_COILS, _DISCRETE}:
            return self._read_bits(function, start, address, registers)
        self.requests.append((function, address, count))
        table = self.table(function)
        for offset in range(count):
            is_hidden = function == _HOLDING and address + offset in self.write_only
            if is_hidden or address + offset not in table:
                return ExcCodes.ILLEGAL_ADDRESS
            registers[address + offset - start] = table[address + offset] & 0xFFFF
        return None

    def _read_bits(
        self, function: int, start: int, address: int, registers: list[int]
    ) -> ExcCodes | None:
        """Put the bits where the simulator looks for them, 16 in a word."""
        self.requests.append((function, address, self.bits))
        table = self.table(function)
        for offset in range(self.bits):
            if address + offset not in table:
                return ExcCodes.ILLEGAL_ADDRESS
            word, bit = divmod(address + offset, 16)
            held = registers[word - start] & ~(1 << bit)
            registers[word - start] = held | bool(table[address + offset]) << bit
        return None

    def _write(
        self, function: int, address: int, values: list[int] | list[bool]
    ) -> ExcCodes | None:
        """Keep what is written, as far as it is accepted."""
        table = self.table(function)
        if address in self.refused_writes:
            return self.refused_writes[address]
        self.writes.append((address, [int(value) for value in values]))
        for offset, value in enumerate(values):
            if address + offset not in table:
                return ExcCodes.ILLEGAL_ADDRESS
            taken = self.overruled.get(address + offset, int(value))
            table[address + offset] = taken
            if self.echoes_taken:
                values[offset] = taken
        return None

    def answer(self, sending: bool, pdu: ModbusPDU) -> ModbusPDU:
        """Let an answer through, or swallow it when the server is silent."""
        if not sending:
            self.bits = pdu.count
        return None if sending and self.silent else pdu  # type: ignore[return-value]


@asynccontextmanager
async def modbus_server(
    input_registers: Registers,
    holding_registers: Registers,
    *,
    unit_id: int = 1,
    coils: Registers | None = None,
    discrete: Registers | None = None,
    framer: FramerType = FramerType.SOCKET,
) -> AsyncGenerator[ModbusServer]:
    """Run a server on a free port of the loopback interface."""
    server = ModbusServer(
        port=free_port(),
        input=dict(input_registers),
        holding=dict(holding_registers),
        coils=dict(coils or {}),
        discrete=dict(discrete or {}),
    )
    tcp = ModbusTcpServer(
        [_device(server, unit_id)],
        framer=framer,
        address=(HOST, server.port),
        trace_pdu=server.answer,
    )
    await tcp.serve_forever(background=True)
    try:
        yield server
    finally:
        await tcp.shutdown()


def _device(server: ModbusServer, unit_id: int) -> SimDevice:
    """Return the simulated device that asks the server for every answer."""
    return SimDevice(
        unit_id,
        simdata=(
            _bits(server.coils),
            _bits(server.discrete),
            _block(server.holding),
            _block(server.input),
        ),
        action=server.action,
    )


def free_port() -> int:
    """Return a TCP port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _bits(bits: Registers) -> list[SimData]:
    """Return the span of the bits, from the start of a word."""
    low = min(bits, default=0) // 16 * 16
    count = max(bits, default=0) - low + 1
    return [SimData(low, count=count, values=False, datatype=DataType.BITS)]


def _block(registers: Registers) -> list[SimData]:
    """Return the span of the registers; `action` knows the holes in it."""
    low, high = min(registers, default=0), max(registers, default=0)
    return [SimData(low, count=high - low + 1, values=0, datatype=DataType.UINT16)]
