"""Read one heat pump, and tell it what people and a hub ask."""

from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Final, override

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util

from .const import CONF_NAMEPLATE_W, LOGGER, SCAN_INTERVAL
from .description import HeatPumpDescription
from .device_errors import translated
from .entity_heat_pump.heat_pump import EntityHeatPump
from .heat_pump.adapter import HeatPumpAdapter
from .heat_pump.errors import HeatPumpError
from .heat_pump.model import HeatPumpState, LimitKind
from .heat_pump_economy import STORED, HeatPumpEconomy
from .house_limits import limit_settings, make_engine
from .limit_control import LimitControl
from .limit_trouble import LimitTrouble
from .limits import (
    Decision,
    EffectiveLimit,
    Limit,
    LimitEngine,
    LimitSource,
    LimitStatus,
    Pause,
    PauseChoice,
    Reading,
    ReleaseReason,
    Schedule,
    resident_limits,
)
from .own_value import OwnValue
from .quarter_hour import ConductLog, Sample
from .storage import HouseStore

LIMITS: Final = frozenset({"limit"})
"""What the entities need that are about limits."""

OPT_OUTS: Final = frozenset({ReleaseReason.RESIDENT, ReleaseReason.ROOM_TOO_COLD})
"""The releases by which people leave an event; a device that fails opts for nothing."""

_FROM_OUTSIDE: Final = frozenset({LimitSource.HUB, LimitSource.EMERGENCY})


class HeatPumpCoordinator(DataUpdateCoordinator[HeatPumpState]):
    """One heat pump of the house.

    The data is the last reading. The engine of the limits decides; `effective` and
    `status` tell which limit holds and how far it has come.
    """

    config_entry: ConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        subentry: ConfigSubentry,
        adapter: HeatPumpAdapter,
        description: HeatPumpDescription,
        store: HouseStore,
        own: OwnValue,
    ) -> None:
        """Take over what was stored; touch no device yet."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=subentry.title,
            update_interval=SCAN_INTERVAL,
        )
        self.subentry = subentry
        self.description = description
        self.adapter = adapter
        self.nameplate_w = float(subentry.data[CONF_NAMEPLATE_W])
        self.conduct = ConductLog()
        self._store = store
        self.own = own
        self.engine = self._engine(dt_util.utcnow())
        self.economy = HeatPumpEconomy(
            self.name, own, self.nameplate_w, store.section(subentry.subentry_id)
        )
        self._control = LimitControl(
            hass,
            self.name,
            adapter,
            self.engine,
            LimitTrouble(hass, self.name, subentry.subentry_id),
            see=self._see,
            keep=self._keep,
            changed=self.async_update_listeners,
        )

    @property
    def decision(self) -> Decision:
        """Return the last decision about the limit."""
        return self._control.decision

    @property
    def told(self) -> frozenset[str]:
        """Return the keys of all that this kind of heat pump tells, and of limits."""
        return self.description.told | (LIMITS if self.can_be_limited else frozenset())

    @property
    def can_be_limited(self) -> bool:
        """Return False for a heat pump that is only monitored."""
        return self.adapter.capability.kind is not LimitKind.MONITOR

    @property
    def effective(self) -> EffectiveLimit:
        """Return which limit holds, and why."""
        return self.decision.effective

    @property
    def status(self) -> LimitStatus:
        """Return how far the effective limit has come."""
        return self.decision.status

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

    @override
    async def _async_update_data(self) -> HeatPumpState:
        """Read the heat pump, then bring its limit up to date."""
        try:
            state = await self._control.async_read(dt_util.utcnow())
        except HeatPumpError as err:
            raise translated(UpdateFailed, err) from err
        self._note(state)
        return state

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

    def async_lend(
        self, call_back: Callable[[], None]
    ) -> AbstractAsyncContextManager[HeatPumpAdapter]:
        """Lend the device for a test; `call_back` asks for it when a limit begins."""
        return self._control.async_lend(call_back)

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

    async def async_release(self) -> None:
        """Take the limit off the device for good: nobody watches it from now on."""
        await self._control.async_release()
        self.economy.close(dt_util.utcnow())
        self._keep()

    def diagnostics(self) -> dict[str, object]:
        """Return what a supporter needs to see."""
        now = dt_util.utcnow()
        device = self.engine.device
        return {
            "decision": asdict(self.decision),
            "status": self.status,
            "wanted_w": device.wanted_w,
            "written_w": device.written_w,
            "resident_w": self.resident_w,
            "limits": [asdict(limit) for limit in self.engine.limits(now)],
            "quarter_hours": self.engine.compliance.as_dict(),
            "writes": device.pacer.writes,
            "capability": asdict(self.adapter.capability),
            "stale": self._stale,
        }

    @property
    def _stale(self) -> tuple[str, ...]:
        """Return the entities that have been silent for long."""
        adapter = self.adapter
        return adapter.stale if isinstance(adapter, EntityHeatPump) else ()

    def _engine(self, now: datetime) -> LimitEngine:
        """Return the engine of the limits, and tell what it could not take over."""
        entry, subentry, adapter = self.config_entry, self.subentry, self.adapter
        settings = limit_settings(
            entry, subentry, adapter, self.description.told, self.own.settings
        )
        stored = self._store.section(subentry.subentry_id)
        engine = make_engine(entry, subentry, settings, adapter, stored, now)
        for complaint in engine.complaints:
            LOGGER.warning("%s: %s", self.name, complaint)
        engine.schedule = self._schedule()
        return engine

    def _see(self, state: HeatPumpState) -> Reading:
        """Enter a reading in the books, and return what the limits need of it."""
        is_normal = self.engine.releases.protection.is_counted
        self.economy.note(state, self.effective, is_normal=is_normal)
        self._put_prices(state.time)
        return Reading.of(self.own.with_room(state))

    def _put_prices(self, now: datetime) -> None:
        """Ask for the cheapest heat, where the heat pump can be limited."""
        limits = self.economy.limits(now)
        asked = limits if self.can_be_limited else []
        self.engine.put(LimitSource.PRICE, asked, now)

    def _schedule(self) -> Schedule:
        """Return the blocks that hold; none for what nobody can limit."""
        return self.own.schedule if self.can_be_limited else Schedule()

    @callback
    def _keep(self) -> None:
        """Store all that must survive a restart."""
        self._store.async_replace(
            self.subentry.subentry_id,
            {
                "engine": self.engine.as_dict(),
                STORED: self.economy.section(dt_util.utcnow()),
            },
        )

    def _note(self, state: HeatPumpState) -> None:
        """Keep a reading for the means, with what was decided on it."""
        if state.electric_w is None:
            return
        self.conduct.add(
            Sample(
                time=state.time,
                electric_w=state.electric_w,
                is_curtailed=self.effective.source in _FROM_OUTSIDE,
                is_opted_out=(
                    self.can_be_limited and self.effective.released_by in OPT_OUTS
                ),
            )
        )

    async def _async_obey(self) -> None:
        """Do at once what the resident asked, and keep it whatever the device does.

        Raises HomeAssistantError when the heat pump does not follow yet.
        """
        self._keep()
        try:
            await self._control.async_decide()
        except HeatPumpError as err:
            raise translated(HomeAssistantError, err) from err
