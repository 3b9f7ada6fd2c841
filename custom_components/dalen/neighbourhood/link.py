"""The link with one server: caps come in, and reports go out as far as agreed."""

from collections.abc import Mapping
from datetime import datetime, timedelta
import random
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.debounce import Debouncer
from homeassistant.helpers.event import async_track_utc_time_change
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util

from ..const import DOMAIN, LOGGER, POLL_INTERVAL, POLL_JITTER_S
from ..coordinator import HeatPumpCoordinator
from ..membership import account_of, client_of, membership_of
from ..openadr.caps import Cap
from ..openadr.errors import AuthenticationFailedError, OpenAdrError, ProblemError
from ..storage import HouseStore
from .facts import Facts
from .listener import NudgeListener
from .orders import Orders
from .pumps import PumpOrders
from .reports import Reports
from .troubles import Troubles

# A hub that forgot the home seldom remembers it; once an hour does no harm.
FORGOTTEN_INTERVAL_S: Final = 3600.0
NUDGE_COOLDOWN_S: Final = 1.0

MAX_POLL_INTERVAL: Final = timedelta(minutes=5)
"""How long a server that does not answer is left alone at most."""

_FORBIDDEN: Final = 403


class NeighbourhoodLink(DataUpdateCoordinator[tuple[Cap, ...]]):
    """Poll the caps of this home, hear nudges, and send reports.

    The data is the caps of the home. They are kept over a restart and hold until
    their own end when the server does not answer.
    """

    config_entry: ConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        subentry: ConfigSubentry,
        heat_pumps: Mapping[str, HeatPumpCoordinator],
        pump_orders: PumpOrders,
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
        self._store = store
        account = account_of(subentry.data)
        self._client = client_of(hass, account)
        self._pump_orders = pump_orders
        pumps = heat_pumps.values()
        stored = self._stored(account.client_id)
        self._orders = Orders(account, stored, self._keep)
        self._facts = Facts(subentry, account.base_url, pumps, stored, self._keep)
        self._reports = Reports(
            hass,
            subentry,
            self._client,
            pumps,
            stored,
            self._keep,
            self.async_request_refresh,
        )
        self._troubles = Troubles(hass, entry, subentry)
        self._listener = NudgeListener(
            hass, entry, self._client, account.nudge_url, self.async_request_refresh
        )
        self.data = self._orders.caps
        self._failures = 0
        self._has_answered = False

    @property
    def is_connected(self) -> bool:
        """Tell if the server answered the last request."""
        return self._has_answered and self.last_update_success

    @callback
    def async_start(self) -> None:
        """Put the stored plan into force, and start to poll and to report."""
        # When the subentry is gone, this is all that is left to leave the hub with.
        if (membership := membership_of(self.subentry.data)) is not None:
            self._keep(membership=membership.as_json())
        self._pump_orders.async_recall(self.subentry.subentry_id, self._orders.caps)
        entry = self.config_entry
        # Without a listener a coordinator does not poll; the binary sensor is one,
        # but a resident can switch that off.
        entry.async_on_unload(self.async_add_listener(lambda: None))
        entry.async_on_unload(
            async_track_utc_time_change(
                self.hass, self._async_report, minute=[0, 15, 30, 45], second=0
            )
        )
        entry.async_on_unload(self._reports.async_stop)
        entry.async_create_background_task(
            self.hass, self.async_refresh(), f"{self.name} first poll"
        )

    def diagnostics(self) -> dict[str, Any]:
        """Return what a supporter needs to see."""
        offset = self._client.clock_offset
        return {
            **self._orders.diagnostics(),
            **self._reports.diagnostics(),
            "failures_in_a_row": self._failures,
            "clock_offset_s": None if offset is None else offset.total_seconds(),
        }

    @override
    async def _async_update_data(self) -> tuple[Cap, ...]:
        """Read the caps, apply them, and send the reports that wait."""
        self._failures += 1
        self.update_interval = _poll_interval(self._failures)
        try:
            await self._async_poll()
        except OpenAdrError as err:
            raise self._failure(err) from err
        self._failures = 0
        self.update_interval = _poll_interval(0)
        self._has_answered = True
        self._troubles.async_is_accepted()
        self._listener.async_listen()
        return self._orders.caps

    async def _async_poll(self) -> None:
        """Do all that is to be done with the server. Raises OpenAdrError."""
        await self._orders.async_read(self._client, dt_util.utcnow())
        self._troubles.async_tell_orders(self._orders.is_suspicious)
        offset, server = self._client.clock_offset, self.subentry.subentry_id
        if self._pump_orders.is_hub(server):
            self._troubles.async_tell_clock(offset)
        await self._pump_orders.async_hear(
            server,
            self._orders.caps,
            None if offset is None else dt_util.utcnow() + offset,
        )
        await self._reports.async_send()
        await self._facts.async_tell(self._client)

    def _failure(self, err: OpenAdrError) -> UpdateFailed:
        """Return the failure of a poll; ask to join again when that is needed."""
        is_forgotten = isinstance(err, AuthenticationFailedError) or (
            isinstance(err, ProblemError) and err.status == _FORBIDDEN
        )
        retry_after_s: float | None = None
        if is_forgotten:
            self._troubles.async_ask_to_join_again()
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

    @callback
    def _async_report(self, now: datetime) -> None:
        """Report the past quarter hour."""
        self._reports.async_note(now, self._orders.caps)

    def _stored(self, client_id: str) -> Mapping[str, Any]:
        """Return what was stored, unless it was for another account."""
        stored = self._store.section(self.subentry.subentry_id)
        if stored.get("client_id", client_id) == client_id:
            return stored
        self._store.async_replace(self.subentry.subentry_id, {})
        return {}

    @callback
    def _keep(self, **values: Any) -> None:
        """Store what must survive a restart."""
        self._store.async_update(
            self.subentry.subentry_id,
            client_id=account_of(self.subentry.data).client_id,
            **values,
        )


def _poll_interval(failures: int) -> timedelta:
    """Return when to poll again: a minute, longer after failures, never together."""
    longer = POLL_INTERVAL * 2.0 ** min(max(failures - 1, 0), 8)
    spread = POLL_JITTER_S / POLL_INTERVAL.total_seconds()
    return min(longer, MAX_POLL_INTERVAL) * random.uniform(1 - spread, 1 + spread)
