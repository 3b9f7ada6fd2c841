"""Register maps of the simulated heat pump, read from data files."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
import json
from typing import Any

from .errors import HeatPumpServerError

_PACKAGE = f"{__package__}.profiles"


@dataclass(frozen=True, slots=True, kw_only=True)
class InputRegister:
    """One read-only value in one or two registers, big word first."""

    address: int
    quantity: str
    words: int
    scale: float
    signed: bool

    def encode(self, value: float) -> list[int]:
        """Return the registers of a value; the nearest one that fits."""
        bits = 16 * self.words
        low, high = (
            (-(1 << (bits - 1)), (1 << (bits - 1)) - 1)
            if self.signed
            else (0, (1 << bits) - 1)
        )
        raw = min(max(round(value / self.scale), low), high) & ((1 << bits) - 1)
        return [(raw >> (16 * word)) & 0xFFFF for word in reversed(range(self.words))]


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingRegister:
    """One setting that a client may write."""

    address: int
    setting: str
    scale: float
    minimum: float
    maximum: float
    default: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterProfile:
    """The registers of one kind of heat pump."""

    id: str
    name: str
    unit_id: int
    inputs: tuple[InputRegister, ...]
    holdings: tuple[HoldingRegister, ...]
    status_bits: Mapping[str, tuple[str | None, ...]]
    """The flags of each status register, lowest bit first."""
    constants: Mapping[str, float]
    """Quantities that never change, such as the firmware."""
    soft_enable: int | None
    """The value of "enable" for a limit that gives way to a cold room."""


def register_profiles() -> tuple[str, ...]:
    """Return the ids of all register maps."""
    names = (entry.name for entry in resources.files(_PACKAGE).iterdir())
    return tuple(
        sorted(name.removesuffix(".json") for name in names if name.endswith(".json"))
    )


def load_register_profile(profile_id: str) -> RegisterProfile:
    """Return a register map by its id.

    Raises HeatPumpServerError with the known ids when there is no such map.
    """
    known = register_profiles()
    if profile_id not in known:
        raise HeatPumpServerError(
            f"Unknown heat pump profile '{profile_id}'; use one of: {', '.join(known)}"
        )
    text = (resources.files(_PACKAGE) / f"{profile_id}.json").read_text("utf-8")
    return _profile(json.loads(text))


def _profile(data: Mapping[str, Any]) -> RegisterProfile:
    """Return the register map of one data file."""
    return RegisterProfile(
        id=data["id"],
        name=data["name"],
        unit_id=data["unit_id"],
        inputs=tuple(InputRegister(**register) for register in data["input"]),
        holdings=tuple(HoldingRegister(**register) for register in data["holding"]),
        status_bits={
            quantity: tuple(flags) for quantity, flags in data["status_bits"].items()
        },
        constants=data["constants"],
        soft_enable=data["soft_enable"],
    )
