"""Read one heat pump, decide which limit holds for it, and apply that limit."""

import asyncio
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Final, override

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util

from .const import CONF_NAMEPLATE_W, DOMAIN, GOODBYE_TIMEOUT_S, LOGGER, SCAN_INTERVAL
from .description import HeatPumpDescription
from .entity_heat_pump.heat_pump import EntityHeatPump
from .heat_pump.adapter import HeatPumpAdapter
from .heat_pump.errors import (
    HeatPumpError,
    ImplausibleReadingError,
    LimitNotAcceptedError,
)
from .heat_pump.model import HeatPumpState, LimitKind
from .house_limits import house_limit, limit_settings, make_engine
from .limits import (
    EffectiveLimit,
    Keep,
    Limit,
    LimitEngine,
    LimitSource,
    LimitStatus,
    Pause,
    PauseChoice,
    Reading,
    Write,
)
from .quarter_hour import ConductLog, Sample
from .storage import HouseStore

ISSUE_NOT_EFFECTIVE = "limit_not_effective"

LIMITS = frozenset({"limit"})
"""What the entities need that are about limits."""

_FROM_OUTSIDE = frozenset({LimitSource.HUB, LimitSource.EMERGENCY})

# A release of what an earlier run left, then the limit of now.
_MAX_WRITES: Final = 2


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
        now = dt_util.utcnow()
        self.engine = self._engine(now)
        self._is_overwritten = False
        self._lock = asyncio.Lock()
        self._cancel_wake: CALLBACK_TYPE | None = None
        self._is_released_for_good = False
        self.decision = self.engine.follow(now)

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
        now = dt_util.utcnow()
        try:
            async with self._lock:
                state = await self._async_read(now)
                await self._async_follow(now, Reading.of(state))
        except LimitNotAcceptedError as err:
            # The reading is good: only the limit is in trouble, and says so.
            LOGGER.debug("%s: %s", self.name, err)
        except HeatPumpError as err:
            raise UpdateFailed(
                translation_domain=DOMAIN,
                translation_key=error_key(err),
                translation_placeholders={"error": str(err)},
            ) from err
        self._note(state)
        self._tell_if_not_effective()
        return state

    async def async_set_resident_limit(
        self, limit_w: float, duration: timedelta | None = None
    ) -> None:
        """Limit the heat pump for the resident; the nameplate lifts the limit.

        The limit is kept when the heat pump does not answer, and applied when it
        does. Raises HomeAssistantError to say so.
        """
        now = dt_util.utcnow()
        end = None if duration is None else now + duration
        limit = house_limit(LimitSource.RESIDENT, limit_w, now, end)
        limits = [limit] if limit_w < self.nameplate_w else []
        self.engine.put(LimitSource.RESIDENT, limits, now)
        await self._async_obey()

    async def async_pause(self, choice: PauseChoice) -> None:
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

    async def async_set_hub_limits(
        self, limits: Iterable[Limit], covers_until: datetime | None
    ) -> None:
        """Replace all limits from the hub, which answered now; decide anew at once.

        `covers_until` is how far its plan goes, with the hours that it leaves free.
        """
        asked = list(limits) if self.can_be_limited else []
        for refused in self.engine.hear_hub(
            asked, dt_util.utcnow(), covers_until=covers_until
        ):
            LOGGER.debug("%s: refused %s", self.name, refused)
        await self._async_decide_quietly()

    @callback
    def async_recall_hub_limits(self, limits: Iterable[Limit]) -> None:
        """Hold the limits of a stored plan; the next decision heeds them."""
        asked = limits if self.can_be_limited else ()
        self.engine.recall_hub(asked, dt_util.utcnow())

    async def async_decide(self) -> None:
        """Decide anew now, between two readings. Raises the adapter's errors."""
        try:
            async with self._lock:
                await self._async_follow(dt_util.utcnow())
        finally:
            self.async_update_listeners()

    async def async_release(self) -> None:
        """Take the limit off the device for good: nobody watches it from now on."""
        self._is_released_for_good = True
        self._stop_waiting()
        try:
            async with asyncio.timeout(GOODBYE_TIMEOUT_S), self._lock:
                await self.adapter.set_limit(None)
        except (HeatPumpError, TimeoutError) as err:
            LOGGER.warning(
                "%s: the limit could not be released, because the heat pump does"
                " not answer (%s). Check its limit when it is on again",
                self.name,
                err,
            )

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
        settings = limit_settings(entry, subentry, adapter, self.description.told)
        stored = self._store.section(subentry.subentry_id)
        engine = make_engine(entry, subentry, settings, adapter, stored, now)
        for complaint in engine.complaints:
            LOGGER.warning("%s: %s", self.name, complaint)
        return engine

    async def _async_read(self, now: datetime) -> HeatPumpState:
        """Read the heat pump; when that fails, its limit may have to be lifted."""
        try:
            return await self.adapter.read(now)
        except HeatPumpError:
            try:
                await self._async_follow(now)
            except HeatPumpError as err:
                LOGGER.debug("%s: %s", self.name, err)
            raise

    async def _async_follow(
        self, now: datetime, reading: Reading | None = None
    ) -> None:
        """Decide, bring the device there, and arrange when to decide again."""
        if self._is_released_for_good:
            return
        device = self.engine.device
        was_in_doubt = device.is_in_doubt
        self.decision = self.engine.follow(now, reading)
        if reading is not None:
            self._tell_if_overwritten(device.is_in_doubt and not was_in_doubt)
        try:
            for _ in range(_MAX_WRITES):
                if not isinstance(self.decision.write, Write):
                    break
                await self._async_write(self.decision.write.limit_w, now)
            if isinstance(self.decision.write, Keep) and self.adapter.refresh_due(now):
                await self.adapter.refresh()
        finally:
            self.decision = self.engine.follow(now)
            self._keep()
            self._wake_at(self.decision.next_wake)

    async def _async_write(self, limit_w: float | None, now: datetime) -> None:
        """Write one limit, and decide what comes next."""
        device = self.engine.device
        device.begin_write(now)
        try:
            await self.adapter.set_limit(limit_w)
        except LimitNotAcceptedError:
            device.refuse_write()
            raise
        device.end_write(limit_w, now)
        self.decision = self.engine.follow(now)

    @callback
    def _keep(self) -> None:
        """Store all that must survive a restart."""
        self._store.async_replace(
            self.subentry.subentry_id, {"engine": self.engine.as_dict()}
        )

    def _note(self, state: HeatPumpState) -> None:
        """Keep a reading for the means, with what was decided on it."""
        if state.electric_w is None:
            return
        released_by = self.effective.released_by
        self.conduct.add(
            Sample(
                time=state.time,
                electric_w=state.electric_w,
                is_curtailed=self.effective.source in _FROM_OUTSIDE,
                is_opted_out=self.can_be_limited and released_by is not None,
            )
        )

    def _tell_if_overwritten(self, is_overwritten: bool) -> None:
        """Say once that something else changed the limit in the device."""
        if is_overwritten and not self._is_overwritten:
            LOGGER.warning(
                "%s: something else changed the limit in the heat pump. Dalen writes"
                " it again. Check for another system that controls the heat pump",
                self.name,
            )
        self._is_overwritten = is_overwritten

    @callback
    def _tell_if_not_effective(self) -> None:
        """Raise an issue while the heat pump does not follow its limit."""
        issue_id = f"{ISSUE_NOT_EFFECTIVE}_{self.subentry.subentry_id}"
        if self.status is not LimitStatus.NOT_EFFECTIVE:
            ir.async_delete_issue(self.hass, DOMAIN, issue_id)
            return
        ir.async_create_issue(
            self.hass,
            DOMAIN,
            issue_id,
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=ISSUE_NOT_EFFECTIVE,
            translation_placeholders={
                "heat_pump": self.name,
                "limit_w": f"{self.engine.device.wanted_w or 0:.0f}",
            },
        )

    @callback
    def _wake_at(self, moment: datetime | None) -> None:
        """Decide again at this moment."""
        self._stop_waiting()
        # A decision can end after the release for good.
        if moment is not None and not self._is_released_for_good:
            self._cancel_wake = async_track_point_in_utc_time(
                self.hass, self._async_wake, moment
            )

    @callback
    def _stop_waiting(self) -> None:
        """Forget the moment to decide again."""
        if self._cancel_wake is not None:
            self._cancel_wake()
            self._cancel_wake = None

    async def _async_wake(self, _: datetime) -> None:
        """Decide again: a limit starts or ends, or a write had to wait."""
        self._cancel_wake = None
        await self._async_decide_quietly()

    async def _async_obey(self) -> None:
        """Do at once what the resident asked, and keep it whatever the device does.

        Raises HomeAssistantError when the heat pump does not follow yet.
        """
        self._keep()
        try:
            await self.async_decide()
        except HeatPumpError as err:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key=error_key(err),
                translation_placeholders={"error": str(err)},
            ) from err

    async def _async_decide_quietly(self) -> None:
        """Decide again; a device that does not answer is tried at every reading."""
        try:
            await self.async_decide()
        except HeatPumpError as err:
            LOGGER.debug("%s: %s", self.name, err)


def error_key(err: HeatPumpError) -> str:
    """Return the translation key of an error of a heat pump."""
    match err:
        case ImplausibleReadingError():
            return "implausible_reading"
        case LimitNotAcceptedError():
            return "limit_not_accepted"
        case _:
            return "unreachable"
