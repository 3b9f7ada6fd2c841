"""Put limits into a device, whatever its means: watts, levels or a contact."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from .decoding import RegisterType, WordOrder
from .mechanism import RegisterWrite
from .register import Register, Table


class LimitDriver(Protocol):
    """The limit registers of one device.

    Methods that write raise LimitNotAcceptedError or HeatPumpUnreachableError.
    """

    @property
    def registers(self) -> tuple[Register, ...]:
        """Return the registers to read to know the limit."""

    async def limit(self, limit_w: float, now: datetime) -> None:
        """Write a limit and switch it on."""

    async def release(self, now: datetime) -> None:
        """Let the device go."""

    def readback_w(self, words: Mapping[Register, tuple[int, ...]]) -> float | None:
        """Return the limit that the device holds, or None when it is released."""

    def step_due(self, now: datetime) -> bool:
        """Tell if the limit needs another level, as the measured power shows."""

    async def step(self, now: datetime) -> None:
        """Set that other level."""


class NoDriver(LimitDriver):
    """For a device that is only monitored."""

    @property
    def registers(self) -> tuple[Register, ...]:
        """Read nothing."""
        return ()

    async def limit(self, limit_w: float, now: datetime) -> None:
        """Write nothing."""

    async def release(self, now: datetime) -> None:
        """Write nothing."""

    def readback_w(self, words: Mapping[Register, tuple[int, ...]]) -> float | None:
        """Return that nothing is limited."""
        return None

    def step_due(self, now: datetime) -> bool:
        """Tell that nothing has to be written."""
        return False

    async def step(self, now: datetime) -> None:
        """Write nothing."""


def switches(*writes: tuple[RegisterWrite, ...]) -> tuple[Register, ...]:
    """Return the registers and coils that are written, each once, to read them."""
    places = dict.fromkeys(write.where for group in writes for write in group)
    return tuple(_switch(table, address) for table, address in places)


def all_held(
    writes: tuple[RegisterWrite, ...], words: Mapping[Register, tuple[int, ...]]
) -> bool:
    """Tell if registers and coils that were read hold what is written."""
    held = {(r.table, r.address): content for r, content in words.items()}
    return all(held[write.where] == (write.value & 0xFFFF,) for write in writes)


def _switch(table: Table, address: int) -> Register:
    """Return a register or coil that switches the limit on and off."""
    return Register(
        key=f"limit_switch_{table}_{address}",
        table=table,
        address=address,
        type=RegisterType.BIT if table.is_bits else RegisterType.UINT16,
        word_order=WordOrder.BIG,
        scale=1,
        not_available=(),
    )
