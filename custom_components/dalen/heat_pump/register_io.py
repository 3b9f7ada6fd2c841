"""Read and write registers, with errors that a resident can act on."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from modbus_connection import (
    GatewayPathUnavailableError,
    GatewayTargetError,
    IllegalDataAddressError,
    IllegalDataValueError,
    IllegalFunctionError,
    ModbusConnectionError,
    ModbusDesyncError,
    ModbusError,
    ModbusProtocolError,
    ModbusTimeoutError,
    ServerDeviceBusyError,
)

from .errors import HeatPumpUnreachableError, LimitNotAcceptedError
from .mechanism import RegisterWrite
from .profile import HeatPumpProfile
from .register import Table, place
from .unit import RegisterUnit

type Sleep = Callable[[float], Awaitable[object]]

_ADVICE: tuple[tuple[type[ModbusError], str], ...] = (
    (
        ModbusTimeoutError,
        "does not answer in time. Check that it has power and network, and that no"
        " other system holds the only connection it allows",
    ),
    (
        ModbusConnectionError,
        "cannot be connected to. Check its address and port, or its serial port, and"
        " that Modbus is switched on in its menu",
    ),
    (ServerDeviceBusyError, "is busy. Dalen tries again by itself"),
    (
        GatewayTargetError,
        "does not answer behind its gateway. Check the unit id and the bus wiring",
    ),
    (
        GatewayPathUnavailableError,
        "is not known to its gateway. Check the unit id",
    ),
    (
        IllegalFunctionError,
        "does not know this kind of register. Check the device profile",
    ),
)


_DEAD_AFTER = 2
"""After so many requests without an answer the link counts as dead."""


class RegisterIO:
    """The registers of one device over one Modbus unit."""

    def __init__(
        self,
        unit: RegisterUnit,
        profile: HeatPumpProfile,
        sleep: Sleep = asyncio.sleep,
    ):
        """Set the unit's pace and timeout as the device needs them."""
        self._unit = unit
        self._profile = profile
        self._sleep = sleep
        self._unanswered = 0
        unit.require_timeout(profile.transport.timeout_s)
        if profile.transport.spacing_s:
            unit.set_message_spacing(profile.transport.spacing_s)

    async def read(self, table: Table, address: int, count: int) -> list[int]:
        """Return registers.

        Raises HeatPumpUnreachableError; IllegalDataAddressError and
        IllegalDataValueError pass, for the caller to find the hole.
        """
        try:
            words = await self._ask(table, address, count)
        except IllegalDataAddressError, IllegalDataValueError:
            self._unanswered = 0
            raise
        except ModbusError as err:
            await self._note_failure(err)
            raise _unreachable(err) from err
        self._unanswered = 0
        if len(words) != count:
            raise HeatPumpUnreachableError(
                f"The heat pump answered {len(words)} values instead of {count}"
                f" from {place(table, address)}. Check for a second program on"
                " the same connection"
            )
        return words

    async def put(self, write: RegisterWrite) -> None:
        """Write a register or coil, and wait as long as the device needs after it.

        Raises as `write` does.
        """
        if write.table is Table.COIL:
            await self._guarded(
                self._unit.write_coil(write.address, bool(write.value)),
                write.table,
                write.address,
                write.value,
            )
        else:
            await self.write(write.address, [write.value & 0xFFFF])
        if write.wait_s:
            await self._sleep(write.wait_s)

    async def check(self, write: RegisterWrite) -> None:
        """Check that a register or coil holds what was put. Raises as `verify` does."""
        await self.verify(write.address, [write.value & 0xFFFF], write.table)

    async def holds(self, write: RegisterWrite) -> bool:
        """Tell if a register or coil holds the value already."""
        try:
            found = await self.read(write.table, write.address, 1)
        except IllegalDataAddressError, IllegalDataValueError:
            return False
        return found == [write.value & 0xFFFF]

    async def write(self, address: int, words: list[int]) -> None:
        """Write holding registers.

        Raises LimitNotAcceptedError when the device refuses the value,
        HeatPumpUnreachableError when it does not answer.
        """
        if self._profile.limit.pace.write_multiple or len(words) > 1:
            request = self._unit.write_registers(address, words)
        else:
            request = self._unit.write_register(address, words[0])
        await self._guarded(request, Table.HOLDING, address, words[0])

    async def _guarded(
        self, request: Awaitable[None], table: Table, address: int, wanted: int
    ) -> None:
        """Wait for a write, with errors that say what to do."""
        try:
            await request
        except (
            IllegalDataAddressError,
            IllegalDataValueError,
            IllegalFunctionError,
        ) as err:
            raise LimitNotAcceptedError(place(table, address), wanted, None) from err
        except ModbusDesyncError as err:
            raise _unreachable(err) from err
        except ModbusProtocolError:
            # A device may answer with the value it took instead of the one it
            # was sent. What it then holds decides: see `verify`.
            return
        except ModbusError as err:
            await self._note_failure(err)
            raise _unreachable(err) from err

    async def verify(
        self, address: int, words: list[int], table: Table = Table.HOLDING
    ) -> None:
        """Check that the registers or coils hold what was written.

        Raises LimitNotAcceptedError when they do not.
        """
        try:
            found = await self.read(table, address, len(words))
        except (IllegalDataAddressError, IllegalDataValueError) as err:
            raise LimitNotAcceptedError(place(table, address), words[0], None) from err
        for offset, (wanted, held) in enumerate(zip(words, found, strict=True)):
            if wanted != held:
                raise LimitNotAcceptedError(
                    place(table, address + offset), wanted, held
                )

    async def carry_out(self, writes: Sequence[RegisterWrite]) -> None:
        """Put all writes, in order, and check each when all can be read back."""
        for write in writes:
            await self.put(write)
        await self.settle()
        for write in writes:
            await self.check(write)

    async def settle(self) -> None:
        """Wait until what was written can be read back."""
        if self._profile.transport.settle_after_write_s:
            await self._sleep(self._profile.transport.settle_after_write_s)

    async def _note_failure(self, err: ModbusError) -> None:
        """Drop a link that no longer answers.

        A gateway that restarted can leave a connection that is open on our side
        only: it would stay silent for ever.
        """
        if not isinstance(err, ModbusTimeoutError):
            return
        self._unanswered += 1
        if self._unanswered >= _DEAD_AFTER:
            self._unanswered = 0
            # The link is dropped, even if that fails.
            with suppress(ModbusError):
                await self._unit.disconnect()

    async def _ask(self, table: Table, address: int, count: int) -> list[int]:
        """Read one table as numbers."""
        match table:
            case Table.INPUT:
                return await self._unit.read_input_registers(address, count)
            case Table.HOLDING:
                return await self._unit.read_holding_registers(address, count)
        try:
            if table is Table.COIL:
                bits = await self._unit.read_coils(address, count)
            else:
                bits = await self._unit.read_discrete_inputs(address, count)
        except IllegalFunctionError as err:
            # A device without bits says so in this way: all of them are missing.
            raise IllegalDataAddressError(
                message=f"{place(table, address)}: no such table"
            ) from err
        return [int(bit) for bit in bits[:count]]


def _unreachable(err: ModbusError) -> HeatPumpUnreachableError:
    """Return the error with what to check."""
    advice = next(
        (text for kind, text in _ADVICE if isinstance(err, kind)),
        "answers with an error. Check the device profile and its menu",
    )
    return HeatPumpUnreachableError(f"The heat pump {advice} ({err})")
