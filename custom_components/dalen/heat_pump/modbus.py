"""A heat pump over Modbus, as its profile describes it."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import override

from .adapter import HeatPumpAdapter
from .block_reads import BlockReader
from .errors import HeatPumpError, HeatPumpUnreachableError
from .limit_writer import LimitWriter
from .model import HeatPumpIdentity, HeatPumpState, LimitCapability
from .profile import HeatPumpProfile, PowerSource, Register
from .readings import interpret, is_running, raw_values, to_state
from .register_io import RegisterIO, Sleep
from .unit import RegisterUnit

type Clock = Callable[[], datetime]


def _utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class ModbusHeatPump(HeatPumpAdapter):
    """One heat pump on a Modbus unit that others may share."""

    def __init__(
        self,
        unit: RegisterUnit,
        profile: HeatPumpProfile,
        *,
        nameplate_w: float | None = None,
        minimum_w: float | None = None,
        clock: Clock = _utc_now,
        sleep: Sleep = asyncio.sleep,
    ):
        """Take the unit and profile; watts given by the installer win over both."""
        self.profile = profile
        self._given = {"nameplate_w": nameplate_w, "minimum_w": minimum_w}
        self._clock = clock
        self._io = RegisterIO(unit, profile, sleep)
        self._writer = LimitWriter(self._io, profile.limit)
        named = {*profile.serial, *profile.firmware}
        self._reader = BlockReader(
            [r for r in profile.registers if r.key not in named]
            + list(self._writer.registers)
        )
        self._values: Mapping[str, float] = {}
        self._was_running = False
        self._device_known = False
        self._device_w: float | None = None
        self._ours_w: float | None = None
        self._written_at: datetime | None = None
        # A limit, its switch and their check belong together.
        self._lock = asyncio.Lock()

    @property
    @override
    def capability(self) -> LimitCapability:
        """Return how it can be limited; more exact after the first reading."""
        limit = self.profile.limit
        nameplate_w = self._power("nameplate_w", self.profile.nameplate)
        minimum_w = self._power("minimum_w", self.profile.minimum_power)
        return LimitCapability(
            kind=limit.kind,
            minimum_w=min(minimum_w, nameplate_w),
            maximum_w=min(nameplate_w, limit.highest_w),
            step_w=limit.register.scale,
            min_write_interval_s=limit.min_write_interval_s,
            daily_write_budget=limit.daily_write_budget,
            watchdog_s=limit.watchdog.timeout_s if limit.watchdog else None,
            lowest_w=limit.lowest_w,
            zero_below_minimum=limit.zero_below_minimum,
        )

    @property
    def holes(self) -> frozenset[str]:
        """Return the keys of the registers that this device does not have."""
        return self._reader.holes

    @override
    async def read(self, now: datetime) -> HeatPumpState:
        """Read the state. Raises ImplausibleReadingError when it is nonsense."""
        async with self._lock:
            words = await self._read_words()
            readback_w = self._note_readback(words)
        reading = interpret(self.profile, words)
        self._values = reading.values
        state = to_state(reading, now, readback_w, was_running=self._was_running)
        self._was_running = is_running(reading)
        return state

    @override
    async def identity(self) -> HeatPumpIdentity:
        """Return the serial number and firmware, as far as the device has them."""
        profile = self.profile
        named = {*profile.serial, *profile.firmware}
        reader = BlockReader([r for r in profile.registers if r.key in named])
        async with self._lock:
            raw = raw_values(await reader.read(self._io.read))
        return HeatPumpIdentity(
            serial=_joined(raw, profile.serial), firmware=_joined(raw, profile.firmware)
        )

    @override
    async def set_limit(self, limit_w: float | None) -> float | None:
        """Limit the electric power, or release the heat pump with None."""
        applied_w = self.capability.applied_w(limit_w)
        async with self._lock:
            if not (self._device_known and self._device_w == applied_w):
                await self._write(applied_w)
            self._ours_w = applied_w
        return applied_w

    @override
    def refresh_due(self, now: datetime) -> bool:
        """Tell if a third of the watchdog's time has passed since the last write."""
        watchdog = self.profile.limit.watchdog
        if watchdog is None or self._ours_w is None or self._written_at is None:
            return False
        age = now - self._written_at
        # A clock that was set back says nothing about the age: refresh.
        return not timedelta(0) <= age < timedelta(seconds=watchdog.timeout_s / 3)

    @override
    async def refresh(self) -> None:
        """Write the limit again, for a device that would drop it otherwise."""
        async with self._lock:
            if self._ours_w is not None:
                await self._write(self._ours_w)

    async def _write(self, applied_w: float | None) -> None:
        """Write and check; what the device holds is unknown until it is done."""
        self._device_known = False
        if applied_w is None:
            await self._writer.release()
        else:
            await self._writer.limit(applied_w)
        self._device_known = True
        self._device_w = applied_w
        self._written_at = self._clock()

    async def _read_words(self) -> dict[Register, tuple[int, ...]]:
        """Read all registers; plan anew after a failure, it may be a restart."""
        try:
            words = await self._reader.read(self._io.read)
            if not words:
                raise HeatPumpUnreachableError(
                    "The heat pump has none of the registers of the device profile"
                    f" ({self.profile.id}). Check the profile and the unit id"
                )
        except HeatPumpError:
            self._reader.forget()
            self._device_known = False
            raise
        return words

    def _note_readback(self, words: Mapping[Register, tuple[int, ...]]) -> float | None:
        """Keep what the device says of its limit, so that a change is noticed."""
        if any(register not in words for register in self._writer.registers):
            self._device_known = False
            return None
        self._device_w = self._writer.readback_w(words)
        self._device_known = True
        return self._device_w

    def _power(self, key: str, source: PowerSource) -> float:
        """Return a power of the device: given, else read, else from the profile."""
        if (given := self._given[key]) is not None:
            return given
        read = self._values.get(source.register or "", 0.0)
        return read if read > 0 else source.watts


def _joined(raw: Mapping[str, int | float], keys: tuple[str, ...]) -> str | None:
    """Return the registers of a name joined with dots, or None without them."""
    if not keys or any(key not in raw for key in keys):
        return None
    return ".".join(str(raw[key]) for key in keys)
