"""Put a limit in watts into the device, or take it out, and check that it is so."""

from collections.abc import Mapping
from datetime import datetime
from typing import override

from .decoding import decode, encode
from .limit_driver import LimitDriver, all_held, switches
from .mechanism import Pace, RegisterWrite, WattsLimit
from .register import Register, Table
from .register_io import RegisterIO


class WattsWriter(LimitDriver):
    """The limit registers of a device that takes watts."""

    def __init__(self, io: RegisterIO, mechanism: WattsLimit):
        """Take the way of limiting from the profile."""
        self._io = io
        self._mechanism = mechanism
        self._switches = switches(mechanism.writes)

    @property
    @override
    def registers(self) -> tuple[Register, ...]:
        """Return the registers to read to know the limit."""
        return (self._mechanism.register, *self._switches)

    @override
    async def limit(self, limit_w: float, now: datetime) -> None:
        """Write a limit and switch it on; the limit goes first."""
        mechanism = self._mechanism
        await feed_watchdog(self._io, mechanism.pace)
        await prepare(self._io, mechanism.prepare)
        register = mechanism.register
        counts = limit_w / register.scale - register.offset
        words = encode(
            counts if register.type == "float32" else round(counts),
            register.type,
            register.word_order,
        )
        await self._io.write(register.address, words)
        for write in mechanism.activate:
            await self._io.put(write)
        await self._io.settle()
        await self._io.verify(register.address, words)
        for write in mechanism.writes:
            await self._io.check(write)

    @override
    async def release(self, now: datetime) -> None:
        """Let the device go."""
        for write in self._mechanism.release:
            if self._is_limit(write):
                await self._io.write(write.address, self._words(write))
            else:
                await self._io.put(write)
        await self._io.settle()
        for write in self._mechanism.release:
            if self._is_limit(write):
                await self._io.verify(write.address, self._words(write))
            else:
                await self._io.check(write)

    @override
    def readback_w(self, words: Mapping[Register, tuple[int, ...]]) -> float | None:
        """Return the limit that the device holds, or None when it is released."""
        register = self._mechanism.register
        raw = decode(words[register], register.type, register.word_order)
        let_go = any(
            self._is_limit(write) and tuple(self._words(write)) == words[register]
            for write in self._mechanism.release
        )
        if raw is None or raw in register.not_available or let_go:
            return None
        is_on = all_held(self._mechanism.writes, words)
        # A float of 32 bits holds 1.3 kW as 1299.99995 W.
        return round(register.value(raw), 1) if is_on else None

    @override
    def step_due(self, now: datetime) -> bool:
        """Tell that the device keeps the limit by itself."""
        return False

    @override
    async def step(self, now: datetime) -> None:
        """Write nothing."""

    def _is_limit(self, write: RegisterWrite) -> bool:
        """Tell if a write goes to the register that takes the watts."""
        return write.where == (Table.HOLDING, self._mechanism.register.address)

    def _words(self, write: RegisterWrite) -> list[int]:
        """Return a value as the register of the limit holds it."""
        register = self._mechanism.register
        return encode(write.value, register.type, register.word_order)


async def prepare(io: RegisterIO, writes: tuple[RegisterWrite, ...]) -> None:
    """Write what must come before the limit, unless the device holds it already."""
    for write in writes:
        if not await io.holds(write):
            await io.put(write)


async def feed_watchdog(io: RegisterIO, pace: Pace) -> None:
    """Set the time after which the device lets go by itself."""
    watchdog = pace.watchdog
    if watchdog is not None and watchdog.address is not None:
        # Not verified: some devices count this register down.
        await io.write(watchdog.address, [watchdog.timeout_s // watchdog.unit_s])
