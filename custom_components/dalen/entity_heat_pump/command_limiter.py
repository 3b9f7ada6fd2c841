"""Hold a heat pump back with actions of which no entity tells the result."""

from datetime import datetime, timedelta
from typing import Final, override

from ..heat_pump.contact_timing import ContactTiming
from ..heat_pump.model import LimitCapability, LimitKind
from .access import EntityAccess
from .block_limiter import BLOCKED_W, block_capability
from .limiter import Limiter, Powers
from .mechanism import CommandBlock

OTGW_EXPIRES_S: Final = 60.0


class CommandLimiter(Limiter):
    """An override in a gateway, such as OpenTherm's.

    The read-back is what was sent: only the measured power proves that it works.
    """

    def __init__(self, access: EntityAccess, mechanism: CommandBlock):
        """Take the actions; what the gateway holds is not known yet."""
        self._access = access
        self._mechanism = mechanism
        self._timing = ContactTiming(mechanism.times)
        self._is_blocked: bool | None = None
        self._sent: datetime | None = None

    @property
    @override
    def entities(self) -> tuple[str, ...]:
        """Return no entity: the gateway is an integration."""
        return ()

    @override
    def capability(self, powers: Powers, now: datetime) -> LimitCapability:
        """Return that it is a best effort, and when it may be held back."""
        watchdog_s = OTGW_EXPIRES_S if self._mechanism.refresh_s else None
        return block_capability(
            LimitKind.SETPOINT, powers, self._timing, watchdog_s, now=now
        )

    @override
    def note(self, electric_w: float | None, now: datetime, *, steady: bool) -> None:
        """Note since when it is held back, or free."""
        self._timing.note(self._is_blocked, now)

    @override
    def readback_w(self, now: datetime) -> float | None:
        """Return 0 W while the gateway was told to hold it back."""
        return BLOCKED_W if self._is_blocked else None

    @override
    async def limit(self, limit_w: float, now: datetime) -> None:
        """Hold it back."""
        if self._is_blocked is not True:
            await self._send(now, is_blocked=True)

    @override
    async def release(self, now: datetime) -> None:
        """Clear the override; an earlier run may have left one."""
        if self._is_blocked is not False:
            await self._send(now, is_blocked=False)

    @override
    def refresh_due(self, now: datetime) -> bool:
        """Tell if the gateway is about to drop the override."""
        refresh_s = self._mechanism.refresh_s
        if not self._is_blocked or refresh_s is None or self._sent is None:
            return False
        age = now - self._sent
        # A clock that was set back says nothing about the age: refresh.
        return not timedelta(0) <= age < timedelta(seconds=refresh_s)

    @override
    async def refresh(self, now: datetime) -> None:
        """Send the override again."""
        if self._is_blocked:
            await self._send(now, is_blocked=True)

    async def _send(self, now: datetime, *, is_blocked: bool) -> None:
        """Send an action; what the gateway holds is unknown until it is done."""
        self._is_blocked = None
        mechanism = self._mechanism
        await self._access.act(mechanism.block if is_blocked else mechanism.free)
        self._is_blocked = is_blocked
        self._sent = now
        self._timing.note(is_blocked, now)
