"""The steps that ask for the powers of a heat pump through entities."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.config_entries import ConfigSubentryData
from homeassistant.const import CONF_NAME
from homeassistant.data_entry_flow import FlowContext, FlowResult

from ..const import (
    CONF_FLOOR_W,
    CONF_INSTALLER_MAXIMUM_W,
    CONF_LIMIT,
    CONF_LIMITS,
    CONF_MINIMUM_W,
    CONF_NAMEPLATE_W,
    DEFAULT_NAMEPLATE_W,
    SUBENTRY_HEAT_PUMP,
)
from ..entity_heat_pump.mechanism import LimitType
from .base import Errors, check_powers
from .controls import ControlSteps
from .entity_limit import entity_unique_id
from .entity_schemas import DEFAULT_MINIMUM_W, powers_schema
from .selectors import DEFAULT_BLOCK_BELOW_W


class EntityPowersSteps[
    ContextT: FlowContext,
    ResultT: FlowResult[Any, Any],
    HandlerT,
](ControlSteps[ContextT, ResultT, HandlerT]):
    """Ask for what no entity tells: the powers, and the limits of the house."""

    _data: dict[str, Any]
    _electric_w: float | None

    async def async_step_entity_powers(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Ask for the powers of a heat pump that takes watts or percent."""
        return await self._async_powers("entity_powers", DEFAULT_MINIMUM_W, user_input)

    async def async_step_block_powers(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Ask for the powers of a heat pump that can only be stopped."""
        return await self._async_powers(
            "block_powers", DEFAULT_BLOCK_BELOW_W, user_input
        )

    async def async_step_monitor_powers(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Ask for the highest power of a heat pump that is not limited."""
        return await self._async_powers("monitor_powers", None, user_input)

    @override
    async def _async_controlled(self, limit: dict[str, Any]) -> ResultT:
        """Ask for the powers that belong to this control."""
        self._data[CONF_LIMIT] = limit
        if limit["type"] in (LimitType.BLOCK, LimitType.OPENTHERM):
            return await self.async_step_block_powers()
        return await self.async_step_entity_powers()

    async def _async_powers(
        self,
        step_id: str,
        minimum_w: float | None,
        user_input: dict[str, Any] | None,
    ) -> ResultT:
        """Ask for the powers, and make the heat pump."""
        errors: Errors = {}
        powers = _powers(user_input or {})
        if user_input is not None and not (errors := check_powers(powers)):
            return await self._async_made(user_input[CONF_NAME], powers)
        name = await self._async_default_name()
        electric_w = self._electric_w
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(
                powers_schema(name, minimum_w), user_input or self._changed_powers()
            ),
            errors=errors,
            description_placeholders={
                "electric_power": "?" if electric_w is None else f"{electric_w:.0f} W",
                "minimum_w": f"{powers[CONF_MINIMUM_W]:.0f}",
                "nameplate_w": f"{powers[CONF_NAMEPLATE_W]:.0f}",
            },
            last_step=False,
        )

    async def _async_made(self, name: str, powers: Mapping[str, Any]) -> ResultT:
        """Go on with a heat pump that is described."""
        data = {**self._data, **powers}
        return await self._async_described(
            ConfigSubentryData(
                data=data,
                subentry_type=SUBENTRY_HEAT_PUMP,
                title=name,
                unique_id=entity_unique_id(data),
            )
        )

    def _changed_powers(self) -> dict[str, Any]:
        """Return the powers that are kept, when a heat pump is changed."""
        if (changed := self._changed_heat_pump()) is None:
            return {}
        limits = {
            key: changed[key]
            for key in (CONF_FLOOR_W, CONF_INSTALLER_MAXIMUM_W)
            if key in changed
        }
        kept = (CONF_NAME, CONF_NAMEPLATE_W, CONF_MINIMUM_W)
        return {key: changed[key] for key in kept if key in changed} | {
            CONF_LIMITS: limits
        }


def _powers(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the powers of the answers; 0 where nothing is limited."""
    powers: dict[str, Any] = {
        CONF_NAMEPLATE_W: DEFAULT_NAMEPLATE_W,
        CONF_MINIMUM_W: 0,
        CONF_FLOOR_W: 0,
    }
    given = (CONF_NAMEPLATE_W, CONF_MINIMUM_W)
    powers |= {key: answers[key] for key in given if key in answers}
    powers |= answers.get(CONF_LIMITS, {})
    return powers
