"""The part of a Modbus unit that a heat pump needs."""

from typing import Protocol


class RegisterUnit(Protocol):
    """One unit on a Modbus connection; `modbus_connection.ModbusUnit` is one."""

    async def read_holding_registers(self, address: int, count: int) -> list[int]:
        """Read holding registers."""

    async def read_input_registers(self, address: int, count: int) -> list[int]:
        """Read input registers."""

    async def read_coils(self, address: int, count: int) -> list[bool]:
        """Read coils."""

    async def read_discrete_inputs(self, address: int, count: int) -> list[bool]:
        """Read discrete inputs."""

    async def write_register(self, address: int, value: int) -> None:
        """Write one holding register (function 6)."""

    async def write_registers(self, address: int, values: list[int]) -> None:
        """Write holding registers (function 16)."""

    async def write_coil(self, address: int, value: bool) -> None:
        """Write one coil (function 5)."""

    async def disconnect(self) -> None:
        """Drop the link; the next request opens a new one."""

    def set_message_spacing(self, seconds: float) -> None:
        """Keep the link quiet around this unit's requests."""

    def require_timeout(self, seconds: float | None) -> None:
        """Ask for a timeout of at least so many seconds per request."""
