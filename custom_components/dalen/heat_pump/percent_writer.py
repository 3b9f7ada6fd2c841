"""Hold a limit in watts with a device that takes levels or percent."""

from collections.abc import Mapping
from datetime import datetime
from typing import override

from .decoding import decode, encode
from .level_controller import LevelController
from .limit_driver import LimitDriver, all_held, switches
from .limit_writer import feed_watchdog, prepare
from .mechanism import PercentLimit
from .register import Register, Table
from .register_io import RegisterIO


class PercentWriter(LimitDriver):
    """The level register of a device, moved by its measured power."""

    def __init__(
        self, io: RegisterIO, mechanism: PercentLimit, controller: LevelController
    ):
        """Take the way of limiting from the profile."""
        self._io = io
        self._mechanism = mechanism
        self.controller = controller
        self._switches = switches(mechanism.writes)

    @property
    @override
    def registers(self) -> tuple[Register, ...]:
        """Return the registers to read to know the limit."""
        return (self._mechanism.register, *self._switches)

    @override
    async def limit(self, limit_w: float, now: datetime) -> None:
        """Set the level that is expected to hold the limit."""
        await self._set(self.controller.aim(limit_w, now), now)

    @override
    async def release(self, now: datetime) -> None:
        """Let the device go; a ceiling is lifted by what sets the level."""
        await self._io.carry_out(self._mechanism.release)
        self.controller.let_go()

    @override
    def readback_w(self, words: Mapping[Register, tuple[int, ...]]) -> float | None:
        """Return the limit that the device holds, or None when it is released.

        A level that is not ours is told as the power that is expected at it.
        """
        held = self._level(words[self._mechanism.register])
        if held is None or not all_held(self._mechanism.writes, words):
            return None
        ours = self.controller.level
        if self._mechanism.is_ceiling:
            is_below = ours is not None and held <= ours
            return self.controller.limit_w if is_below else None
        if held == ours:
            return self.controller.limit_w
        return (
            None if self._is_let_go(words) else self.controller.curve.expected_w(held)
        )

    @override
    def step_due(self, now: datetime) -> bool:
        """Tell if the limit needs another level, as the measured power shows."""
        return self.controller.wanted(now) != self.controller.level

    @override
    async def step(self, now: datetime) -> None:
        """Set that other level."""
        level = self.controller.wanted(now)
        if level is not None:
            await self._set(level, now)

    async def _set(self, level: int, now: datetime) -> None:
        """Set a level, and what makes the device heed it."""
        mechanism = self._mechanism
        await feed_watchdog(self._io, mechanism.pace)
        await prepare(self._io, mechanism.prepare)
        register = mechanism.register
        words = encode(
            round(level / register.scale), register.type, register.word_order
        )
        is_low_enough = mechanism.is_ceiling and await self._is_at_most(level)
        if not is_low_enough:
            await self._io.write(register.address, words)
        for write in mechanism.activate:
            await self._io.put(write)
        await self._io.settle()
        if not is_low_enough:
            await self._io.verify(register.address, words)
        for write in mechanism.writes:
            await self._io.check(write)
        self.controller.hold(level, now)

    async def _is_at_most(self, level: int) -> bool:
        """Tell if the device is at this level or a lower one already."""
        register = self._mechanism.register
        held = self._level(
            tuple(await self._io.read(register.table, register.address, 1))
        )
        return held is not None and held <= level

    def _level(self, words: tuple[int, ...]) -> int | None:
        """Return the level in the register."""
        register = self._mechanism.register
        raw = decode(words, register.type, register.word_order)
        if raw is None or raw in register.not_available:
            return None
        return round(register.value(raw))

    def _is_let_go(self, words: Mapping[Register, tuple[int, ...]]) -> bool:
        """Tell if the level is the one that lets the device go."""
        register = self._mechanism.register
        return any(
            write.where == (Table.HOLDING, register.address)
            and (write.value & 0xFFFF,) == words[register]
            for write in self._mechanism.release
        )
