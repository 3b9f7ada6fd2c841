"""The limits of the resident: one that stands, and one for a while over it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from .model import Limit, LimitSource

REASON = "set by resident"


def resident_limits(
    held: Iterable[Limit],
    limit_w: float,
    now: datetime,
    duration: timedelta | None,
) -> list[Limit]:
    """Return the limits of the resident after this one in watts is asked for.

    One with a duration holds instead of the one that stands, which comes back after
    it. One without takes the place of both.
    """
    own = Limit(
        source=LimitSource.RESIDENT,
        limit_w=limit_w,
        start=now,
        end=None if duration is None else now + duration,
        reason=REASON,
    )
    if own.end is None:
        return [own]
    standing = (v for v in held if v.source is LimitSource.RESIDENT and v.end is None)
    return [own, *(replace(limit, start=own.end) for limit in standing)]
