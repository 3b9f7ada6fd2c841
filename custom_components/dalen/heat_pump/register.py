"""Registers and flags: where a device keeps what it tells."""

from dataclasses import dataclass
from enum import StrEnum

from .decoding import RegisterType, WordOrder


class Table(StrEnum):
    """Which of the four tables of Modbus."""

    INPUT = "input"
    HOLDING = "holding"
    COIL = "coil"
    DISCRETE = "discrete"

    @property
    def is_bits(self) -> bool:
        """Tell if it holds bits instead of registers."""
        return self in (Table.COIL, Table.DISCRETE)


class Confidence(StrEnum):
    """How sure a fact is."""

    HIGH = "high"
    """Read in production code or in a vendor's document."""

    MEDIUM = "medium"
    """One source, or partly checked."""

    LOW = "low"
    """Reported, not checked."""


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

    offset: int = 0
    """Counts to add before scaling."""

    confidence: Confidence = Confidence.HIGH
    source: str = ""
    """Who says so."""

    @property
    def end(self) -> int:
        """Return the first address after this register."""
        return self.address + self.type.words

    @property
    def where(self) -> str:
        """Name the place for an error message."""
        return place(self.table, self.address)

    def value(self, raw: float) -> float:
        """Return what a raw number means in the unit of the key."""
        return (raw + self.offset) * self.scale


def place(table: Table, address: int) -> str:
    """Name a register or bit for an error message."""
    match table:
        case Table.COIL:
            return f"coil {address}"
        case Table.DISCRETE:
            return f"discrete input {address}"
        case _:
            return f"{table} register {address}"


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
