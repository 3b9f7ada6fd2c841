"""The reports of the house to one VTN: made every quarter hour, kept, and sent."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
import random
from typing import Any, Final

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from ..const import LOGGER
from ..coordinator import HeatPumpCoordinator
from ..house_report import house_quarter_hour
from ..hub_limits import event_at
from ..membership import account_of, agreed_tier
from ..openadr.caps import Cap
from ..openadr.client import OpenAdrClient
from ..openadr.errors import OpenAdrError
from ..openadr.outbox import Flush, Outbox
from ..openadr.reports import QUARTER, Tier, quarter_hour_report

# All homes report the same quarter hours: spread them.
REPORT_SPREAD_S: Final = (2.0, 30.0)

type Keep = Callable[..., None]


class Reports:
    """What this house tells one VTN, as far as its resident agreed.

    ``reread`` asks for a new look at the events, when the VTN does not know the
    event of a report.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        subentry: ConfigSubentry,
        client: OpenAdrClient,
        heat_pumps: Collection[HeatPumpCoordinator],
        stored: Mapping[str, Any],
        keep: Keep,
        reread: Callable[[], Awaitable[None]],
    ) -> None:
        """Take over the reports that wait; send nothing yet."""
        self._hass = hass
        self._subentry = subentry
        self._client = client
        self._heat_pumps = heat_pumps
        self._keep = keep
        self._reread = reread
        self._ven_name = account_of(subentry.data).ven_name
        self._not_before: datetime | None = None
        self._cancel_sending: CALLBACK_TYPE = _nothing
        self.outbox = Outbox()
        self.outbox.restore(stored.get("reports"))
        self._waiting_tier = Tier[stored.get("reports_tier") or Tier.T3.name]

    @callback
    def async_note(self, now: datetime, caps: Iterable[Cap]) -> None:
        """Put the report of the past quarter hour into the outbox; send it soon."""
        tier = agreed_tier(self._subentry.data, now)
        start = now.replace(second=0, microsecond=0) - QUARTER
        event_id = event_at(caps, start)
        quarter = house_quarter_hour(self._heat_pumps, start)
        if tier is None or event_id is None or quarter is None:
            return
        self._drop_beyond(tier)
        self._waiting_tier = tier
        self.outbox.add(
            quarter_hour_report(
                quarter, tier=tier, event_id=event_id, ven_name=self._ven_name
            )
        )
        self._store()
        self._send_in(random.uniform(*REPORT_SPREAD_S))

    async def async_send(self, *, is_poll: bool = True) -> None:
        """Send what waits and is agreed still. Raises OpenAdrError.

        A poll that comes right after needs not be asked for: it is that poll.
        """
        now = dt_util.utcnow()
        self._drop_beyond(agreed_tier(self._subentry.data, now))
        if not len(self.outbox) or (self._not_before and now < self._not_before):
            return
        flush = await self.outbox.flush(self._client.create_report)
        for reason in flush.dropped:
            LOGGER.warning(
                "%s refused a report: %s", f"The hub of {self._subentry.title}", reason
            )
        self._store()
        self._wait_as_asked(flush, now)
        if flush.event_gone and not is_poll:
            await self._reread()

    @callback
    def async_stop(self) -> None:
        """Send nothing any more."""
        self._cancel_sending()

    def diagnostics(self) -> dict[str, Any]:
        """Return what a supporter needs to see."""
        return {
            "waiting_reports": self.outbox.to_json(),
            "lost_reports": self.outbox.overflowed,
        }

    def _drop_beyond(self, tier: Tier | None) -> None:
        """Forget reports that say more than the resident agrees to now."""
        if len(self.outbox) and (tier is None or tier < self._waiting_tier):
            LOGGER.debug("Dropped %d reports: less is shared now", self.outbox.clear())
            self._store()

    def _wait_as_asked(self, flush: Flush, now: datetime) -> None:
        """Come back when the VTN asked to; else at the next poll."""
        self._not_before = None
        if flush.retry_after_s is not None:
            self._not_before = now + timedelta(seconds=flush.retry_after_s)
            self._send_in(flush.retry_after_s + random.uniform(0, REPORT_SPREAD_S[0]))

    @callback
    def _send_in(self, seconds: float) -> None:
        """Send what waits after some time, once."""
        self._cancel_sending()
        self._cancel_sending = async_call_later(
            self._hass, seconds, self._async_send_later
        )

    async def _async_send_later(self, _: datetime) -> None:
        """Send what waits; what fails waits for the next poll."""
        self._cancel_sending = _nothing
        try:
            await self.async_send(is_poll=False)
        except OpenAdrError as err:
            LOGGER.debug("Reports to %s wait: %s", self._subentry.title, err)

    @callback
    def _store(self) -> None:
        """Keep the waiting reports over a restart."""
        self._keep(reports=self.outbox.to_json(), reports_tier=self._waiting_tier.name)


def _nothing() -> None:
    """Cancel nothing: nothing is planned."""
