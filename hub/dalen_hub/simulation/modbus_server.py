"""A Modbus TCP server over a bank of registers.

The one place that touches the simulator of pymodbus, whose interface its authors
still call experimental.
"""

import asyncio
from collections.abc import Sequence
import os
import socket
from typing import Protocol, cast

from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from .errors import HeatPumpServerError

_READ_HOLDING, _READ_INPUT = 3, 4
_WRITE_ONE, _WRITE_MANY = 6, 16
_ALL_ADDRESSES = 65536


class IllegalAddressError(Exception):
    """A client named a register that does not exist."""


class IllegalValueError(Exception):
    """A client wrote a value that the device does not take."""


class RegisterBank(Protocol):
    """The registers of a device; a multi-register access is all or nothing."""

    def read_inputs(self, address: int, count: int) -> list[int]:
        """Return input registers, or raise IllegalAddressError."""

    def read_holdings(self, address: int, count: int) -> list[int]:
        """Return holding registers, or raise IllegalAddressError."""

    def write_holdings(self, address: int, values: Sequence[int]) -> None:
        """Write holding registers, or raise one of the errors above."""


class ModbusServer:
    """Serve one bank of registers on Modbus TCP."""

    def __init__(
        self, bank: RegisterBank, *, host: str, port: int, unit_id: int
    ) -> None:
        """Prepare a server; port 0 takes any free port."""
        self._bank = bank
        self._host = host
        self._port = port
        self._unit_id = unit_id
        self._server: ModbusTcpServer | None = None

    @property
    def port(self) -> int:
        """Return the port in use, also when any free one was asked for."""
        if self._server is None:
            return self._port
        listener = cast(asyncio.Server, self._server.transport)
        return int(listener.sockets[0].getsockname()[1])

    async def start(self) -> None:
        """Listen, or raise HeatPumpServerError when the address is not free."""
        # Addresses that do not exist are refused by the action, which knows both
        # tables; the simulator's own memory is only the way to the response.
        memory = SimData(0, count=_ALL_ADDRESSES, datatype=DataType.UINT16)
        device = SimDevice(self._unit_id, simdata=[memory], action=self._act)
        devices = [device, _unknown_units()]
        server = ModbusTcpServer(devices, address=(self._host, self._port))
        await self._check_address()
        await server.serve_forever(background=True)
        self._server = server

    async def stop(self) -> None:
        """Close the port and every connection."""
        if self._server is not None:
            await self._server.shutdown()  # type: ignore[no-untyped-call]
            self._server = None

    async def _check_address(self) -> None:
        """Find out why an address cannot be used; pymodbus only logs the reason."""
        loop = asyncio.get_running_loop()
        try:
            probe = await loop.create_server(asyncio.Protocol, self._host, self._port)
        except socket.gaierror as err:
            raise HeatPumpServerError(
                f"There is no host {self._host}; choose an address of this machine "
                "with --host, such as 127.0.0.1"
            ) from err
        except OSError as err:
            reason = os.strerror(err.errno) if err.errno else str(err)
            raise HeatPumpServerError(
                f"Cannot listen on {self._host}:{self._port} ({reason}); stop the "
                "program that uses this port, or choose another one with --port or "
                "--host"
            ) from err
        probe.close()
        await probe.wait_closed()

    async def _act(
        self,
        function: int,
        start: int,
        address: int,
        count: int,
        memory: list[int],
        values: list[int] | list[bool] | None,
    ) -> ExcCodes | None:
        """Answer one request; a write comes back a second time as a read."""
        try:
            if values is not None and function in (_WRITE_ONE, _WRITE_MANY):
                self._bank.write_holdings(address, [int(value) for value in values])
                return None
            if function == _READ_INPUT:
                fresh = self._bank.read_inputs(address, count)
            elif function in (_READ_HOLDING, _WRITE_ONE, _WRITE_MANY):
                fresh = self._bank.read_holdings(address, count)
            else:
                return ExcCodes.ILLEGAL_FUNCTION
        except IllegalAddressError:
            return ExcCodes.ILLEGAL_ADDRESS
        except IllegalValueError:
            return ExcCodes.ILLEGAL_VALUE
        offset = address - start
        memory[offset : offset + count] = fresh
        return None


def _unknown_units() -> SimDevice:
    """Return what answers for every other unit: nobody, as a gateway says it."""

    async def refuse(*_request: object) -> ExcCodes:
        return ExcCodes.GATEWAY_NO_RESPONSE

    memory = SimData(0, count=_ALL_ADDRESSES, datatype=DataType.UINT16)
    return SimDevice(0, simdata=[memory], action=refuse)
