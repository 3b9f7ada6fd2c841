"""Let go slowly and not all at once when the hub cannot do it.

Heat pumps that all start in the same minute make the peak that their limit avoided.
A house waits up to 10 minutes, then goes up in steps for 5 minutes. The wait is
random between houses and days, and the same when it is worked out again.
"""

from datetime import datetime, timedelta, tzinfo
import hashlib
from typing import Final

from .envelope import Envelope
from .model import EffectiveLimit, Limit, LimitSource

MAX_WAIT: Final = timedelta(minutes=10)
STEP: Final = timedelta(seconds=100)
STEPS: Final = 3
MAX_RELEASE: Final = MAX_WAIT + STEPS * STEP

REASON: Final = "staggered release"


def staggered_release(
    ended: EffectiveLimit, envelope: Envelope, house_id: str, zone: tzinfo
) -> list[Limit]:
    """Return the limits that follow on one that ends, 15 minutes at most.

    Empty when it has no end. They lie between floor and nameplate, in watts.
    """
    if ended.until is None or ended.limit_w is None:
        return []
    low_w = max(ended.limit_w, envelope.floor_w)
    begin = ended.until + wait(house_id, ended.until, zone)
    room_w = envelope.nameplate_w - low_w
    levels_w = [low_w + room_w * number / (STEPS + 1) for number in range(STEPS + 1)]
    starts = [ended.until, *(begin + number * STEP for number in range(STEPS + 1))]
    return [
        Limit(
            source=LimitSource.SAFE_MODE,
            limit_w=level_w,
            start=start,
            end=end,
            reason=REASON,
        )
        for level_w, start, end in zip(levels_w, starts, starts[1:], strict=False)
        if start < end
    ]


def wait(house_id: str, end: datetime, zone: tzinfo) -> timedelta:
    """Return how long this house waits on this local day, up to 10 minutes."""
    day = end.astimezone(zone).date().isoformat()
    digest = hashlib.sha256(f"{house_id} {day}".encode()).digest()
    return MAX_WAIT * int.from_bytes(digest[:4]) / 2**32
