"""The steps that give the house new credentials when a server refuses the old ones."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    ConfigFlow,
    ConfigFlowContext,
    ConfigFlowResult,
    ConfigSubentry,
    ConfigSubentryData,
)
import probatio

from ..const import CONF_SUBENTRY_ID, SUBENTRY_HEAT_PUMP
from ..membership import account_of, client_of
from ..openadr.errors import OpenAdrError
from .join import JoinSteps
from .vtn import CREDENTIALS, vtn_error


class RejoinSteps(JoinSteps[ConfigFlowContext, ConfigFlowResult, str], ConfigFlow):
    """Join a hub again with a new pairing string, or give another secret."""

    _subentry_id: str

    @property
    def is_rejoin(self) -> bool:
        """Tell if the house is set up, and only needs new credentials."""
        return self.source == SOURCE_REAUTH

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Start with the server that refused this home."""
        self._subentry_id = entry_data[CONF_SUBENTRY_ID]
        if account_of(self._server.data).is_hub:
            return await self.async_step_reauth_confirm()
        return await self.async_step_reauth_vtn()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Explain what happened and what is needed; joining is as it was before."""
        if user_input is not None:
            return await self.async_step_join()
        return self.async_show_form(
            step_id="reauth_confirm",
            description_placeholders={"name": self._server.title},
            last_step=False,
        )

    async def async_step_reauth_vtn(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for other credentials, and test them."""
        errors: dict[str, str] = {}
        detail = ""
        if user_input is not None:
            data = {**self._server.data, **user_input}
            try:
                await client_of(self.hass, account_of(data)).programs()
            except OpenAdrError as err:
                errors, detail = {"base": vtn_error(err)}, str(err)
            else:
                return self._replaced(data)
        return self.async_show_form(
            step_id="reauth_vtn",
            data_schema=probatio.Schema(CREDENTIALS),
            errors=errors,
            description_placeholders={"name": self._server.title, "detail": detail},
        )

    @override
    def _heat_pump_data(self) -> list[Mapping[str, Any]]:
        """Return the data of the heat pumps of the house."""
        subentries = self._get_reauth_entry().get_subentries_of_type(SUBENTRY_HEAT_PUMP)
        return [subentry.data for subentry in subentries]

    @override
    def _obstacle(self) -> str | None:
        """Return the reason why the house cannot join again."""
        is_there = self._subentry_id in self._get_reauth_entry().subentries
        return None if is_there and self._heat_pump_data() else "no_heat_pump"

    @override
    async def _async_joined(
        self, neighbourhood: ConfigSubentryData
    ) -> ConfigFlowResult:
        """Put the new membership in the place of the old one."""
        return self._replaced(
            neighbourhood["data"],
            title=neighbourhood["title"],
            unique_id=neighbourhood["unique_id"],
        )

    @property
    def _server(self) -> ConfigSubentry:
        """Return the server that refused this home."""
        return self._get_reauth_entry().subentries[self._subentry_id]

    def _replaced(self, data: Mapping[str, Any], **others: Any) -> ConfigFlowResult:
        """Keep the new data; the house is built anew with it."""
        self.hass.config_entries.async_update_subentry(
            self._get_reauth_entry(), self._server, data=data, **others
        )
        return self.async_abort(reason="reauth_successful")
