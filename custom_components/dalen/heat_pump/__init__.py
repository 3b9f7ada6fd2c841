"""What a heat pump can tell and be asked: one protocol, profiles as data."""

from .adapter import HeatPumpAdapter
from .communication import CommunicationResult, communication_test
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
from .register_probe import RegisterRow, Verdict, is_plausible
from .write_test import run_write_test
from .write_test_result import WriteTestOutcome, WriteTestResult

__all__ = [
    "OWN_FOLDER",
    "CommunicationResult",
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
    "RegisterRow",
    "TransportType",
    "Variant",
    "Verdict",
    "WriteTestOutcome",
    "WriteTestResult",
    "WrongWordOrderError",
    "communication_test",
    "find_profile",
    "is_plausible",
    "link_params",
    "load_profile",
    "parse_profile",
    "profile_ids",
    "read_library",
    "run_write_test",
    "transport_type",
]
