"""What the house does when the hub is silent.

The Dutch profile for limits, Grid Aware Charging, asks every participant for it.

The ladder: the running order and the stored plan until their end, 48 h at most; then
the safe-mode profile of the house, for some days at most; then nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any, Final

from . import stored
from .envelope import MAX_HORIZON
from .model import Limit, LimitSource
from .schedule import TimeBlock, occurrences

LINK_LOST: Final = timedelta(minutes=5)
"""A hub is polled every minute; after five it is silent."""

HEATING_SEASON: Final = frozenset({10, 11, 12, 1, 2, 3, 4})
HYSTERESIS_K: Final = 1.0


class LinkState(StrEnum):
    """On which rung of the ladder the house stands."""

    LINKED = "linked"
    STORED_PLAN = "stored_plan"
    SAFE_MODE = "safe_mode"
    NO_ORDERS = "no_orders"


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeMode:
    """The profile that the house agreed to. Raises ValueError for impossible days."""

    block: TimeBlock = field(
        default_factory=lambda: TimeBlock(start=time(16), end=time(21), limit_w=500.0)
    )
    below_outdoor_c: float = 5.0
    months: frozenset[int] = HEATING_SEASON
    lasts: timedelta = timedelta(days=7)
    """How long a hub may be silent before the house is free for good."""

    def __post_init__(self) -> None:
        """Refuse a profile that would never end."""
        if not timedelta() <= self.lasts <= timedelta(days=30):
            raise ValueError(f"lasts {self.lasts}: give 0 to 30 days")


class SafeModeProfile:
    """Turn the profile into the limit of now. Outdoors decides, with hysteresis."""

    def __init__(self, profile: SafeMode, zone: tzinfo) -> None:
        """Start in mild weather."""
        self._profile = profile
        self._zone = zone
        self._is_cold = False

    def limits(self, now: datetime, outdoor_c: float | None) -> list[Limit]:
        """Return the limit of the block that now lies in, if it is cold.

        Nobody is limited on a guess: without an outdoor temperature there is none.
        """
        profile = self._profile
        edge_c = profile.below_outdoor_c + (HYSTERESIS_K if self._is_cold else 0.0)
        self._is_cold = outdoor_c is not None and outdoor_c < edge_c
        if not self._is_cold or now.astimezone(self._zone).month not in profile.months:
            return []
        return [
            Limit(
                source=LimitSource.SAFE_MODE,
                limit_w=profile.block.limit_w,
                start=start,
                end=end,
                reason="the hub does not answer",
            )
            for start, end in occurrences(
                profile.block, now, now + timedelta(seconds=1), self._zone
            )
        ]

    def next_start(self, now: datetime) -> datetime | None:
        """Return when the next block starts."""
        spans = occurrences(self._profile.block, now, now + MAX_HORIZON, self._zone)
        return min((start for start, _ in spans if start > now), default=None)


class Ladder:
    """Follow how long the hub is silent, in time that no clock can turn back."""

    def __init__(self) -> None:
        """Start as if the hub had just answered: it has five minutes to do so."""
        self.silent_for = timedelta()
        self.plan_until: datetime | None = None

    @property
    def is_plan_valid(self) -> bool:
        """Tell if orders of the hub are young enough to hold."""
        return self.silent_for < MAX_HORIZON

    @property
    def due_in(self) -> timedelta | None:
        """Return in how long the link counts as lost if nobody hears of the hub."""
        left = LINK_LOST - self.silent_for
        return left if left >= timedelta() else None

    def advance(self, passed: timedelta) -> None:
        """Let time pass; it is never below 0."""
        self.silent_for += passed

    def hear(self, plan_until: datetime | None, now: datetime) -> None:
        """Note that the hub answered, with a plan until then."""
        self.silent_for = timedelta()
        self.plan_until = None
        if plan_until is not None and plan_until > now:
            self.plan_until = min(plan_until, now + MAX_HORIZON)

    def state(
        self, now: datetime, profile: SafeMode | None, *, is_clock_wrong: bool
    ) -> LinkState:
        """Return the rung of now. With a wrong clock no order means its time."""
        if not is_clock_wrong:
            if self.silent_for <= LINK_LOST:
                return LinkState.LINKED
            has_plan = self.plan_until is not None and now < self.plan_until
            if has_plan and self.is_plan_valid:
                return LinkState.STORED_PLAN
        if profile is not None and self.silent_for < profile.lasts:
            return LinkState.SAFE_MODE
        return LinkState.NO_ORDERS

    def as_dict(self) -> dict[str, Any]:
        """Return the ladder as JSON can hold it."""
        return {
            "silent_for_s": stored.floor_s(self.silent_for),
            "plan_until": stored.text(self.plan_until),
        }

    def restore(self, data: Mapping[str, Any]) -> None:
        """Take over what `as_dict` wrote. Raises ValueError when it is not that."""
        with stored.reading("link with the hub"):
            data = stored.section(data)
            plan_until = stored.moment_or_none(data["plan_until"])
            self.silent_for = stored.duration(data["silent_for_s"])
            self.plan_until = plan_until
