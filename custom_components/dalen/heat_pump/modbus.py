"""A heat pump over Modbus, as its profile describes it."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import override

from modbus_connection import IllegalDataAddressError, IllegalDataValueError

from .adapter import HeatPumpAdapter
from .block_reads import BlockReader, plan_blocks
from .capability import capability_of
from .contact_timing import ContactTiming
from .contact_writer import ContactWriter
from .energy_counter import EnergyCounter
from .errors import HeatPumpError, HeatPumpUnreachableError
from .level_controller import LevelController
from .limit_driver import LimitDriver, NoDriver
from .limit_writer import WattsWriter
from .mechanism import ContactLimit, MonitorOnly, PercentLimit, WattsLimit
from .model import HeatPumpIdentity, HeatPumpState, LimitCapability
from .percent_writer import PercentWriter
from .profile import HeatPumpProfile, PowerSource
from .profile_variants import detect
from .readings import Reading, interpret, is_running, raw_values, to_state
from .register import Register
from .register_io import RegisterIO, Sleep
from .register_probe import RegisterRow, register_rows
from .unit import RegisterUnit
from .word_order import check_word_order

type Clock = Callable[[], datetime]
type Meter = Callable[[], float | None]

_COUNTERS = ("electric_energy_kwh", "thermal_energy_kwh")


def _utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def _no_meter() -> float | None:
    """Return that no separate meter tells the electric power."""
    return None


class ModbusHeatPump(HeatPumpAdapter):
    """One heat pump on a Modbus unit that others may share."""

    def __init__(
        self,
        unit: RegisterUnit,
        profile: HeatPumpProfile,
        *,
        nameplate_w: float | None = None,
        minimum_w: float | None = None,
        block_below_w: float | None = None,
        armed: bool | None = None,
        meter: Meter = _no_meter,
        clock: Clock = _utc_now,
        sleep: Sleep = asyncio.sleep,
    ):
        """Take the unit and profile; watts given by the installer win over both.

        `armed` is what the write test found: True lets a profile with unconfirmed
        control write (also for the test itself), False keeps any from writing, None
        does as the profile says. `block_below_w` is the limit below which a contact
        blocks, the minimum power without it. `meter` returns the electric power in
        watts as a separate meter measures it, or None.
        """
        self.profile = profile
        self._given = {"nameplate_w": nameplate_w, "minimum_w": minimum_w}
        self._block_below_w = block_below_w
        self._meter = meter
        self._clock = clock
        if armed is None:
            armed = not profile.needs_write_test
        self._mechanism = profile.limit if armed else MonitorOnly()
        self._io = RegisterIO(unit, profile, sleep)
        self._words: Mapping[Register, tuple[int, ...]] = {}
        self._values: Mapping[str, float] = {}
        self._timing: ContactTiming | None = None
        self._levels: LevelController | None = None
        self._driver = self._new_driver()
        self._registers = (
            *(r for r in profile.registers if r.key not in self._named),
            *self._driver.registers,
        )
        self._reader = BlockReader(self._registers)
        self._counters = {key: EnergyCounter() for key in _COUNTERS}
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
        """Return how it can be limited now; more exact after the first reading."""
        minimum_w, nameplate_w = self._powers()
        below_w = minimum_w if self._block_below_w is None else self._block_below_w
        if self._timing is not None:
            below_w = self._timing.block_below_w(below_w, self._clock())
        return capability_of(
            self._mechanism,
            minimum_w=minimum_w,
            nameplate_w=nameplate_w,
            block_below_w=below_w,
            times=self.profile.compressor,
        )

    @property
    def holes(self) -> frozenset[str]:
        """Return the keys of the registers that this device does not have."""
        return self._reader.holes

    @property
    def rows(self) -> tuple[RegisterRow, ...]:
        """Return what each register held at the last reading, nonsense too."""
        return register_rows(self.profile, self._registers, self._words)

    async def probe(self) -> tuple[RegisterRow, ...]:
        """Read all registers, and return what each holds, nonsense too.

        Raises HeatPumpUnreachableError.
        """
        async with self._lock:
            await self._read_words()
        return self.rows

    async def ping(self) -> None:
        """Read one block. Raises HeatPumpUnreachableError without an answer."""
        block = (self._reader.blocks or plan_blocks(self._registers))[0]
        async with self._lock:
            with suppress(IllegalDataAddressError, IllegalDataValueError):
                await self._io.read(block.table, block.address, block.count)

    @override
    async def read(self, now: datetime) -> HeatPumpState:
        """Read the state. Raises ImplausibleReadingError when it is nonsense."""
        async with self._lock:
            words = await self._read_words()
            readback_w = self._note_readback(words, now)
        check_word_order(self.profile, words)
        reading = interpret(self.profile, words, self._meter())
        self._values = reading.values
        self._observe(reading, now)
        state = to_state(reading, now, readback_w, was_running=self._was_running)
        self._was_running = is_running(reading)
        return replace(
            state,
            electric_energy_kwh=self._counters["electric_energy_kwh"].take(
                state.electric_energy_kwh
            ),
            thermal_energy_kwh=self._counters["thermal_energy_kwh"].take(
                state.thermal_energy_kwh
            ),
        )

    @override
    async def identity(self) -> HeatPumpIdentity:
        """Return the serial number and firmware, as far as the device has them."""
        raw = await self._read_once(self._named)
        return HeatPumpIdentity(
            serial=_joined(raw, self.profile.serial),
            firmware=_joined(raw, self.profile.firmware),
        )

    async def detected_variant(self) -> str | None:
        """Return the variant of the profile that the device shows to be.

        None means the profile as it stands, or that the device does not tell.
        Raises HeatPumpUnreachableError.
        """
        variants = self.profile.variants
        keys = {one.detect.register for one in variants if one.detect is not None}
        found = detect(self.profile, await self._read_once(keys))
        return None if found is None else found.id

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
        """Tell if the limit has to be written again, or with another level.

        It has to when a third of the watchdog's time has passed since the last
        write, or when the measured power asks for a step.
        """
        if self._ours_w is None or self._written_at is None:
            return False
        if self._driver.step_due(now):
            return True
        if (watchdog := self._mechanism.pace.watchdog) is None:
            return False
        age = now - self._written_at
        # A clock that was set back says nothing about the age: refresh.
        return not timedelta(0) <= age < timedelta(seconds=watchdog.timeout_s / 3)

    @override
    async def refresh(self) -> None:
        """Write the limit again, for a device that would drop it otherwise."""
        async with self._lock:
            if self._ours_w is None:
                return
            now = self._clock()
            if self._driver.step_due(now):
                await self._driver.step(now)
                self._written_at = now
            else:
                await self._write(self._ours_w)

    @property
    def _named(self) -> frozenset[str]:
        """Return the keys of what is read for the identity only."""
        return frozenset({*self.profile.serial, *self.profile.firmware})

    def _new_driver(self) -> LimitDriver:
        """Return what writes limits to this kind of device."""
        match self._mechanism:
            case WattsLimit() as watts:
                return WattsWriter(self._io, watts)
            case ContactLimit() as contact:
                self._timing = ContactTiming(contact.times)
                return ContactWriter(self._io, contact)
            case PercentLimit() as percent:
                self._levels = LevelController(percent.scale, *self._powers())
                return PercentWriter(self._io, percent, self._levels)
            case _:
                return NoDriver()

    async def _write(self, applied_w: float | None) -> None:
        """Write and check; what the device holds is unknown until it is done."""
        self._device_known = False
        now = self._clock()
        if applied_w is None:
            await self._driver.release(now)
        else:
            await self._driver.limit(applied_w, now)
        self._device_known = True
        self._device_w = applied_w
        self._written_at = self._clock()
        if self._timing is not None:
            self._timing.note(applied_w is not None, self._written_at)

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
        self._words = words
        return words

    async def _read_once(self, keys: frozenset[str] | set[str]) -> dict[str, float]:
        """Read some registers apart from the cycle."""
        reader = BlockReader([r for r in self.profile.registers if r.key in keys])
        async with self._lock:
            return raw_values(await reader.read(self._io.read))

    def _note_readback(
        self, words: Mapping[Register, tuple[int, ...]], now: datetime
    ) -> float | None:
        """Keep what the device says of its limit, so that a change is noticed."""
        if any(register not in words for register in self._driver.registers):
            self._device_known = False
            return None
        self._device_w = self._driver.readback_w(words)
        self._device_known = True
        if self._timing is not None:
            self._timing.note(self._device_w is not None, now)
        return self._device_w

    def _observe(self, reading: Reading, now: datetime) -> None:
        """Let the level follow the measured power."""
        if self._levels is not None:
            self._levels.expect(*self._powers())
            self._levels.observe(
                reading.values.get("electric_w"), now, steady=is_running(reading)
            )

    def _powers(self) -> tuple[float, float]:
        """Return the minimum power and the nameplate, in watts."""
        nameplate_w = self._power("nameplate_w", self.profile.nameplate)
        minimum_w = self._power("minimum_w", self.profile.minimum_power)
        return min(minimum_w, nameplate_w), nameplate_w

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
    return ".".join(_text(raw[key]) for key in keys)


def _text(number: float) -> str:
    """Write a number; a float of 32 bits has seven digits."""
    return str(number) if isinstance(number, int) else f"{number:.7g}"
