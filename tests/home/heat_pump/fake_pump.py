"""A heat pump that follows its limit as a test wants, on a clock that waiting moves."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import override

from custom_components.dalen.heat_pump import (
    HeatPumpAdapter,
    HeatPumpIdentity,
    HeatPumpState,
    LimitCapability,
    LimitKind,
)

from .builders import NOW

WATTS = LimitCapability(
    kind=LimitKind.WATTS,
    minimum_w=400,
    maximum_w=2500,
    step_w=100,
    min_write_interval_s=60,
    daily_write_budget=96,
    watchdog_s=None,
)
CONTACT = replace(WATTS, kind=LimitKind.CONTACT, step_w=1, block_below_w=800)
MONITOR = replace(WATTS, kind=LimitKind.MONITOR)

type Change = Callable[[HeatPumpState], HeatPumpState]


@dataclass
class FakePump(HeatPumpAdapter):
    """Draws what it wants, or what its limit allows after some seconds."""

    how: LimitCapability = WATTS
    wants_w: float | None = 1400.0
    delay_s: float = 20.0
    obeys: bool = True
    errors: list[Exception | None] = field(default_factory=list)
    """What the next readings raise; None lets one through."""

    refusals: list[Exception | None] = field(default_factory=list)
    """What the next writes raise."""

    change: Change | None = None
    """What else is different in a reading."""

    now: datetime = NOW
    limits: list[float | None] = field(default_factory=list)
    refreshes: int = 0
    refresh_every_s: float | None = None
    _limit_w: float | None = None
    _since: datetime = NOW

    def clock(self) -> datetime:
        """Return the time."""
        return self.now

    async def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)

    @property
    @override
    def capability(self) -> LimitCapability:
        """Return how it can be limited."""
        return self.how

    @override
    async def read(self, now: datetime) -> HeatPumpState:
        """Return a state, or raise what the test wants."""
        if self.errors and (error := self.errors.pop(0)) is not None:
            raise error
        state = HeatPumpState(
            time=now, electric_w=self._power_w(), limit_readback_w=self._limit_w
        )
        return state if self.change is None else self.change(state)

    @override
    async def identity(self) -> HeatPumpIdentity:
        """Return nothing."""
        return HeatPumpIdentity(serial=None, firmware=None)

    @override
    async def set_limit(self, limit_w: float | None) -> float | None:
        """Take a limit, or raise what the test wants."""
        if self.refusals and (error := self.refusals.pop(0)) is not None:
            raise error
        self.limits.append(limit_w)
        self._limit_w = self.how.applied_w(limit_w)
        self._since = self.now
        return self._limit_w

    @override
    def refresh_due(self, now: datetime) -> bool:
        """Tell if the limit has to be written again."""
        if self.refresh_every_s is None or self._limit_w is None:
            return False
        return now - self._since >= timedelta(seconds=self.refresh_every_s)

    @override
    async def refresh(self) -> None:
        """Write the limit again."""
        self.refreshes += 1
        self._since = self.now

    def _power_w(self) -> float | None:
        """Return what it draws now."""
        if self.wants_w is None or self._limit_w is None or not self.obeys:
            return self.wants_w
        if self.now - self._since < timedelta(seconds=self.delay_s):
            return self.wants_w
        is_off = self._limit_w < self.how.minimum_w
        return min(self.wants_w, 20.0 if is_off else self._limit_w)
