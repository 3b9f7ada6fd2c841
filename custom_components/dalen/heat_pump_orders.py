"""What the resident, the house and a hub ask of one heat pump."""

from abc import abstractmethod
from collections.abc import Iterable
from datetime import datetime, timedelta

from homeassistant.core import callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from .const import LOGGER
from .device_errors import translated
from .heat_pump.errors import HeatPumpError
from .heat_pump_economy import HeatPumpEconomy
from .limit_control import LimitControl
from .limits import (
    Limit,
    LimitEngine,
    LimitSource,
    Pause,
    PauseChoice,
    Schedule,
    resident_limits,
)
from .own_value import OwnValue


class HeatPumpOrders:
    """Take orders, and do at once what they mean. The limits decide which holds."""

    name: str
    nameplate_w: float
    engine: LimitEngine
    economy: HeatPumpEconomy
    own: OwnValue
    _control: LimitControl

    @property
    @abstractmethod
    def can_be_limited(self) -> bool:
        """Return False for a heat pump that is only monitored."""

    @abstractmethod
    def _keep(self) -> None:
        """Store all that must survive a restart."""

    @property
    def pause(self) -> Pause | None:
        """Return the pause of the resident, None without one."""
        pause = self.engine.releases.pause
        return pause if pause and pause.holds_at(dt_util.utcnow()) else None

    @property
    def resident_w(self) -> float:
        """Return the limit of the resident; the nameplate is no limit."""
        now = dt_util.utcnow()
        own = (
            limit.limit_w
            for limit in self.engine.limits(now)
            if limit.source is LimitSource.RESIDENT and limit.holds_at(now)
        )
        return min(own, default=self.nameplate_w)

    async def async_set_resident_limit(
        self, limit_w: float, duration: timedelta | None = None
    ) -> None:
        """Limit the heat pump for the resident; the nameplate lifts the limit.

        With a duration it holds instead of the limit that stands, which comes back
        after it. Without one it takes the place of both. The limit is kept when the
        heat pump does not answer, and applied when it does. Raises
        HomeAssistantError to say so.
        """
        now = dt_util.utcnow()
        asked = resident_limits(self.engine.limits(now), limit_w, now, duration)
        limits = [limit for limit in asked if limit.limit_w < self.nameplate_w]
        self.engine.put(LimitSource.RESIDENT, limits, now)
        await self._async_obey()

    async def async_pause(self, choice: PauseChoice | timedelta) -> None:
        """Release the heat pump for the resident, whoever limits it.

        The pause holds even when the heat pump does not answer. Raises
        HomeAssistantError to say so.
        """
        self.engine.pause(choice, dt_util.utcnow())
        await self._async_obey()

    async def async_resume(self) -> None:
        """End the pause of the resident. Raises HomeAssistantError as pausing does."""
        self.engine.resume(dt_util.utcnow())
        await self._async_obey()

    async def async_follow_own(self) -> None:
        """Heed the schedule and the prices as they are switched now."""
        self.engine.schedule = self._schedule()
        self._put_prices(dt_util.utcnow())
        await self._control.async_decide_quietly()

    async def async_set_hub_limits(
        self,
        limits: Iterable[Limit],
        covers_until: datetime | None,
        *,
        hub_time: datetime | None = None,
    ) -> None:
        """Replace all limits from the hub, which answered now; decide anew at once.

        `covers_until` is how far its plan goes, with the hours that it leaves free.
        `hub_time` is its own clock.
        """
        asked = list(limits) if self.can_be_limited else []
        for refused in self.engine.hear_hub(
            asked, dt_util.utcnow(), covers_until=covers_until, hub_time=hub_time
        ):
            LOGGER.debug("%s: refused %s", self.name, refused)
        await self._control.async_decide_quietly()

    async def async_add_hub_limits(self, limits: Iterable[Limit]) -> None:
        """Hold these limits from outside, though the hub itself did not answer now."""
        self.async_recall_hub_limits(limits)
        await self._control.async_decide_quietly()

    @callback
    def async_recall_hub_limits(self, limits: Iterable[Limit]) -> None:
        """Hold the limits of a stored plan; the next decision heeds them."""
        asked = limits if self.can_be_limited else ()
        self.engine.recall_hub(asked, dt_util.utcnow())

    def _put_prices(self, now: datetime) -> None:
        """Ask for the cheapest heat, where the heat pump can be limited."""
        limits = self.economy.limits(now)
        asked = limits if self.can_be_limited else []
        self.engine.put(LimitSource.PRICE, asked, now)

    def _schedule(self) -> Schedule:
        """Return the blocks that hold; none for what nobody can limit."""
        return self.own.schedule if self.can_be_limited else Schedule()

    async def _async_obey(self) -> None:
        """Do at once what the resident asked, and keep it whatever the device does.

        Raises HomeAssistantError when the heat pump does not follow yet.
        """
        self._keep()
        try:
            await self._control.async_decide()
        except HeatPumpError as err:
            raise translated(HomeAssistantError, err) from err
