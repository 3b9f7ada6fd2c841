"""Which upper limit holds now, and why. Numbers in, numbers out: no I/O.

`LimitEngine` is the door; the other names are its parts and what it speaks.
"""

from .arbiter import decide, next_change
from .book import LimitBook
from .comfort import Comfort
from .compliance import ComplianceLog, Quarter, Verdict, share_kept
from .effect import LimitStatus
from .engine import LimitEngine
from .envelope import Envelope, RefusalReason, Refused, admit
from .model import ORDER_SOURCES, EffectiveLimit, Limit, LimitSource
from .pacing import Keep, Pacer, Wait, Write
from .pause import Pause, PauseChoice
from .reading import Reading
from .releases import Release, ReleaseReason
from .resident import resident_limits
from .run_hold import HoldTimes, Target
from .safe_mode import LinkState, SafeMode
from .schedule import PILOT_FRAME, Schedule, TimeBlock
from .settings import Decision, DeviceTraits, LimitSettings
from .stop_budget import StopLedger

__all__ = [
    "ORDER_SOURCES",
    "PILOT_FRAME",
    "Comfort",
    "ComplianceLog",
    "Decision",
    "DeviceTraits",
    "EffectiveLimit",
    "Envelope",
    "HoldTimes",
    "Keep",
    "Limit",
    "LimitBook",
    "LimitEngine",
    "LimitSettings",
    "LimitSource",
    "LimitStatus",
    "LinkState",
    "Pacer",
    "Pause",
    "PauseChoice",
    "Quarter",
    "Reading",
    "RefusalReason",
    "Refused",
    "Release",
    "ReleaseReason",
    "SafeMode",
    "Schedule",
    "StopLedger",
    "Target",
    "TimeBlock",
    "Verdict",
    "Wait",
    "Write",
    "admit",
    "decide",
    "next_change",
    "resident_limits",
    "share_kept",
]
