"""The link with a hub: caps come in, and reports go out as far as agreed."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
import random
from typing import Final, override

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.debounce import Debouncer
from homeassistant.helpers.event import async_call_later, async_track_utc_time_change
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util

from .const import CONF_COLLECTIVE, DOMAIN, LOGGER, POLL_INTERVAL, POLL_JITTER_S
from .coordinator import HeatPumpCoordinator
from .house_report import house_quarter_hour
from .hub_limits import (
    caps_from_json,
    caps_to_json,
    event_at,
    limits_for_heat_pump,
    plan_end,
)
from .limits import Limit
from .membership import agreed_tier, client_of, membership_of
from .openadr.caps import Cap, read_caps
from .openadr.errors import AuthenticationFailedError, OpenAdrError, ProblemError
from .openadr.model import Event
from .openadr.nudge import nudges
from .openadr.outbox import Outbox
from .openadr.reports import QUARTER, quarter_hour_report
from .storage import HouseStore

ISSUE_HUB_FORGOT_HOME: Final = "hub_forgot_home"

# A hub that forgot the home seldom remembers it; once an hour does no harm.
FORGOTTEN_INTERVAL_S: Final = 3600.0
NUDGE_COOLDOWN_S: Final = 1.0
MAX_RECONNECT_S: Final = 300.0

# All homes report the same quarter hours: spread them.
REPORT_SPREAD_S: Final = (2.0, 30.0)

_FORBIDDEN: Final = 403


class NeighbourhoodLink(DataUpdateCoordinator[tuple[Cap, ...]]):
    """Poll the caps of this home, hear nudges, and send reports.

    The data is the caps of the home. They are kept over a restart and hold until
    their own end when the hub does not answer.
    """

    config_entry: ConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        subentry: ConfigSubentry,
        heat_pumps: Mapping[str, HeatPumpCoordinator],
        store: HouseStore,
    ) -> None:
        """Take over the stored plan and the waiting reports; send nothing yet."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=f"hub of {subentry.title}",
            update_interval=POLL_INTERVAL,
            request_refresh_debouncer=Debouncer(
                hass, LOGGER, cooldown=NUDGE_COOLDOWN_S, immediate=True
            ),
        )
        self.subentry = subentry
        self.membership = membership_of(subentry.data)
        self._client = client_of(hass, self.membership)
        self._heat_pumps = heat_pumps
        self._home_nameplate_w = sum(pump.nameplate_w for pump in heat_pumps.values())
        self._store = store
        stored = store.section(subentry.subentry_id)
        self.data = caps_from_json(stored.get("caps", ()))
        self.outbox = Outbox()
        self.outbox.restore(stored.get("reports"))
        self._nudges: asyncio.Task[None] | None = None
        self._has_nudges = True
        self._has_answered = False
        self._cancel_sending: CALLBACK_TYPE = _nothing

    @property
    def is_connected(self) -> bool:
        """Tell if the hub answered the last request."""
        return self._has_answered and self.last_update_success

    @callback
    def async_start(self) -> None:
        """Put the stored plan into force, and start to poll and to report."""
        # When the subentry is gone, this is all that is left to leave the hub with.
        self._store.async_update(
            self.subentry.subentry_id, membership=self.membership.as_json()
        )
        for pump in self._heat_pumps.values():
            pump.async_recall_hub_limits(self._limits_for(pump, self.data))
        entry = self.config_entry
        # Without a listener a coordinator does not poll; the binary sensor is one,
        # but a resident can switch that off.
        entry.async_on_unload(self.async_add_listener(lambda: None))
        entry.async_on_unload(
            async_track_utc_time_change(
                self.hass, self._async_report, minute=[0, 15, 30, 45], second=0
            )
        )
        entry.async_on_unload(lambda: self._cancel_sending())
        entry.async_create_background_task(
            self.hass, self.async_refresh(), f"{self.name} first poll"
        )

    @override
    async def _async_update_data(self) -> tuple[Cap, ...]:
        """Read the caps, apply them, and send the reports that wait."""
        self.update_interval = POLL_INTERVAL + timedelta(
            seconds=random.uniform(-POLL_JITTER_S, POLL_JITTER_S)
        )
        try:
            events = await self._client.events(self.membership.program_id)
            caps = await self._async_apply(events)
            await self._async_send_reports()
        except OpenAdrError as err:
            raise self._failure(err) from err
        self._has_answered = True
        ir.async_delete_issue(self.hass, DOMAIN, self._issue_id)
        self._listen_for_nudges()
        return caps

    async def _async_apply(self, events: list[Event]) -> tuple[Cap, ...]:
        """Hand the caps of these events to the heat pumps."""
        reading = read_caps(events, now=dt_util.utcnow(), default_unit="KW")
        for skipped in (*self._client.skipped, *reading.refused):
            LOGGER.debug("%s: skipped event %s", self.name, skipped)
        if reading.caps != self.data:
            self.data = reading.caps
            self._store.async_update(
                self.subentry.subentry_id, caps=caps_to_json(reading.caps)
            )
        covers_until = plan_end(reading.caps)
        for pump in self._heat_pumps.values():
            limits = self._limits_for(pump, reading.caps)
            await pump.async_set_hub_limits(limits, covers_until)
        return reading.caps

    def _limits_for(
        self, pump: HeatPumpCoordinator, caps: tuple[Cap, ...]
    ) -> list[Limit]:
        """Return the share of one heat pump in the caps of the home."""
        return limits_for_heat_pump(
            caps,
            nameplate_w=pump.nameplate_w,
            home_nameplate_w=self._home_nameplate_w,
        )

    def _failure(self, err: OpenAdrError) -> UpdateFailed:
        """Return the failure of a poll; raise an issue when joining is needed."""
        is_forgotten = isinstance(err, AuthenticationFailedError) or (
            isinstance(err, ProblemError) and err.status == _FORBIDDEN
        )
        retry_after_s: float | None = None
        if is_forgotten:
            self._raise_issue()
            key, retry_after_s = "hub_forgot_home", FORGOTTEN_INTERVAL_S
        elif isinstance(err, ProblemError):
            key, retry_after_s = "hub_refused", err.retry_after_s
        else:
            key = "hub_unreachable"
        return UpdateFailed(
            translation_domain=DOMAIN,
            translation_key=key,
            translation_placeholders={"error": str(err)},
            retry_after=retry_after_s,
        )

    @property
    def _issue_id(self) -> str:
        """Return the id of the issue for this neighbourhood."""
        return f"{ISSUE_HUB_FORGOT_HOME}_{self.subentry.subentry_id}"

    @callback
    def _raise_issue(self) -> None:
        """Tell the resident that the hub no longer knows this home."""
        ir.async_create_issue(
            self.hass,
            DOMAIN,
            self._issue_id,
            is_fixable=False,
            severity=ir.IssueSeverity.ERROR,
            translation_key=ISSUE_HUB_FORGOT_HOME,
            translation_placeholders={
                "collective": self.subentry.data[CONF_COLLECTIVE]
            },
        )

    @callback
    def _listen_for_nudges(self) -> None:
        """Start to listen, unless that runs or the hub has no nudges."""
        if self._has_nudges and (self._nudges is None or self._nudges.done()):
            self._nudges = self.config_entry.async_create_background_task(
                self.hass, self._async_follow_nudges(), f"{self.name} nudges"
            )

    async def _async_follow_nudges(self) -> None:
        """Poll at every nudge; a poll that succeeds starts this again."""
        try:
            async for _ in nudges(
                self._client,
                self.membership.nudge_url,
                clock=dt_util.utcnow,
                reconnect_delay_s=_reconnect_delay_s,
            ):
                await self.async_request_refresh()
        except AuthenticationFailedError as err:
            LOGGER.debug("%s: no nudges: %s", self.name, err)
        except ProblemError as err:
            LOGGER.debug("%s: the hub has no nudges: %s", self.name, err)
            self._has_nudges = False

    @callback
    def _async_report(self, now: datetime) -> None:
        """Put the report of the past quarter hour into the outbox."""
        start = now.replace(second=0, microsecond=0) - QUARTER
        event_id = event_at(self.data or (), start)
        quarter = house_quarter_hour(self._heat_pumps.values(), start)
        if event_id is None or quarter is None:
            return
        self.outbox.add(
            quarter_hour_report(
                quarter,
                tier=agreed_tier(self.subentry.data, now),
                event_id=event_id,
                ven_name=self.membership.ven_name,
            )
        )
        self._store_reports()
        self._cancel_sending()
        self._cancel_sending = async_call_later(
            self.hass, random.uniform(*REPORT_SPREAD_S), self._async_report_later
        )

    async def _async_report_later(self, _: datetime) -> None:
        """Send what waits; what fails waits for the next poll."""
        self._cancel_sending = _nothing
        try:
            await self._async_send_reports()
        except OpenAdrError as err:
            LOGGER.debug("%s: reports wait: %s", self.name, err)

    async def _async_send_reports(self) -> None:
        """Send the reports that wait."""
        if not len(self.outbox):
            return
        flush = await self.outbox.flush(self._client.create_report)
        for reason in flush.dropped:
            LOGGER.warning("%s: the hub refused a report: %s", self.name, reason)
        self._store_reports()

    @callback
    def _store_reports(self) -> None:
        """Keep the waiting reports over a restart."""
        self._store.async_update(
            self.subentry.subentry_id, reports=self.outbox.to_json()
        )


def _nothing() -> None:
    """Cancel nothing: nothing is planned."""


def _reconnect_delay_s(failures: int) -> float:
    """Return how long to wait before listening again: longer, and never together."""
    return random.uniform(0.5, 1.0) * min(2.0**failures, MAX_RECONNECT_S)
