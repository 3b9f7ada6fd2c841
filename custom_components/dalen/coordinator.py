"""Read one heat pump, and tell it what people and a hub ask."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict
from datetime import datetime
from typing import Final, override

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant, callback
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
from .heat_pump_orders import HeatPumpOrders
from .house_limits import limit_settings, make_engine
from .limit_control import LimitControl
from .limit_trouble import LimitTrouble
from .limits import (
    Decision,
    EffectiveLimit,
    LimitEngine,
    LimitSource,
    LimitStatus,
    Reading,
    ReleaseReason,
)
from .own_value import OwnValue
from .quarter_hour import ConductLog, Sample
from .storage import HouseStore

LIMITS: Final = frozenset({"limit"})
"""What the entities need that are about limits."""

OPT_OUTS: Final = frozenset({ReleaseReason.RESIDENT, ReleaseReason.ROOM_TOO_COLD})
"""The releases by which people leave an event; a device that fails opts for nothing."""

_FROM_OUTSIDE: Final = frozenset({LimitSource.HUB, LimitSource.EMERGENCY})


class HeatPumpCoordinator(HeatPumpOrders, DataUpdateCoordinator[HeatPumpState]):
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

    @override
    async def _async_update_data(self) -> HeatPumpState:
        """Read the heat pump, then bring its limit up to date."""
        try:
            state = await self._control.async_read(dt_util.utcnow())
        except HeatPumpError as err:
            raise translated(UpdateFailed, err) from err
        self._note(state)
        return state

    def async_lend(
        self, call_back: Callable[[], None]
    ) -> AbstractAsyncContextManager[HeatPumpAdapter]:
        """Lend the device for a test; `call_back` asks for it when a limit begins."""
        return self._control.async_lend(call_back)

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
            "books": self.economy.books(),
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
        self.economy.note(state, self.decision, is_normal=is_normal)
        self._put_prices(state.time)
        return Reading.of(self.own.with_room(state))

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
