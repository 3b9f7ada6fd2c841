"""Block a device, or free it, and check that it is so."""

from collections.abc import Mapping
from datetime import datetime
from typing import override

from .decoding import decode
from .limit_driver import LimitDriver, all_held, switches
from .limit_writer import feed_watchdog
from .mechanism import ContactLimit
from .register import Register
from .register_io import RegisterIO

BLOCKED_W = 0.0
"""The limit that a block amounts to; standby power remains."""


class ContactWriter(LimitDriver):
    """The registers or coils that stand for the contacts of a device."""

    def __init__(self, io: RegisterIO, mechanism: ContactLimit):
        """Take the way of blocking from the profile."""
        self._io = io
        self._mechanism = mechanism
        self._switches = switches(mechanism.block)

    @property
    @override
    def registers(self) -> tuple[Register, ...]:
        """Return the registers to read to know if it is blocked."""
        read_back = self._mechanism.read_back
        return (*self._switches, *((read_back.register,) if read_back else ()))

    @override
    async def limit(self, limit_w: float, now: datetime) -> None:
        """Block the device; it knows no watts."""
        await feed_watchdog(self._io, self._mechanism.pace)
        await self._io.carry_out(self._mechanism.block)

    @override
    async def release(self, now: datetime) -> None:
        """Free the device."""
        await self._io.carry_out(self._mechanism.release)

    @override
    def readback_w(self, words: Mapping[Register, tuple[int, ...]]) -> float | None:
        """Return 0 W when it is blocked, None in every other state."""
        if not all_held(self._mechanism.block, words):
            return None
        if (read_back := self._mechanism.read_back) is None:
            return BLOCKED_W
        register = read_back.register
        raw = decode(words[register], register.type, register.word_order)
        return BLOCKED_W if raw in read_back.values else None

    @override
    def step_due(self, now: datetime) -> bool:
        """Tell that a block needs no steps."""
        return False

    @override
    async def step(self, now: datetime) -> None:
        """Write nothing."""
