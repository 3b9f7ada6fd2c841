"""The steps that ask how an entity or a gateway controls a heat pump."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from homeassistant.const import CONF_ID
from homeassistant.data_entry_flow import FlowContext, FlowResult

from ..const import CONF_LIMIT
from ..entity_heat_pump.number_range import NumberRange, number_range
from ..entity_heat_pump.reading import EntityReading, finite
from ..entity_heat_pump.recipe import ENABLE
from ..entity_heat_pump.recipe_match import Proposal
from ..entity_heat_pump.setting import CLIMATE, set_value
from ..entity_heat_pump.tier import ControlType, Unusable, control_type
from .base import Errors
from .entity_limit import (
    ROOM_STEP_K,
    control_answers,
    control_entity,
    entity_unique_id,
    heishamon_limit,
    number_limit,
    opentherm_limit,
    select_limit,
    switch_limit,
    temperature_limit,
)
from .entity_schemas import (
    CONF_BLOCK_OPTION,
    CONF_BLOCK_VALUE,
    CONF_FREE_OPTION,
    CONF_FREE_VALUE,
    CONF_TOPIC,
    heishamon_schema,
    number_schema,
    opentherm_schema,
    select_schema,
    switch_schema,
    temperature_schema,
)
from .write_test import WriteTestSteps


class ControlSteps[
    ContextT: FlowContext,
    ResultT: FlowResult[Any, Any],
    HandlerT,
](WriteTestSteps[ContextT, ResultT, HandlerT]):
    """Ask what belongs to the entity that controls a heat pump."""

    _proposal: Proposal | None = None
    _control_reading: EntityReading

    @abstractmethod
    async def _async_controlled(self, limit: dict[str, Any]) -> ResultT:
        """Go on with a control that is described."""

    async def _async_control(self, reading: EntityReading) -> ResultT:
        """Ask what this kind of control needs."""
        self._control_reading = reading
        match control_type(reading):
            case ControlType.WATTS | ControlType.PERCENT:
                return await self.async_step_limit_number()
            case ControlType.SELECT:
                return await self.async_step_limit_select()
            case ControlType.SWITCH:
                return await self.async_step_limit_switch()
            case _:
                return await self.async_step_limit_temperature()

    async def async_step_limit_number(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Ask what a number holds without a limit."""
        reading, found = self._control_reading, self._range()
        kind = ControlType.WATTS if found.watts_per else ControlType.PERCENT
        if user_input is not None:
            return await self._async_controlled(
                number_limit(kind, reading.entity_id, found, user_input)
            )
        schema = number_schema(found, has_enable=kind is ControlType.WATTS)
        return self._show_control("limit_number", schema, None, {})

    async def async_step_limit_select(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Ask which options stop the heat pump and let it go."""
        errors: Errors = {}
        if user_input is not None:
            if user_input[CONF_BLOCK_OPTION] != user_input[CONF_FREE_OPTION]:
                return await self._async_controlled(
                    select_limit(self._control_reading.entity_id, user_input)
                )
            errors = {"base": "values_same"}
        options = list(self._control_reading.attributes["options"])
        return self._show_control(
            "limit_select", select_schema(options), user_input, errors
        )

    async def async_step_limit_switch(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Ask at which position of a switch the heat pump stops."""
        if user_input is not None:
            return await self._async_controlled(
                switch_limit(self._control_reading.entity_id, user_input)
            )
        return self._show_control("limit_switch", switch_schema(), None, {})

    async def async_step_limit_temperature(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Ask for the set points with and without a limit."""
        errors: Errors = {}
        if user_input is not None:
            if (problem := self._set_point_problem(user_input)) is None:
                return await self._async_controlled(
                    temperature_limit(self._control_reading.entity_id, user_input)
                )
            errors = {"base": problem}
        found = self._range()
        schema = temperature_schema(found.low, found.high, found.unit)
        return self._show_control("limit_temperature", schema, user_input, errors)

    async def async_step_opentherm(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Ask what an OpenTherm gateway has to override."""
        errors: Errors = {}
        if user_input is not None:
            limit = opentherm_limit(self._gateway_id(), user_input)
            if not self._is_used(limit):
                return await self._async_controlled(limit)
            errors = {"base": "entity_already_used"}
        return self._show_control("opentherm", opentherm_schema(), user_input, errors)

    async def async_step_heishamon(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Ask for the topic of HeishaMon."""
        errors: Errors = {}
        if user_input is not None:
            limit = heishamon_limit(user_input[CONF_TOPIC])
            if not limit["topic"] or set(limit["topic"]) & set("+#"):
                errors = {CONF_TOPIC: "topic_invalid"}
            elif self._is_used(limit):
                errors = {"base": "entity_already_used"}
            else:
                return await self._async_controlled(limit)
        return self._show_control("heishamon", heishamon_schema(), user_input, errors)

    def _unusable(self, entity_id: str) -> str | None:
        """Return the error of an entity that cannot control a heat pump."""
        reading = self._reading(entity_id)
        found = None if reading is None else control_type(reading)
        return found.key if isinstance(found, Unusable) else None

    def _is_used(self, limit: Mapping[str, Any]) -> bool:
        """Tell if another heat pump has this control."""
        return entity_unique_id({CONF_LIMIT: limit}) in self._known_heat_pumps()

    def _show_control(
        self,
        step_id: str,
        schema: Any,
        user_input: dict[str, Any] | None,
        errors: Errors,
    ) -> ResultT:
        """Show a screen about the control."""
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(
                schema, user_input or self._control_answers()
            ),
            errors=errors,
            description_placeholders=self._control_placeholders(),
            last_step=False,
        )

    def _control_answers(self) -> dict[str, Any]:
        """Return what the screen starts with: what is kept, or the recipe's."""
        if (changed := self._changed_heat_pump()) is not None:
            limit = changed[CONF_LIMIT]
            # Answers about another entity would be wrong here.
            kept = control_entity(limit)
            is_same = kept is None or kept == self._control_reading.entity_id
            return control_answers(limit) if is_same else {}
        if (proposal := self._proposal) is None:
            return {}
        answers = dict(proposal.recipe.defaults)
        if enable := proposal.entities.get(ENABLE):
            answers[ENABLE] = enable
        if topic := self._entry_data().get("discovery_prefix"):
            answers[CONF_TOPIC] = str(topic).rstrip("/")
        return answers

    def _control_placeholders(self) -> dict[str, str]:
        """Return the words for a screen about the control."""
        if not hasattr(self, "_control_reading"):
            return {}
        reading = self._control_reading
        held = set_value(reading)
        return {
            "entity": reading.entity_id,
            "value": reading.state if held is None else f"{held:g} {reading.unit}",
        }

    def _range(self) -> NumberRange:
        """Return the range of the control; a climate has its own names for it."""
        reading = self._control_reading
        if reading.domain != CLIMATE:
            return number_range(reading) or NumberRange(unit="", low=0, high=0, step=1)
        low, high = (
            finite(reading.attributes.get(k)) for k in ("min_temp", "max_temp")
        )
        return NumberRange(
            unit=reading.unit or "°C", low=low or 0, high=high or 0, step=0.1
        )

    def _set_point_problem(self, answers: Mapping[str, Any]) -> str | None:
        """Return the error of set points that do nothing, or too much."""
        distance = abs(answers[CONF_BLOCK_VALUE] - answers[CONF_FREE_VALUE])
        if distance == 0:
            return "values_same"
        # In degrees Fahrenheit the same step is 1.8 times as many.
        farthest = ROOM_STEP_K * (1.8 if self._range().unit == "°F" else 1)
        is_room = self._control_reading.domain == CLIMATE
        return "room_step_too_big" if is_room and distance > farthest else None

    def _gateway_id(self) -> str:
        """Return the id of the OpenTherm gateway."""
        if (changed := self._changed_heat_pump()) is not None:
            return str(changed[CONF_LIMIT]["gateway_id"])
        return str(self._entry_data()[CONF_ID])

    def _entry_data(self) -> Mapping[str, Any]:
        """Return the data of the config entry that the recipe found."""
        entry_id = "" if self._proposal is None else self._proposal.entry_id
        entry = self.hass.config_entries.async_get_entry(entry_id)
        return {} if entry is None else entry.data
