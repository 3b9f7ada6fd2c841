"""Read and write registers, with errors that a resident can act on."""

import asyncio
from collections.abc import Awaitable, Callable

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
from .profile import HeatPumpProfile, Table
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
        "cannot be connected to. Check its address and port, and that Modbus TCP is"
        " switched on in its menu",
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
        unit.require_timeout(profile.transport.timeout_s)
        if profile.transport.spacing_s:
            unit.set_message_spacing(profile.transport.spacing_s)

    async def read(self, table: Table, address: int, count: int) -> list[int]:
        """Return registers.

        Raises HeatPumpUnreachableError; IllegalDataAddressError and
        IllegalDataValueError pass, for the caller to find the hole.
        """
        try:
            if table is Table.INPUT:
                words = await self._unit.read_input_registers(address, count)
            else:
                words = await self._unit.read_holding_registers(address, count)
        except IllegalDataAddressError, IllegalDataValueError:
            raise
        except ModbusError as err:
            raise _unreachable(err) from err
        if len(words) != count:
            raise HeatPumpUnreachableError(
                f"The heat pump answered {len(words)} registers instead of {count}"
                f" from {table} register {address}. Check for a second program on"
                " the same connection"
            )
        return words

    async def write(self, address: int, words: list[int]) -> None:
        """Write holding registers.

        Raises LimitNotAcceptedError when the device refuses the value,
        HeatPumpUnreachableError when it does not answer.
        """
        try:
            if self._profile.limit.write_multiple or len(words) > 1:
                await self._unit.write_registers(address, words)
            else:
                await self._unit.write_register(address, words[0])
        except (
            IllegalDataAddressError,
            IllegalDataValueError,
            IllegalFunctionError,
        ) as err:
            where = f"holding register {address}"
            raise LimitNotAcceptedError(where, words[0], None) from err
        except ModbusDesyncError as err:
            raise _unreachable(err) from err
        except ModbusProtocolError:
            # A device may answer with the value it took instead of the one it
            # was sent. What it then holds decides: see `verify`.
            return
        except ModbusError as err:
            raise _unreachable(err) from err

    async def verify(self, address: int, words: list[int]) -> None:
        """Check that the registers hold what was written.

        Raises LimitNotAcceptedError when they do not.
        """
        where = f"holding register {address}"
        try:
            found = await self.read(Table.HOLDING, address, len(words))
        except (IllegalDataAddressError, IllegalDataValueError) as err:
            raise LimitNotAcceptedError(where, words[0], None) from err
        for offset, (wanted, held) in enumerate(zip(words, found, strict=True)):
            if wanted != held:
                where = f"holding register {address + offset}"
                raise LimitNotAcceptedError(where, wanted, held)

    async def settle(self) -> None:
        """Wait until what was written can be read back."""
        if self._profile.transport.settle_after_write_s:
            await self._sleep(self._profile.transport.settle_after_write_s)


def _unreachable(err: ModbusError) -> HeatPumpUnreachableError:
    """Return the error with what to check."""
    advice = next(
        (text for kind, text in _ADVICE if isinstance(err, kind)),
        "answers with an error. Check the device profile and its menu",
    )
    return HeatPumpUnreachableError(f"The heat pump {advice} ({err})")
