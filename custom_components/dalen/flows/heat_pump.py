"""The first step of adding a heat pump: how it is connected."""

from typing import Any

from homeassistant.data_entry_flow import FlowContext, FlowResult

from ..const import Connection
from .modbus import ModbusSteps


class HeatPumpSteps[
    ContextT: FlowContext,
    ResultT: FlowResult[Any, Any],
    HandlerT,
](ModbusSteps[ContextT, ResultT, HandlerT]):
    """Choose how the heat pump is connected, then describe it."""

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Ask how the heat pump is connected."""
        return self.async_show_menu(
            step_id="user", menu_options=[connection.value for connection in Connection]
        )
