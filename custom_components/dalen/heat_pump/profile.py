"""A device profile: everything Dalen knows about one kind of heat pump, as data."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from .mechanism import (
    Control,
    LimitMechanism,
    MonitorOnly,
    RegisterWrite,
    Watchdog,
    WattsLimit,
)
from .model import CompressorTimes, LimitKind
from .power_model import PowerModel
from .register import Confidence, Flag, Register, Table

__all__ = [
    "Confidence",
    "Detection",
    "Flag",
    "HeatPumpProfile",
    "MeterNeed",
    "MonitorOnly",
    "PowerSource",
    "Register",
    "RegisterWrite",
    "SerialLine",
    "Table",
    "Transport",
    "TransportType",
    "Variant",
    "Watchdog",
    "WattsLimit",
]

_TIERS = {
    LimitKind.WATTS: "A",
    LimitKind.PERCENT: "B",
    LimitKind.CONTACT: "C",
    LimitKind.SETPOINT: "D",
    LimitKind.MONITOR: "E",
}


class TransportType(StrEnum):
    """How frames of Modbus travel to the device."""

    TCP = "modbus_tcp"
    RTU_OVER_TCP = "modbus_rtu_over_tcp"
    """Serial frames through a gateway that passes them on unchanged."""

    SERIAL = "modbus_serial"


class MeterNeed(StrEnum):
    """If a separate electricity meter has to tell the electric power."""

    OPTIONAL = "optional"
    RECOMMENDED = "recommended"
    """The device's own reading is known to be off, or is missing on some models."""

    NEEDED = "needed"
    """The device tells no electric power."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialLine:
    """The settings of a serial line; 8 data bits, as RTU demands."""

    baudrate: int
    parity: Literal["N", "E", "O"]
    stopbits: Literal[1, 2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transport:
    """How to reach the device, and how gently."""

    types: tuple[TransportType, ...]
    """All ways that work, the most usual one first."""

    port: int
    unit_id: int
    timeout_s: float
    spacing_s: float
    """Quiet time around every request."""

    settle_after_write_s: float
    """How long a written value takes to be read back."""

    serial: SerialLine | None = None
    """Present when the device can sit on a serial line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerSource:
    """Where a power of the device is known from."""

    register: str | None
    watts: float
    """The fixed value, or what to assume until the register or installer tells."""

    ask: bool
    """True when the installer has to give it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """A register whose value tells which firmware runs."""

    register: str
    lowest: int
    highest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """Another firmware or setting of the device, with its own registers."""

    id: str
    name: str
    detect: Detection | None
    """None when only the installer can tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatPumpProfile:
    """One kind of heat pump. Read from profiles/<id>.json."""

    id: str
    brand: str
    models: tuple[str, ...]
    confidence: Confidence
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
    meter: MeterNeed = MeterNeed.OPTIONAL
    power_model: PowerModel | None = None
    """How the electric power follows from other readings."""

    word_order_test: tuple[str, ...] = ()
    """Registers of two words that show if these come in the right order."""

    compressor: CompressorTimes | None = None
    """How long it has to stay off and on, where its maker says so."""

    plausible: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Bounds that differ from those of `plausibility`."""

    variants: tuple[Variant, ...] = ()
    variant: str | None = None
    """Which of the variants this is; None is the profile as it stands."""

    is_own: bool = False
    """True when it comes from the configuration folder, not from Dalen."""

    firmware_note: str
    installer_note: str
    sources: tuple[str, ...]

    @property
    def tier(self) -> str:
        """Return how well the device can be limited, from A (watts) to E (not)."""
        return _TIERS[self.limit.kind]

    @property
    def needs_write_test(self) -> bool:
        """Tell if nothing may be written before the write test has passed."""
        return self.limit.control is Control.UNCONFIRMED
