"""Join the hub of a neighbourhood with a pairing string, and leave it again."""

from .consent import Consent, Localised, TierText
from .errors import PairingError, PairingFailure
from .hub import Preview, join, preview
from .membership import (
    ConsentGiven,
    HeatPumpKind,
    HomeFacts,
    Membership,
    MembershipState,
    change_membership,
    leave,
    read_membership,
)
from .pairing_string import PairingString

__all__ = [
    "Consent",
    "ConsentGiven",
    "HeatPumpKind",
    "HomeFacts",
    "Localised",
    "Membership",
    "MembershipState",
    "PairingError",
    "PairingFailure",
    "PairingString",
    "Preview",
    "TierText",
    "change_membership",
    "join",
    "leave",
    "preview",
    "read_membership",
]
