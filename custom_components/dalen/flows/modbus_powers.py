"""The step that asks for what neither a heat pump on Modbus nor its profile tells."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigSubentryData
from homeassistant.const import CONF_NAME
from homeassistant.data_entry_flow import FlowContext, FlowResult

from ..const import (
    CONF_FLOOR_W,
    CONF_INSTALLER_MAXIMUM_W,
    CONF_LIMITS,
    CONF_MINIMUM_W,
    CONF_NAMEPLATE_W,
    SUBENTRY_HEAT_PUMP,
)
from ..heat_pump import HeatPumpProfile, MeterNeed, RegisterRow
from ..heat_pump_data import CONF_METER
from ..heat_pump_id import unique_id_of
from ..probe import Probe, ProbeFailure
from .base import Errors, check_powers
from .entities import EntitySteps
from .modbus_schemas import CONF_BLOCK_BELOW_W, CONF_MEASURING, modbus_powers_schema

_LIMITS = (CONF_FLOOR_W, CONF_INSTALLER_MAXIMUM_W)


class ModbusPowersSteps[
    ContextT: FlowContext,
    ResultT: FlowResult[Any, Any],
    HandlerT,
](EntitySteps[ContextT, ResultT, HandlerT]):
    """Ask for the name, the powers and the meter, as far as the profile needs them."""

    _profile: HeatPumpProfile
    _link: dict[str, Any]
    _rows: tuple[RegisterRow, ...] = ()
    _probe: Probe

    async def async_step_powers(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Ask for the powers that the heat pump does not tell, and for its meter."""
        errors: Errors = {}
        failure: ProbeFailure | None = None
        powers = self._told_powers() | _given_powers(user_input or {})
        if user_input is not None:
            meter = _meter(user_input)
            failure = None if meter is None else self._meter_failure(meter)
            errors = check_powers(powers) if failure is None else {"base": failure.key}
            if not errors:
                return await self._async_all_known(user_input[CONF_NAME], powers, meter)
        name = await self._async_default_name()
        schema = modbus_powers_schema(name, self._profile, meter=self._meter_need())
        return self.async_show_form(
            step_id="powers",
            data_schema=self.add_suggested_values_to_schema(
                schema, user_input or self._kept_powers()
            ),
            errors=errors,
            description_placeholders={
                "electric_power": self._drawn(),
                "minimum_w": f"{powers[CONF_MINIMUM_W]:.0f}",
                "nameplate_w": f"{powers[CONF_NAMEPLATE_W]:.0f}",
                **({} if failure is None else failure.placeholders),
            },
            last_step=False,
        )

    async def _async_all_known(
        self, name: str, powers: dict[str, Any], meter: str | None
    ) -> ResultT:
        """Go on with a heat pump that is described."""
        data = self._link | powers | ({CONF_METER: meter} if meter else {})
        return await self._async_described(
            ConfigSubentryData(
                data=data,
                subentry_type=SUBENTRY_HEAT_PUMP,
                title=name,
                unique_id=unique_id_of(data),
            )
        )

    def _told_powers(self) -> dict[str, Any]:
        """Return the powers that the device or its profile tells, or that are kept."""
        told: dict[str, Any] = {CONF_FLOOR_W: 0}
        if (changed := self._changed_heat_pump()) is not None:
            kept = (CONF_NAMEPLATE_W, CONF_MINIMUM_W)
            return told | {key: changed[key] for key in kept}
        capability = self._probe.capability
        return told | {
            CONF_NAMEPLATE_W: capability.maximum_w,
            CONF_MINIMUM_W: capability.minimum_w,
        }

    def _kept_powers(self) -> dict[str, Any]:
        """Return what the screen starts with, when the heat pump is changed."""
        if (changed := self._changed_heat_pump()) is None:
            return {}
        kept = (CONF_NAME, CONF_NAMEPLATE_W, CONF_MINIMUM_W, CONF_METER)
        answers = {key: changed[key] for key in kept if key in changed}
        answers[CONF_BLOCK_BELOW_W] = changed[CONF_MINIMUM_W]
        answers[CONF_LIMITS] = {key: changed[key] for key in _LIMITS if key in changed}
        meter = changed.get(CONF_METER)
        answers[CONF_MEASURING] = {} if meter is None else {CONF_METER: meter}
        return answers

    def _meter_need(self) -> MeterNeed:
        """Return if a meter is needed: this model may lack what others tell."""
        need = self._profile.meter
        if self._changed_heat_pump() is None and self._probe.state.electric_w is None:
            return MeterNeed.NEEDED
        return need

    def _meter_failure(self, entity_id: str) -> ProbeFailure | None:
        """Return why an entity cannot be the meter of this heat pump."""
        return self._no_meter(entity_id, self._profile.plausible)

    def _drawn(self) -> str:
        """Return what the heat pump draws now, as far as it tells."""
        if self._changed_heat_pump() is not None:
            return "?"
        electric_w = self._probe.state.electric_w
        return "?" if electric_w is None else f"{electric_w:.0f} W"


def _meter(answers: Mapping[str, Any]) -> str | None:
    """Return the meter in the answers; it can be inside a section."""
    flat = {**answers.get(CONF_MEASURING, {}), **answers}
    meter = flat.get(CONF_METER)
    return None if meter is None else str(meter)


def _given_powers(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the powers in the answers."""
    powers = {
        key: answers[key]
        for key in (CONF_NAMEPLATE_W, CONF_MINIMUM_W)
        if key in answers
    }
    if CONF_BLOCK_BELOW_W in answers:
        powers[CONF_MINIMUM_W] = answers[CONF_BLOCK_BELOW_W]
    return powers | dict(answers.get(CONF_LIMITS, {}))
