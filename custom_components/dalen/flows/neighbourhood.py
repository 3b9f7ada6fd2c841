"""Add a neighbourhood to a house that is set up, or change what is shared with it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, override

from homeassistant.config_entries import (
    ConfigSubentryData,
    ConfigSubentryFlow,
    SubentryFlowContext,
    SubentryFlowResult,
)
import probatio

from ..const import (
    CONF_COLLECTIVE,
    CONF_TIER,
    CONF_VALID_UNTIL,
    SUBENTRY_HEAT_PUMP,
    SUBENTRY_NEIGHBOURHOOD,
)
from ..membership import account_of, client_of
from ..openadr.errors import OpenAdrError
from ..openadr.reports import Tier
from ..pairing import change_membership
from .join import Errors, JoinSteps
from .share import change_error, chosen_tier, tier_field, vtn_tier_field
from .vtn import VtnSteps


class NeighbourhoodSubentryFlow(
    JoinSteps[SubentryFlowContext, SubentryFlowResult, tuple[str, str]],
    VtnSteps[SubentryFlowContext, SubentryFlowResult, tuple[str, str]],
    ConfigSubentryFlow,
):
    """Join a hub, connect to another server, or change what is shared."""

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what kind of server it is."""
        if obstacle := self._obstacle():
            return self.async_abort(reason=obstacle)
        return self.async_show_menu(step_id="user", menu_options=["join", "vtn"])

    @override
    def _heat_pump_data(self) -> list[Mapping[str, Any]]:
        """Return the data of the heat pumps of the house."""
        subentries = self._get_entry().get_subentries_of_type(SUBENTRY_HEAT_PUMP)
        return [subentry.data for subentry in subentries]

    @override
    def _obstacle(self) -> str | None:
        """Return the reason why the house cannot join."""
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        if entry is None or not self._heat_pump_data():
            return "no_heat_pump"
        return None

    @override
    async def _async_joined(
        self, neighbourhood: ConfigSubentryData
    ) -> SubentryFlowResult:
        """Add the neighbourhood to the house, once."""
        unique_id = neighbourhood["unique_id"]
        known = self._get_entry().get_subentries_of_type(SUBENTRY_NEIGHBOURHOOD)
        if unique_id in {subentry.unique_id for subentry in known}:
            return self.async_abort(reason="already_configured")
        return self.async_create_entry(
            title=neighbourhood["title"],
            data=neighbourhood["data"],
            unique_id=unique_id,
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what to share from now on."""
        if user_input is None:
            return self._show_tier({})
        tier = chosen_tier(user_input)
        if not account_of(self._get_reconfigure_subentry().data).is_hub:
            return self._keep_tier(tier, None)
        assert tier is not None
        self._tier = tier
        if tier is Tier.T3:
            return await self.async_step_end_date()
        return await self._async_change_tier(None)

    @override
    async def _async_join(self, end: datetime | None) -> SubentryFlowResult:
        """Join, or change the tier when this is a reconfiguration."""
        if self.source == "reconfigure":
            return await self._async_change_tier(end)
        return await super()._async_join(end)

    async def _async_change_tier(self, end: datetime | None) -> SubentryFlowResult:
        """Tell the hub what is shared from now on, and keep it."""
        account = account_of(self._get_reconfigure_subentry().data)
        client = client_of(self.hass, account)
        assert account.base_url is not None
        try:
            await change_membership(client, account.base_url, self._tier, end)
        except OpenAdrError as err:
            return self._show_tier({"base": change_error(err)}, {"detail": str(err)})
        return self._keep_tier(self._tier, end)

    def _keep_tier(self, tier: Tier | None, end: datetime | None) -> SubentryFlowResult:
        """Keep what is shared from now on."""
        return self.async_update_and_abort(
            self._get_entry(),
            self._get_reconfigure_subentry(),
            data_updates={
                CONF_TIER: None if tier is None else tier.name,
                CONF_VALID_UNTIL: None if end is None else end.isoformat(),
            },
        )

    def _show_tier(
        self, errors: Errors, placeholders: Mapping[str, str] | None = None
    ) -> SubentryFlowResult:
        """Show the form for the tier."""
        data = self._get_reconfigure_subentry().data
        now = None if data[CONF_TIER] is None else Tier[data[CONF_TIER]]
        is_hub = account_of(data).is_hub
        field = tier_field(Tier, now or Tier.T0) if is_hub else vtn_tier_field(now)
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=probatio.Schema(field),
            errors=errors,
            description_placeholders={
                "collective": data[CONF_COLLECTIVE],
                **(placeholders or {}),
            },
        )
