"""Hold a limit in watts with a percentage, moved by the measured power."""

from datetime import datetime
import math
from typing import Final, override

from ..heat_pump.level_controller import LevelController
from ..heat_pump.mechanism import LevelScale
from ..heat_pump.model import LimitCapability, LimitKind
from .level_target import LevelTarget
from .limiter import Limiter, Powers, Written

MIN_RUN_S: Final = 600.0
"""How long a level is held before the next step; a lower limit does not wait."""

SETTLE_S: Final = 120.0
MIN_WRITE_INTERVAL_S: Final = 60.0
DAILY_WRITE_BUDGET: Final = 96


class PercentLimiter(Limiter):
    """A percentage that caps the compressor, in a closed loop."""

    def __init__(self, target: LevelTarget, powers: Powers):
        """Take where the percentage goes to."""
        self._target = target
        self._controller = LevelController(
            _scale(target), powers.minimum_w, powers.nameplate_w
        )
        self._written = Written()

    @property
    @override
    def entities(self) -> tuple[str, ...]:
        """Return the number, where the percentage is one."""
        return self._target.entities

    @override
    def capability(self, powers: Powers, now: datetime) -> LimitCapability:
        """Return that it is limited by percent, not below its minimum power."""
        minimum_w = min(powers.minimum_w, powers.nameplate_w)
        return LimitCapability(
            kind=LimitKind.PERCENT,
            minimum_w=minimum_w,
            maximum_w=powers.nameplate_w,
            step_w=1,
            min_write_interval_s=MIN_WRITE_INTERVAL_S,
            daily_write_budget=DAILY_WRITE_BUDGET,
            watchdog_s=None,
            lowest_w=minimum_w,
        )

    @override
    def note(self, electric_w: float | None, now: datetime, *, steady: bool) -> None:
        """Let the controller see what the level amounts to."""
        self._controller.observe(electric_w, now, steady=steady)

    @override
    def readback_w(self, now: datetime) -> float | None:
        """Return the limit while the percentage is ours or lower."""
        ours, limit_w = self._controller.level, self._controller.limit_w
        if ours is None or not self._written.is_news(self._target.reading(), now):
            return limit_w
        held = self._target.held()
        return limit_w if held is not None and held <= ours else None

    @override
    async def limit(self, limit_w: float, now: datetime) -> None:
        """Set the percentage that is expected to hold the limit."""
        await self._set(self._controller.aim(limit_w, now), now)

    @override
    async def release(self, now: datetime) -> None:
        """Set the percentage back to what it is without a limit."""
        await self._target.let_go()
        self._controller.let_go()
        self._written.now(now)

    @override
    def refresh_due(self, now: datetime) -> bool:
        """Tell if the limit needs another percentage, or the same once more."""
        if self._controller.level is None:
            return False
        is_other = self._controller.wanted(now) != self._controller.level
        return is_other or self._target.is_forgotten(now)

    @override
    async def refresh(self, now: datetime) -> None:
        """Set it."""
        if (level := self._controller.wanted(now)) is not None:
            await self._set(level, now)

    async def _set(self, level: int, now: datetime) -> None:
        """Set a percentage and note it."""
        await self._target.put(level, now)
        self._controller.hold(level, now)
        self._written.now(now)


def _scale(target: LevelTarget) -> LevelScale:
    """Return whole percents within the range of the target."""
    found = target.range
    low, high = math.ceil(found.low), math.floor(found.high)
    step = max(math.ceil(found.step), 1)
    return LevelScale(
        lowest=low,
        highest=low + (high - low) // step * step,
        step=step,
        lowest_is_off=False,
        min_run_s=MIN_RUN_S,
        settle_s=SETTLE_S,
    )
