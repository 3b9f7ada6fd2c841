"""Decide which limit holds: the lowest in force, unless released."""

from collections.abc import Iterable
from datetime import datetime

from .envelope import Envelope, admit
from .model import EffectiveLimit, Limit, LimitSource

# Of equal limits, the one named to the resident is the one that says most.
_EXPLAINS_MOST = (
    LimitSource.EMERGENCY,
    LimitSource.HUB,
    LimitSource.SAFE_MODE,
    LimitSource.SCHEDULE,
    LimitSource.PRICE,
    LimitSource.RESIDENT,
    LimitSource.INSTALLER,
)


def decide(
    limits: Iterable[Limit],
    envelope: Envelope,
    released_by: str | None,
    now: datetime,
) -> EffectiveLimit:
    """Return the limit that holds now.

    A release wins over every limit but the installer's maximum: that one protects
    the fuse of the house, and nobody gets warm from a blown fuse. Every limit is
    admitted again: the envelope can have changed since, and this is the last gate
    before the heat pump.
    """
    in_force = _in_force(limits, envelope, now)
    if released_by is not None:
        in_force = [v for v in in_force if v.source is LimitSource.INSTALLER]
        if not in_force:
            return _not_limited(f"released by {released_by}", released_by)
    if not in_force:
        return _not_limited("no limit in force", None)
    lowest = min(in_force, key=_rank)
    return EffectiveLimit(
        limit_w=lowest.limit_w,
        source=lowest.source,
        reason=lowest.reason,
        until=lowest.end,
        released_by=released_by,
        order_id=lowest.order_id,
    )


def next_change(limits: Iterable[Limit], now: datetime) -> datetime | None:
    """Return the first moment after now at which a limit starts or ends."""
    moments = (moment for limit in limits for moment in (limit.start, limit.end))
    return min((m for m in moments if m is not None and m > now), default=None)


def _in_force(
    limits: Iterable[Limit], envelope: Envelope, now: datetime
) -> list[Limit]:
    """Return the limits that hold now and lie below the nameplate."""
    admitted = (admit(limit, envelope, now) for limit in limits)
    return [
        limit
        for limit in admitted
        if isinstance(limit, Limit)
        and limit.holds_at(now)
        and limit.limit_w < envelope.nameplate_w
    ]


def _rank(limit: Limit) -> tuple[float, int, datetime]:
    """Return the key by which the deciding limit comes first."""
    return (limit.limit_w, _EXPLAINS_MOST.index(limit.source), limit.start)


def _not_limited(reason: str, released_by: str | None) -> EffectiveLimit:
    """Return the effective limit of a free heat pump."""
    return EffectiveLimit(
        limit_w=None, source=None, reason=reason, until=None, released_by=released_by
    )
