"""A device profile: everything Dalen knows about one kind of heat pump, as data."""

from dataclasses import dataclass, field
from enum import StrEnum

from .decoding import RegisterType, WordOrder
from .model import LimitKind


class Table(StrEnum):
    """Which of the two register tables of Modbus."""

    INPUT = "input"
    HOLDING = "holding"


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """One number in the device."""

    key: str
    """What it is, with its unit: a field of HeatPumpState, or another name."""

    table: Table
    address: int
    """As on the wire, counted from 0."""

    type: RegisterType
    word_order: WordOrder
    scale: float
    """What one count means in the unit of the key."""

    not_available: tuple[int, ...]
    """Raw values with which the device says that it has no value."""

    @property
    def end(self) -> int:
        """Return the first address after this register."""
        return self.address + self.type.words

    @property
    def where(self) -> str:
        """Name the place for an error message."""
        return f"{self.table} register {self.address}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A yes or no inside a register: any bit of a mask, or one of some values."""

    key: str
    register: str
    mask: int | None
    values: tuple[int, ...]

    def read(self, raw: int) -> bool:
        """Tell if the flag is set in the value of its register."""
        return bool(raw & self.mask) if self.mask is not None else raw in self.values


@dataclass(frozen=True, slots=True, kw_only=True)
class Transport:
    """How to reach the device, and how gently."""

    type: str
    port: int
    unit_id: int
    timeout_s: float
    spacing_s: float
    """Quiet time around every request."""

    settle_after_write_s: float
    """How long a written value takes to be read back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterWrite:
    """A value that goes to one holding register."""

    address: int
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchdog:
    """The device drops the limit when nobody writes for this long."""

    timeout_s: int
    address: int | None
    """Where the time in seconds is set; None when it is fixed in the device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitMechanism:
    """How to limit the device, and how to let go."""

    kind: LimitKind
    register: Register
    lowest_w: float
    highest_w: float
    zero_below_minimum: bool
    activate: tuple[RegisterWrite, ...]
    release: tuple[RegisterWrite, ...]
    write_multiple: bool
    """True when the device takes function 16 only."""

    min_write_interval_s: float
    daily_write_budget: int
    watchdog: Watchdog | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerSource:
    """Where a power of the device is known from."""

    register: str | None
    watts: float
    """The fixed value, or what to assume until the register or installer tells."""

    ask: bool
    """True when the installer has to give it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatPumpProfile:
    """One kind of heat pump. Read from profiles/<id>.json."""

    id: str
    brand: str
    models: tuple[str, ...]
    transport: Transport
    registers: tuple[Register, ...]
    flags: tuple[Flag, ...]
    serial: tuple[str, ...]
    """Keys of the registers that make up the serial number, joined with dots."""

    firmware: tuple[str, ...]
    """Keys of the registers that make up the firmware version."""

    limit: LimitMechanism
    minimum_power: PowerSource
    nameplate: PowerSource
    plausible: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Bounds that differ from those of `plausibility`."""

    firmware_note: str
    installer_note: str
    sources: tuple[str, ...]
