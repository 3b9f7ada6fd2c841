"""What a heat pump can tell and be asked: one protocol, profiles as data."""

from .adapter import HeatPumpAdapter
from .connection import link_params, transport_type
from .errors import (
    ConnectionSettingsError,
    HeatPumpError,
    HeatPumpUnreachableError,
    ImplausibleReadingError,
    ImplausibleValue,
    LimitNotAcceptedError,
    ProfileError,
    WrongWordOrderError,
)
from .mechanism import Control
from .modbus import ModbusHeatPump
from .model import HeatPumpIdentity, HeatPumpState, LimitCapability, LimitKind
from .profile import HeatPumpProfile, MeterNeed, TransportType, Variant
from .profile_library import (
    OWN_FOLDER,
    ProfileFault,
    ProfileLibrary,
    find_profile,
    read_library,
)
from .profile_loader import load_profile, parse_profile, profile_ids

__all__ = [
    "OWN_FOLDER",
    "ConnectionSettingsError",
    "Control",
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
    "MeterNeed",
    "ModbusHeatPump",
    "ProfileError",
    "ProfileFault",
    "ProfileLibrary",
    "TransportType",
    "Variant",
    "WrongWordOrderError",
    "find_profile",
    "link_params",
    "load_profile",
    "parse_profile",
    "profile_ids",
    "read_library",
    "transport_type",
]
