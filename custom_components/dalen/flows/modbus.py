"""The steps that choose a device profile and connect to the heat pump."""

from typing import Any, override

from homeassistant.data_entry_flow import FlowContext, FlowResult

from ..const import CONF_PROFILE
from ..own_profiles import async_read_library
from .modbus_link import ModbusLinkSteps
from .modbus_schemas import profile_label, profile_schema


class ModbusSteps[
    ContextT: FlowContext,
    ResultT: FlowResult[Any, Any],
    HandlerT,
](ModbusLinkSteps[ContextT, ResultT, HandlerT]):
    """Choose a profile, and look at the registers."""

    async def async_step_modbus(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Ask for the kind of heat pump."""
        library = await async_read_library(self.hass)
        if user_input is not None:
            self._base = library.profiles[user_input[CONF_PROFILE]]
            return await self.async_step_transport()
        return self.async_show_form(
            step_id="modbus",
            data_schema=profile_schema(library.profiles),
            description_placeholders={
                "faults": "\n".join(f"- {fault.message}" for fault in library.faults)
            },
            last_step=False,
        )

    async def async_step_registers(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Show what the registers hold, for the installer to check."""
        if user_input is not None:
            return await self._async_connected()
        return self.async_show_form(
            step_id="registers",
            description_placeholders={
                "profile": profile_label(self._profile),
                "table": await self._async_table(),
            },
            last_step=False,
        )

    async def _async_connected(self) -> ResultT:
        """Go on with a heat pump that answers as its profile says."""
        return await self.async_step_powers()

    @override
    async def _async_linked(self) -> ResultT:
        """Show the registers."""
        return await self.async_step_registers()
