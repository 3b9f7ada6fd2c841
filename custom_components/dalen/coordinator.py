"""Read one heat pump, decide which limit holds for it, and apply that limit."""

import asyncio
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import override

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util

from .const import (
    CONF_FLOOR_W,
    CONF_INSTALLER_MAXIMUM_W,
    CONF_NAMEPLATE_W,
    DOMAIN,
    GOODBYE_TIMEOUT_S,
    LOGGER,
    SCAN_INTERVAL,
)
from .description import HeatPumpDescription
from .entity_heat_pump.heat_pump import EntityHeatPump
from .heat_pump.adapter import HeatPumpAdapter
from .heat_pump.errors import (
    HeatPumpError,
    ImplausibleReadingError,
    LimitNotAcceptedError,
)
from .heat_pump.model import HeatPumpState, LimitKind
from .limit_control import LimitControl, LimitStatus
from .limits import (
    EffectiveLimit,
    Envelope,
    Limit,
    LimitBook,
    LimitSource,
    Pacer,
    StopLedger,
    decide,
    next_change,
)
from .quarter_hour import ConductLog, Sample
from .storage import HouseStore

ISSUE_NOT_EFFECTIVE = "limit_not_effective"

LIMITS = frozenset({"limit"})
"""What the entities need that are about limits."""

_FROM_OUTSIDE = frozenset({LimitSource.HUB, LimitSource.EMERGENCY})


class HeatPumpCoordinator(DataUpdateCoordinator[HeatPumpState]):
    """One heat pump of the house.

    The data is the last reading. `effective` and `status` tell which limit holds
    and how far it has come.
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
        stored = store.section(subentry.subentry_id)
        self.resident_w = min(
            float(stored.get("resident_w", self.nameplate_w)), self.nameplate_w
        )
        self._book = LimitBook(
            Envelope(nameplate_w=self.nameplate_w, floor_w=subentry.data[CONF_FLOOR_W]),
            _stop_ledger(stored.get("stops")),
        )
        self._pacer = Pacer(
            min_interval_s=adapter.capability.min_write_interval_s,
            daily_budget=adapter.capability.daily_write_budget,
            writes=_moments(stored.get("writes", ())),
        )
        self._control = LimitControl(adapter, self._pacer)
        self._lock = asyncio.Lock()
        self._cancel_wake: CALLBACK_TYPE | None = None
        self._is_released_for_good = False
        self._was_kept = True
        now = dt_util.utcnow()
        self._set_house_limits(now)
        self.effective = self._decide(now)

    @property
    def told(self) -> frozenset[str]:
        """Return the keys of all that this kind of heat pump tells, and of limits."""
        return self.description.told | (LIMITS if self.can_be_limited else frozenset())

    @property
    def can_be_limited(self) -> bool:
        """Return False for a heat pump that is only monitored."""
        return self.adapter.capability.kind is not LimitKind.MONITOR

    @property
    def status(self) -> LimitStatus:
        """Return how far the effective limit has come."""
        return self._control.status(self.data)

    @override
    async def _async_update_data(self) -> HeatPumpState:
        """Read the heat pump, then bring its limit up to date."""
        now = dt_util.utcnow()
        try:
            async with self._lock:
                state = await self.adapter.read(now)
                self._note(state)
                await self._async_follow(now)
        except LimitNotAcceptedError as err:
            # The reading is good: only the limit is in trouble, and says so.
            LOGGER.debug("%s: %s", self.name, err)
        except HeatPumpError as err:
            raise UpdateFailed(
                translation_domain=DOMAIN,
                translation_key=error_key(err),
                translation_placeholders={"error": str(err)},
            ) from err
        self._tell_if_not_effective(state)
        return state

    async def async_set_resident_limit(self, limit_w: float) -> None:
        """Limit the heat pump for the resident; the nameplate lifts the limit.

        The limit is kept when the heat pump does not answer, and applied when it
        does. Raises HomeAssistantError to say so.
        """
        self.resident_w = limit_w
        self._store.async_update(self.subentry.subentry_id, resident_w=limit_w)
        self._set_house_limits(dt_util.utcnow())
        try:
            await self.async_decide()
        except HeatPumpError as err:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key=error_key(err),
                translation_placeholders={"error": str(err)},
            ) from err

    async def async_set_hub_limits(self, limits: Iterable[Limit]) -> None:
        """Replace all limits from the hub, and decide anew at once."""
        self.async_put_hub_limits(limits)
        await self._async_decide_quietly()

    @callback
    def async_put_hub_limits(self, limits: Iterable[Limit]) -> None:
        """Replace all limits from the hub; the next decision heeds them."""
        now = dt_util.utcnow()
        asked = list(limits)
        for source in _FROM_OUTSIDE:
            mine = [limit for limit in asked if limit.source is source]
            for refused in self._book.replace_source(source, mine, now):
                LOGGER.debug("%s: refused %s", self.name, refused)
        self._store.async_update(
            self.subentry.subentry_id, stops=self._book.stop_ledger.as_dict()
        )

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
                await self._control.async_release()
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
        return {
            "effective": asdict(self.effective),
            "status": self.status,
            "wanted_w": self._control.wanted_w,
            "written_w": self._control.written_w,
            "resident_w": self.resident_w,
            "limits": [asdict(limit) for limit in self._book.limits(now)],
            "writes": self._pacer.writes,
            "capability": asdict(self.adapter.capability),
            "stale": self._stale,
        }

    @property
    def _stale(self) -> tuple[str, ...]:
        """Return the entities that have been silent for long."""
        adapter = self.adapter
        return adapter.stale if isinstance(adapter, EntityHeatPump) else ()

    def _set_house_limits(self, now: datetime) -> None:
        """Put the limits that people in the house set into the book."""
        maximum_w = self.subentry.data.get(CONF_INSTALLER_MAXIMUM_W)
        own = {LimitSource.RESIDENT: self.resident_w, LimitSource.INSTALLER: maximum_w}
        for source, limit_w in own.items():
            limits = [] if limit_w is None else [_house_limit(source, limit_w, now)]
            self._book.replace_source(source, limits, now)

    def _decide(self, now: datetime) -> EffectiveLimit:
        """Return which limit holds now."""
        # Nothing may be told about a limit that nobody can apply.
        limits = self._book.limits(now) if self.can_be_limited else ()
        return decide(limits, self._book.envelope, None, now)

    async def _async_follow(self, now: datetime) -> None:
        """Decide, bring the device there, and arrange when to decide again."""
        if self._is_released_for_good:
            return
        self.effective = self._decide(now)
        retry = None
        try:
            retry = await self._control.async_follow(
                self.effective.limit_w,
                now,
                is_urgent=self.effective.source is LimitSource.EMERGENCY,
            )
        finally:
            self._store.async_update(
                self.subentry.subentry_id,
                writes=[moment.isoformat() for moment in self._pacer.writes],
            )
            self._wake_at(next_change(self._book.limits(now), now), retry)

    def _note(self, state: HeatPumpState) -> None:
        """Keep a reading for the means and check the limit against it."""
        is_kept = self._control.check(state)
        if self._was_kept and not is_kept:
            LOGGER.warning(
                "%s: something else changed the limit in the heat pump. Dalen writes"
                " it again. Check for another system that controls the heat pump",
                self.name,
            )
        self._was_kept = is_kept
        if state.electric_w is not None:
            self.conduct.add(
                Sample(
                    time=state.time,
                    electric_w=state.electric_w,
                    is_curtailed=self.effective.source in _FROM_OUTSIDE,
                    is_opted_out=self.effective.released_by is not None,
                )
            )

    @callback
    def _tell_if_not_effective(self, state: HeatPumpState) -> None:
        """Raise an issue while the heat pump does not follow its limit."""
        issue_id = f"{ISSUE_NOT_EFFECTIVE}_{self.subentry.subentry_id}"
        if self._control.status(state) is not LimitStatus.NOT_EFFECTIVE:
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
                "limit_w": f"{self._control.wanted_w or 0:.0f}",
            },
        )

    @callback
    def _wake_at(self, *moments: datetime | None) -> None:
        """Decide again at the first of these moments."""
        self._stop_waiting()
        # A decision can end after the release for good.
        if self._is_released_for_good:
            return
        if (moment := min((m for m in moments if m), default=None)) is not None:
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


def _house_limit(source: LimitSource, limit_w: float, now: datetime) -> Limit:
    """Return a limit without an end, which only people in the house may set."""
    return Limit(
        source=source, limit_w=limit_w, start=now, end=None, reason=f"set by {source}"
    )


def _stop_ledger(stored: dict[str, object] | None) -> StopLedger:
    """Return the stored ledger of emergency stops."""
    if stored is None:
        return StopLedger()
    try:
        return StopLedger.from_dict(stored)
    except ValueError as err:
        LOGGER.warning("%s", err)
        return StopLedger()


def _moments(texts: Iterable[str]) -> list[datetime]:
    """Return stored moments."""
    return [datetime.fromisoformat(text) for text in texts]
