"""By what means a device is limited, and how it is let go."""

from dataclasses import dataclass
from enum import StrEnum

from .model import CompressorTimes, LimitKind
from .register import Register, Table


class Control(StrEnum):
    """How sure it is that writing to the device works as described."""

    CONFIRMED = "confirmed"
    """Published and used by others; Dalen may write."""

    UNCONFIRMED = "unconfirmed"
    """Nothing is written until the installer's write test has passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterWrite:
    """A value that goes to one holding register or coil."""

    address: int
    value: int
    table: Table = Table.HOLDING
    wait_s: float = 0.0
    """How long the device needs before the next write."""

    @property
    def where(self) -> tuple[Table, int]:
        """Return the place that is written."""
        return (self.table, self.address)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchdog:
    """The device drops the limit when nobody writes for this long."""

    timeout_s: int
    address: int | None
    """Where the time is set; None when it is fixed in the device."""

    unit_s: int = 1
    """How many seconds one count of that register means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often the device may be written to, and how."""

    write_multiple: bool
    """True when the device takes function 16 only."""

    min_write_interval_s: float
    daily_write_budget: int
    watchdog: Watchdog | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WattsLimit:
    """The device takes a number of watts."""

    control: Control
    pace: Pace
    register: Register
    lowest_w: float
    highest_w: float
    zero_below_minimum: bool
    prepare: tuple[RegisterWrite, ...]
    """Written before the limit, unless the device already holds it."""

    activate: tuple[RegisterWrite, ...]
    """Written after the limit."""

    release: tuple[RegisterWrite, ...]
    kind: LimitKind = LimitKind.WATTS

    @property
    def writes(self) -> tuple[RegisterWrite, ...]:
        """Return all that limiting writes, besides the limit."""
        return (*self.prepare, *self.activate)


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelScale:
    """The levels or percentages that a device can be set to."""

    lowest: int
    highest: int
    step: int
    lowest_is_off: bool
    """True when the lowest level stops the compressor."""

    min_run_s: float
    """How long a level is held before the next step."""

    settle_s: float
    """How long the power takes to follow."""

    @property
    def first(self) -> int:
        """Return the lowest level at which the compressor runs."""
        return self.lowest + self.step if self.lowest_is_off else self.lowest


@dataclass(frozen=True, slots=True, kw_only=True)
class PercentLimit:
    """The device takes a level; the watts follow from its measured power."""

    control: Control
    pace: Pace
    register: Register
    scale: LevelScale
    is_ceiling: bool
    """True when something else sets the level, and it is lowered only."""

    prepare: tuple[RegisterWrite, ...]
    activate: tuple[RegisterWrite, ...]
    release: tuple[RegisterWrite, ...]
    kind: LimitKind = LimitKind.PERCENT

    @property
    def writes(self) -> tuple[RegisterWrite, ...]:
        """Return all that limiting writes, besides the level."""
        return (*self.prepare, *self.activate)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactTimes:
    """How long a block is held, how long not repeated, and how long at most."""

    hold_s: float
    pause_s: float
    longest_s: float

    @property
    def compressor(self) -> CompressorTimes:
        """Return what that means for the compressor."""
        return CompressorTimes(
            min_off_s=self.hold_s, min_run_s=self.pause_s, max_off_s=self.longest_s
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockedWhen:
    """Where the device tells that it is blocked, if not where that is written."""

    register: Register
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactLimit:
    """The device is blocked or free, as with the contacts of SG-Ready."""

    control: Control
    pace: Pace
    block: tuple[RegisterWrite, ...]
    release: tuple[RegisterWrite, ...]
    times: ContactTimes
    read_back: BlockedWhen | None
    kind: LimitKind = LimitKind.CONTACT


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorOnly:
    """Nothing is ever written."""

    kind: LimitKind = LimitKind.MONITOR
    control: Control = Control.CONFIRMED
    pace: Pace = Pace(
        write_multiple=False,
        min_write_interval_s=0,
        daily_write_budget=1,
        watchdog=None,
    )


type LimitMechanism = WattsLimit | PercentLimit | ContactLimit | MonitorOnly
