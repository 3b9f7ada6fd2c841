"""Set up the house: its first heat pump and, if wanted, its neighbourhood."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigFlowResult,
    ConfigSubentryData,
    ConfigSubentryFlow,
    OptionsFlow,
)
from homeassistant.core import callback

from .const import DOMAIN, SUBENTRY_HEAT_PUMP, SUBENTRY_NEIGHBOURHOOD
from .flows.discovery import DiscoverySteps
from .flows.heat_pump_subentry import HeatPumpSubentryFlow
from .flows.neighbourhood import NeighbourhoodSubentryFlow
from .flows.options_flow import DalenOptionsFlow
from .flows.rejoin import RejoinSteps


class DalenConfigFlow(DiscoverySteps, RejoinSteps, domain=DOMAIN):
    """Set up the house."""

    VERSION = 1

    _heat_pump: ConfigSubentryData

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Return what can be added to the house."""
        return {
            SUBENTRY_HEAT_PUMP: HeatPumpSubentryFlow,
            SUBENTRY_NEIGHBOURHOOD: NeighbourhoodSubentryFlow,
        }

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Return what can be changed of the house itself."""
        return DalenOptionsFlow()

    @override
    async def _async_heat_pump_ready(
        self, heat_pump: ConfigSubentryData
    ) -> ConfigFlowResult:
        """Keep the heat pump, and ask about the neighbourhood."""
        self._heat_pump = heat_pump
        return await self.async_step_neighbourhood()

    async def async_step_neighbourhood(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask if the house joins a neighbourhood now."""
        return self.async_show_menu(
            step_id="neighbourhood", menu_options=["join", "later"]
        )

    async def async_step_later(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Finish without a neighbourhood."""
        return self._create([self._heat_pump])

    @override
    def _heat_pump_data(self) -> list[Mapping[str, Any]]:
        """Return the data of the heat pump that was just described."""
        if self.is_rejoin:
            return super()._heat_pump_data()
        return [self._heat_pump["data"]]

    @override
    def _obstacle(self) -> str | None:
        """Return the reason why no house can be made."""
        if self.is_rejoin:
            return super()._obstacle()
        return "single_instance_allowed" if self._async_current_entries() else None

    @override
    async def _async_joined(
        self, neighbourhood: ConfigSubentryData
    ) -> ConfigFlowResult:
        """Finish with the neighbourhood."""
        if self.is_rejoin:
            return await super()._async_joined(neighbourhood)
        return self._create([self._heat_pump, neighbourhood])

    def _create(self, subentries: list[ConfigSubentryData]) -> ConfigFlowResult:
        """Make the house."""
        return self.async_create_entry(title="Dalen", data={}, subentries=subentries)
