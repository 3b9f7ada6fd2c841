"""Tell the resident what is wrong with a server, and who can put it right."""

from datetime import timedelta
from typing import Final

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..const import CONF_SUBENTRY_ID, DOMAIN
from ..limits.clock_watch import MAX_SKEW

ISSUE_CLOCK: Final = "clock_differs"
ISSUE_ORDERS: Final = "orders_refused"


class Troubles:
    """The repair issues of one server, and the request to join it again."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry, subentry: ConfigSubentry
    ) -> None:
        """Bind them to their subentry."""
        self._hass = hass
        self._entry = entry
        self._subentry = subentry
        self._is_asking = False

    @callback
    def async_tell_orders(self, is_suspicious: bool) -> None:
        """Say that orders do not count, for as long as it is so."""
        self._tell(ISSUE_ORDERS, is_suspicious)

    @callback
    def async_tell_clock(self, offset: timedelta | None) -> None:
        """Say that the two clocks differ too much, for as long as it is so."""
        apart = abs(offset or timedelta())
        minutes = str(round(apart.total_seconds() / 60))
        self._tell(ISSUE_CLOCK, apart > MAX_SKEW, minutes=minutes)

    @callback
    def async_ask_to_join_again(self) -> None:
        """Ask the resident for new credentials, once."""
        self._is_asking = True
        self._entry.async_start_reauth(
            self._hass,
            context={"title_placeholders": {"name": self._subentry.title}},
            data={CONF_SUBENTRY_ID: self._subentry.subentry_id},
        )

    @callback
    def async_is_accepted(self) -> None:
        """Take the request for credentials back: the old ones work again."""
        if not self._is_asking:
            return
        self._is_asking = False
        asked = self._entry.async_get_active_flows(self._hass, {SOURCE_REAUTH})
        for flow in list(asked):
            self._hass.config_entries.flow.async_abort(flow["flow_id"])

    def _tell(self, key: str, is_so: bool, **placeholders: str) -> None:
        """Raise or withdraw one issue."""
        issue_id = f"{key}_{self._subentry.subentry_id}"
        if not is_so:
            ir.async_delete_issue(self._hass, DOMAIN, issue_id)
            return
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            issue_id,
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=key,
            translation_placeholders={"name": self._subentry.title, **placeholders},
        )
