"""A heat pump whose readings and control are entities of another integration."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import override

from ..heat_pump.adapter import HeatPumpAdapter
from ..heat_pump.model import HeatPumpIdentity, HeatPumpState, LimitCapability
from .access import EntityAccess
from .bindings import POWER, Bindings
from .limiter import Limiter, Powers, available
from .reading import EntityReading, power_w
from .state import to_state

type Clock = Callable[[], datetime]


class EntityHeatPump(HeatPumpAdapter):
    """One heat pump of another integration.

    It is unreachable while its power or its control is unavailable; any other
    entity that is unavailable or unknown leaves its field of the state empty.
    """

    def __init__(
        self,
        access: EntityAccess,
        bindings: Bindings,
        limiter: Limiter,
        powers: Powers,
        *,
        clock: Clock,
    ):
        """Take the entities and the powers; touch nothing yet."""
        self._access = access
        self._bindings = bindings
        self._limiter = limiter
        self._powers = powers
        self._clock = clock
        self.stale: tuple[str, ...] = ()
        """The entities that had not reported for long at the last reading."""

        self._lock = asyncio.Lock()

    @property
    @override
    def capability(self) -> LimitCapability:
        """Return how it can be limited now."""
        return self._limiter.capability(self._powers, self._clock())

    @override
    async def read(self, now: datetime) -> HeatPumpState:
        """Return what the entities say. Raises ImplausibleReadingError."""
        self._check_available()
        readings = {
            name: self._access.reading(entity_id)
            for name, entity_id in self._bindings.named()
        }
        self.stale = tuple(
            reading.entity_id
            for reading in readings.values()
            if reading is not None and reading.is_stale(now)
        )
        state = to_state(
            self._bindings,
            readings,
            now,
            limit_readback_w=self._limiter.readback_w(now),
        )
        self._limiter.note(
            self._fresh_power_w(readings.get(POWER), state, now),
            now,
            steady=not state.defrost,
        )
        return state

    @override
    async def identity(self) -> HeatPumpIdentity:
        """Return nothing: entities do not tell one device from another."""
        return HeatPumpIdentity(serial=None, firmware=None)

    @override
    async def set_limit(self, limit_w: float | None) -> float | None:
        """Limit the electric power, or release the heat pump with None."""
        applied_w = self.capability.applied_w(limit_w)
        async with self._lock:
            now = self._clock()
            if applied_w is None:
                await self._limiter.release(now)
            else:
                await self._limiter.limit(applied_w, now)
        return applied_w

    @override
    def refresh_due(self, now: datetime) -> bool:
        """Tell if the control has to be set again."""
        return self._limiter.refresh_due(now)

    @override
    async def refresh(self) -> None:
        """Set the control again."""
        async with self._lock:
            await self._limiter.refresh(self._clock())

    def _check_available(self) -> None:
        """Raise EntityUnavailableError without the power or the control."""
        power = self._bindings.power_entity
        for entity_id in (*((power,) if power else ()), *self._limiter.entities):
            available(self._access, entity_id)

    @staticmethod
    def _fresh_power_w(
        reading: EntityReading | None, state: HeatPumpState, now: datetime
    ) -> float | None:
        """Return a power to steer by: not one of a meter that may have stopped."""
        if reading is None or reading.is_stale(now) or power_w(reading) is None:
            return None
        return state.electric_w
