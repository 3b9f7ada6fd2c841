"""Hold a limit with entities, whatever they are."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol, override

from ..heat_pump.model import LimitCapability, LimitKind
from .access import EntityAccess
from .errors import EntityUnavailableError
from .reading import EntityReading
from .setting import Setting

NEWS_WITHIN: Final = timedelta(minutes=5)
"""How long after a write an entity may still show what it showed before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Powers:
    """The powers of a heat pump in watts, as its owner gave them."""

    nameplate_w: float
    minimum_w: float


class Limiter(Protocol):
    """The control of one heat pump.

    What writes raises EntityUnavailableError and the errors of an action.
    """

    @property
    def entities(self) -> tuple[str, ...]:
        """Return the entities that must be there."""

    def capability(self, powers: Powers, now: datetime) -> LimitCapability:
        """Return how it can be limited."""

    def note(self, electric_w: float | None, now: datetime, *, steady: bool) -> None:
        """Take in a reading: what it draws now, and what its entities hold."""

    def readback_w(self, now: datetime) -> float | None:
        """Return the limit that its entities show; None is released."""

    async def limit(self, limit_w: float, now: datetime) -> None:
        """Limit it to watts as `capability` applies them."""

    async def release(self, now: datetime) -> None:
        """Let it go."""

    def refresh_due(self, now: datetime) -> bool:
        """Tell if the control has to be set again."""

    async def refresh(self, now: datetime) -> None:
        """Set it again."""


class NoLimiter(Limiter):
    """For a heat pump that is only monitored: it is never limited."""

    @property
    @override
    def entities(self) -> tuple[str, ...]:
        """Return no entity."""
        return ()

    @override
    def capability(self, powers: Powers, now: datetime) -> LimitCapability:
        """Return that it cannot be limited."""
        return LimitCapability(
            kind=LimitKind.MONITOR,
            minimum_w=powers.minimum_w,
            maximum_w=powers.nameplate_w,
            step_w=1,
            min_write_interval_s=0,
            daily_write_budget=1,
            watchdog_s=None,
        )

    @override
    def note(self, electric_w: float | None, now: datetime, *, steady: bool) -> None:
        """Do nothing."""

    @override
    def readback_w(self, now: datetime) -> float | None:
        """Return that it is released."""
        return None

    @override
    async def limit(self, limit_w: float, now: datetime) -> None:
        """Do nothing."""

    @override
    async def release(self, now: datetime) -> None:
        """Do nothing."""

    @override
    def refresh_due(self, now: datetime) -> bool:
        """Tell that nothing has to be done."""
        return False

    @override
    async def refresh(self, now: datetime) -> None:
        """Do nothing."""


def available(access: EntityAccess, entity_id: str) -> EntityReading:
    """Return the state of an entity. Raises EntityUnavailableError without it.

    Home Assistant silently skips an action on an entity that is unavailable.
    """
    reading = access.reading(entity_id)
    if reading is None or not reading.is_available:
        raise EntityUnavailableError(entity_id)
    return reading


async def put(access: EntityAccess, setting: Setting) -> None:
    """Set an entity, unless it has the value already."""
    if setting.is_held(available(access, setting.entity_id)) is not True:
        await access.act(setting.action())


class Written:
    """What was written last, for entities that need time to show it."""

    def __init__(self) -> None:
        """Start without a write."""
        self._at: datetime | None = None

    def now(self, moment: datetime) -> None:
        """Note a write."""
        self._at = moment

    def is_news(self, reading: EntityReading | None, now: datetime) -> bool:
        """Tell if an entity can show what was written.

        Until it reports again it shows what was before the write. One that stays
        silent for long is believed: it does not follow.
        """
        if self._at is None or reading is None or reading.reported > self._at:
            return True
        return not timedelta(0) <= now - self._at < NEWS_WITHIN
