"""What a heat pump can tell and be asked: one protocol, profiles as data."""

from .adapter import HeatPumpAdapter
from .errors import (
    HeatPumpError,
    HeatPumpUnreachableError,
    ImplausibleReadingError,
    ImplausibleValue,
    LimitNotAcceptedError,
    ProfileError,
)
from .modbus import ModbusHeatPump
from .model import HeatPumpIdentity, HeatPumpState, LimitCapability, LimitKind
from .profile import HeatPumpProfile
from .profile_loader import load_profile, parse_profile, profile_ids

__all__ = [
    "HeatPumpAdapter",
    "HeatPumpError",
    "HeatPumpIdentity",
    "HeatPumpProfile",
    "HeatPumpState",
    "HeatPumpUnreachableError",
    "ImplausibleReadingError",
    "ImplausibleValue",
    "LimitCapability",
    "LimitKind",
    "LimitNotAcceptedError",
    "ModbusHeatPump",
    "ProfileError",
    "load_profile",
    "parse_profile",
    "profile_ids",
]
