"""Bring what the engine of the limits decides to one device."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .const import GOODBYE_TIMEOUT_S, LOGGER
from .heat_pump.adapter import HeatPumpAdapter
from .heat_pump.errors import HeatPumpError, LimitNotAcceptedError
from .heat_pump.model import HeatPumpState
from .lent_heat_pump import LentHeatPump
from .limit_trouble import LimitTrouble
from .limits import Keep, LimitEngine, Reading, Write
from .wake_up import WakeUp

# A release of what an earlier run left, then the limit of now.
_MAX_WRITES: Final = 2


class LimitControl:
    """Read a device, decide, write, and decide again when it is time.

    One thing at a time goes to the device. `changed` is called after each decision
    that no reading asked for, `keep` when there is something to store.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        name: str,
        adapter: HeatPumpAdapter,
        engine: LimitEngine,
        trouble: LimitTrouble,
        *,
        see: Callable[[HeatPumpState], Reading],
        keep: Callable[[], None],
        changed: Callable[[], None],
    ) -> None:
        """Decide without a reading; touch no device yet."""
        self.engine = engine
        self.decision = engine.follow(dt_util.utcnow())
        self._name = name
        self._adapter = adapter
        self._trouble = trouble
        self._see = see
        self._keep = keep
        self._changed = changed
        self._lock = asyncio.Lock()
        self._wake_up = WakeUp(hass, self.async_decide_quietly)
        self._is_released_for_good = False
        self._call_back: Callable[[], None] | None = None

    @asynccontextmanager
    async def async_lend(
        self, call_back: Callable[[], None]
    ) -> AsyncGenerator[HeatPumpAdapter]:
        """Lend the device for a test: the house reads it, and writes nothing.

        `call_back` is called when a limit begins to hold: then the loan has to end.
        """
        self._call_back = call_back
        try:
            yield LentHeatPump(self._adapter, self._lock)
        finally:
            self._call_back = None
            # Whatever was left there, the device is told again.
            self.engine.device.is_in_doubt = True
            await self.async_decide_quietly()

    async def async_read(self, now: datetime) -> HeatPumpState:
        """Read the device and bring its limit up to date.

        Raises HeatPumpError when it cannot be read; then its limit may be lifted.
        """
        async with self._lock:
            state = await self._async_read(now)
            try:
                await self._async_follow(now, self._see(state))
            except LimitNotAcceptedError as err:
                # The reading is good: only the limit is in trouble, and says so.
                LOGGER.debug("%s: %s", self._name, err)
        self._trouble.tell_if_not_effective(self.decision.status, self.engine)
        return state

    async def async_decide(self) -> None:
        """Decide anew now, between two readings. Raises the adapter's errors."""
        try:
            async with self._lock:
                await self._async_follow(dt_util.utcnow())
        finally:
            self._changed()

    async def async_decide_quietly(self) -> None:
        """Decide again; a device that does not answer is tried at every reading."""
        try:
            await self.async_decide()
        except HeatPumpError as err:
            LOGGER.debug("%s: %s", self._name, err)

    async def async_release(self) -> None:
        """Take the limit off the device for good: nobody watches it from now on."""
        self._is_released_for_good = True
        if self._call_back is not None:
            self._call_back()
        self._wake_up.stop()
        try:
            async with asyncio.timeout(GOODBYE_TIMEOUT_S), self._lock:
                await self._adapter.set_limit(None)
        except (HeatPumpError, TimeoutError) as err:
            LOGGER.warning(
                "%s: the limit could not be released, because the heat pump does"
                " not answer (%s). Check its limit when it is on again",
                self._name,
                err,
            )

    async def _async_read(self, now: datetime) -> HeatPumpState:
        """Read the heat pump; when that fails, its limit may have to be lifted."""
        try:
            return await self._adapter.read(now)
        except HeatPumpError:
            try:
                await self._async_follow(now)
            except HeatPumpError as err:
                LOGGER.debug("%s: %s", self._name, err)
            raise

    async def _async_follow(
        self, now: datetime, reading: Reading | None = None
    ) -> None:
        """Decide, bring the device there, and arrange when to decide again."""
        if self._is_released_for_good:
            return
        if self._call_back is not None:
            self._follow_lent(self._call_back, now, reading)
            return
        device = self.engine.device
        was_in_doubt = device.is_in_doubt
        self.decision = self.engine.follow(now, reading)
        if reading is not None:
            is_new = device.is_in_doubt and not was_in_doubt
            self._trouble.tell_if_overwritten(is_new)
        try:
            await self._async_obey(now)
        finally:
            self.decision = self.engine.follow(now)
            self._keep()
            self._wake_up.set(self.decision.next_wake)

    def _follow_lent(
        self, call_back: Callable[[], None], now: datetime, reading: Reading | None
    ) -> None:
        """Decide while another has the device; what it shows is not ours to judge."""
        if reading is not None:
            reading = replace(reading, limit_readback_w=None)
        self.decision = self.engine.follow(now, reading)
        if not isinstance(self.decision.write, Keep):
            call_back()
        self._keep()
        self._wake_up.set(self.decision.next_wake)

    async def _async_obey(self, now: datetime) -> None:
        """Do what was decided."""
        for _ in range(_MAX_WRITES):
            if not isinstance(self.decision.write, Write):
                break
            await self._async_write(self.decision.write.limit_w, now)
        if isinstance(self.decision.write, Keep) and self._adapter.refresh_due(now):
            await self._adapter.refresh()

    async def _async_write(self, limit_w: float | None, now: datetime) -> None:
        """Write one limit, and decide what comes next."""
        device = self.engine.device
        device.begin_write(now)
        try:
            await self._adapter.set_limit(limit_w)
        except LimitNotAcceptedError:
            device.refuse_write()
            raise
        device.end_write(limit_w, now)
        self.decision = self.engine.follow(now)
