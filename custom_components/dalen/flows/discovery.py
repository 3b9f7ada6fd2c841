"""A heat pump or a hub that makes itself known on the network.

Home Assistant begins this only while there is no house yet.
"""

from typing import Any, Final, override

from homeassistant.config_entries import ConfigFlow, ConfigFlowContext, ConfigFlowResult
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.helpers.device_registry import format_mac
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo

from ..const import CONF_PROFILE, CONF_UNIT_ID
from ..heat_pump import TransportType
from ..heat_pump_data import CONF_TRANSPORT
from ..own_profiles import async_read_library
from .heat_pump import HeatPumpSteps

# The gateway (ISG) of Stiebel Eltron and Tecalor asks for an address as "servicewelt".
ISG_PROFILE: Final = "stiebel_wpm"


class DiscoverySteps(
    HeatPumpSteps[ConfigFlowContext, ConfigFlowResult, str], ConfigFlow
):
    """Propose what the network tells about."""

    _found_host: str | None = None
    _found_server: str

    async def async_step_dhcp(
        self, discovery_info: DhcpServiceInfo
    ) -> ConfigFlowResult:
        """Propose a gateway that answers on Modbus."""
        await self.async_set_unique_id(format_mac(discovery_info.macaddress))
        library = await async_read_library(self.hass)
        self._base = library.profiles[ISG_PROFILE]
        transport = self._base.transport
        failure = await self._async_try_link(
            {
                CONF_PROFILE: ISG_PROFILE,
                CONF_TRANSPORT: TransportType.TCP.value,
                CONF_HOST: discovery_info.ip,
                CONF_PORT: transport.port,
                CONF_UNIT_ID: transport.unit_id,
            }
        )
        if failure is not None and not failure.is_answered:
            return self.async_abort(reason="no_modbus")
        self._found_host = discovery_info.ip
        return await self.async_step_connection()

    async def async_step_zeroconf(
        self, discovery_info: ZeroconfServiceInfo
    ) -> ConfigFlowResult:
        """Tell of a hub, or another OpenADR server, on the own network."""
        await self.async_set_unique_id(discovery_info.name)
        kind = f".{discovery_info.type}"
        self._found_server = discovery_info.name.removesuffix(kind)
        return await self.async_step_server_found()

    async def async_step_server_found(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Begin with the heat pump; the server comes after it."""
        if user_input is not None:
            return await self.async_step_user()
        return self.async_show_form(
            step_id="server_found",
            description_placeholders={"name": self._found_server},
            last_step=False,
        )

    @override
    def _kept_link(self) -> dict[str, Any]:
        """Return the address that was found."""
        kept = super()._kept_link()
        return (
            kept if self._found_host is None else kept | {CONF_HOST: self._found_host}
        )
