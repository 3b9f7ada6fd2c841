"""Limits and times for the tests of limits/."""

from datetime import UTC, datetime, timedelta

from custom_components.dalen.limits.envelope import Envelope
from custom_components.dalen.limits.model import Limit, LimitSource

NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
ENVELOPE = Envelope(nameplate_w=2000, floor_w=300)


def after(hours: float) -> datetime:
    """Return the moment so many hours after NOW."""
    return NOW + timedelta(hours=hours)


def a_limit(
    source: LimitSource = LimitSource.HUB,
    limit_w: float = 500,
    start: datetime = NOW,
    end: datetime | None = after(1),
    reason: str = "test",
    order_id: str | None = None,
) -> Limit:
    """Return a limit that holds for an hour, unless told otherwise."""
    return Limit(
        source=source,
        limit_w=limit_w,
        start=start,
        end=end,
        reason=reason,
        order_id=order_id,
    )
