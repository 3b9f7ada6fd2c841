"""A heat pump that somebody tests while the house goes on to read it."""

import asyncio
from datetime import datetime
from typing import override

from .heat_pump.adapter import HeatPumpAdapter
from .heat_pump.model import HeatPumpIdentity, HeatPumpState, LimitCapability


class LentHeatPump(HeatPumpAdapter):
    """Does one thing at a time with the device, also together with its house."""

    def __init__(self, adapter: HeatPumpAdapter, lock: asyncio.Lock) -> None:
        """Share the device and the lock of the house."""
        self._adapter = adapter
        self._lock = lock

    @property
    @override
    def capability(self) -> LimitCapability:
        """Return how it can be limited."""
        return self._adapter.capability

    @override
    async def read(self, now: datetime) -> HeatPumpState:
        """Read the state."""
        async with self._lock:
            return await self._adapter.read(now)

    @override
    async def identity(self) -> HeatPumpIdentity:
        """Return the serial number and firmware."""
        async with self._lock:
            return await self._adapter.identity()

    @override
    async def set_limit(self, limit_w: float | None) -> float | None:
        """Limit the electric power, or release the heat pump with None."""
        async with self._lock:
            return await self._adapter.set_limit(limit_w)

    @override
    def refresh_due(self, now: datetime) -> bool:
        """Tell if the limit has to be written again."""
        return self._adapter.refresh_due(now)

    @override
    async def refresh(self) -> None:
        """Write the limit again."""
        async with self._lock:
            await self._adapter.refresh()
