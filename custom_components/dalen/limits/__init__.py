"""Which upper limit holds now, and why. Numbers in, numbers out: no I/O."""

from .arbiter import decide, next_change
from .book import LimitBook
from .envelope import Envelope, RefusalReason, Refused, admit
from .model import ORDER_SOURCES, EffectiveLimit, Limit, LimitSource
from .pacing import Keep, Pacer, Wait, Write
from .stop_budget import StopLedger

__all__ = [
    "ORDER_SOURCES",
    "EffectiveLimit",
    "Envelope",
    "Keep",
    "Limit",
    "LimitBook",
    "LimitSource",
    "Pacer",
    "RefusalReason",
    "Refused",
    "StopLedger",
    "Wait",
    "Write",
    "admit",
    "decide",
    "next_change",
]
