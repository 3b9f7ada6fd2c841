"""The steps for a heat pump that is connected through entities."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.config_entries import ConfigSubentryData
from homeassistant.const import CONF_NAME
from homeassistant.data_entry_flow import FlowContext, FlowResult
from homeassistant.helpers.selector import SelectOptionDict

from .const import (
    CONF_BRAND,
    CONF_CONNECTION,
    CONF_FLOOR_W,
    CONF_INSTALLER_MAXIMUM_W,
    CONF_KIND,
    CONF_LIMIT,
    CONF_LIMITS,
    CONF_MINIMUM_W,
    CONF_MODEL,
    CONF_NAMEPLATE_W,
    CONF_RECIPE,
    DEFAULT_NAMEPLATE_W,
    DOMAIN,
    SUBENTRY_HEAT_PUMP,
    Connection,
)
from .entity_heat_pump.bindings import POWER
from .entity_heat_pump.home_assistant import HomeAssistantEntities
from .entity_heat_pump.mechanism import LimitType
from .entity_heat_pump.reading import EntityReading
from .entity_heat_pump.recipe import LIMIT, RecipeControl, load_recipes
from .entity_heat_pump.recipe_match import Proposal, proposals
from .entity_heat_pump.registry import platform_of, registered_entities
from .entity_heat_pump.units import watts_per
from .entity_setup import async_probe_entities, entity_heat_pump
from .flow_base import Errors, check_powers
from .flow_controls import ControlSteps
from .flow_entity_limit import (
    NO_LIMIT,
    bindings_of,
    contact_answers,
    contact_limit,
    contact_problem,
    controlling_entities,
    entity_unique_id,
    picked_answers,
    recipe_control,
)
from .flow_entity_schemas import (
    CONF_MORE,
    CONF_PROPOSAL,
    DEFAULT_BLOCK_BELOW_W,
    DEFAULT_MINIMUM_W,
    OTHER,
    contact_schema,
    pick_schema,
    powers_schema,
    proposal_schema,
)
from .probe import Probe, ProbeFailure

_ABOUT_RECIPE = (CONF_BRAND, CONF_MODEL, CONF_RECIPE)


class EntitySteps[
    ContextT: FlowContext,
    ResultT: FlowResult[Any, Any],
    HandlerT,
](ControlSteps[ContextT, ResultT, HandlerT]):
    """Choose a recipe or entities, read them once, and ask for the powers."""

    _control: RecipeControl = RecipeControl.ENTITY
    _data: dict[str, Any]
    _electric_w: float | None

    async def async_step_entities(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Propose the heat pumps that other integrations have."""
        recipes = await self.hass.async_add_executor_job(load_recipes)
        found = proposals(recipes, registered_entities(self.hass))
        if user_input is None and found:
            options = [_option(proposal) for proposal in found]
            other = await self._async_text(
                "selector", "selector.proposal.options.other"
            )
            options.append(SelectOptionDict(value=OTHER, label=other))
            return self.async_show_form(
                step_id="entities",
                data_schema=proposal_schema(options),
                last_step=False,
            )
        chosen = (user_input or {}).get(CONF_PROPOSAL, OTHER)
        self._proposal = next((p for p in found if p.id == chosen), None)
        if self._proposal is not None:
            self._control = self._proposal.recipe.control
        return await self.async_step_pick()

    async def async_step_pick(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Ask for the entities, with those of the recipe filled in."""
        return await self._async_pick("pick", Connection.ENTITIES, user_input)

    async def async_step_monitor(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Ask for the entities of a heat pump that is not limited."""
        self._control = RecipeControl.NONE
        return await self._async_pick("monitor", Connection.MONITOR, user_input)

    async def async_step_contact(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Ask for the switches of a contact, and read what there is to read."""
        errors: Errors = {}
        failure: ProbeFailure | None = None
        if user_input is not None:
            if (problem := contact_problem(user_input)) is not None:
                errors = dict((problem,))
            elif (failure := await self._async_try_contact(user_input)) is None:
                return await self.async_step_block_powers()
        return self._show_entities(
            "contact", contact_schema(), user_input, failure, errors
        )

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

    async def _async_change(self, data: Mapping[str, Any]) -> ResultT:
        """Go to the first step of changing a heat pump."""
        match data[CONF_CONNECTION]:
            case Connection.CONTACT:
                return await self.async_step_contact()
            case Connection.MONITOR:
                return await self.async_step_monitor()
            case _:
                self._control = recipe_control(data[CONF_LIMIT])
                return await self.async_step_pick()

    async def _async_pick(
        self,
        step_id: str,
        connection: Connection,
        user_input: dict[str, Any] | None,
    ) -> ResultT:
        """Ask for entities, and read them once."""
        failure = self._disabled()
        if user_input is not None:
            control = user_input.get(LIMIT)
            failure = await self._async_try_picked(connection, user_input, control)
            if failure is None:
                return await self._async_picked(control)
        has_limit = self._control is RecipeControl.ENTITY
        return self._show_entities(
            step_id, pick_schema(has_limit=has_limit), user_input, failure, {}
        )

    async def _async_picked(self, control: str | None) -> ResultT:
        """Go on with how the heat pump is controlled."""
        if self._control is RecipeControl.OPENTHERM:
            return await self.async_step_opentherm()
        if self._control is RecipeControl.HEISHAMON:
            return await self.async_step_heishamon()
        if control is None or (reading := self._reading(control)) is None:
            return await self.async_step_monitor_powers()
        return await self._async_control(reading)

    @override
    async def _async_controlled(self, limit: dict[str, Any]) -> ResultT:
        """Ask for the powers that belong to this control."""
        self._data[CONF_LIMIT] = limit
        if limit["type"] in (LimitType.BLOCK, LimitType.OPENTHERM):
            return await self.async_step_block_powers()
        return await self.async_step_entity_powers()

    async def _async_try_picked(
        self, connection: Connection, answers: Mapping[str, Any], control: str | None
    ) -> ProbeFailure | None:
        """Return why the entities that were picked cannot be used."""
        data = {
            CONF_CONNECTION: connection.value,
            CONF_LIMIT: NO_LIMIT,
            **self._about_recipe(),
            **bindings_of(answers),
        }
        if control is not None:
            if (failure := self._not_there(control)) is not None:
                return failure
            if (key := self._unusable(control)) is not None:
                return self._failure(key, control)
        named = dict(data)
        if control is not None:
            named[CONF_LIMIT] = {"entity_id": control}
        return await self._async_try(data, named)

    async def _async_try_contact(
        self, answers: Mapping[str, Any]
    ) -> ProbeFailure | None:
        """Return why a contact cannot be used."""
        data = {
            CONF_CONNECTION: Connection.CONTACT.value,
            CONF_LIMIT: contact_limit(answers),
            **bindings_of(answers),
        }
        return await self._async_try(data, data)

    async def _async_try(
        self, data: dict[str, Any], named: Mapping[str, Any]
    ) -> ProbeFailure | None:
        """Read the entities once and keep them, or return why they do not serve.

        `named` is the data that the heat pump is known by.
        """
        entities = [*bindings_of(data).values(), *controlling_entities(named)]
        for entity_id in entities:
            if (failure := self._not_there(entity_id)) is not None:
                return failure
        power = self._reading(data[POWER]) if POWER in data else None
        if power is not None and watts_per(power.unit) is None:
            return self._failure("power_unit", power.entity_id)
        by_other = self._control in (RecipeControl.OPENTHERM, RecipeControl.HEISHAMON)
        if not by_other and entity_unique_id(named) in self._known_heat_pumps():
            return ProbeFailure(key="entity_already_used")
        powers = {CONF_NAMEPLATE_W: DEFAULT_NAMEPLATE_W, CONF_MINIMUM_W: 0}
        probe = await async_probe_entities(self.hass, data | powers)
        if isinstance(probe, Probe):
            self._data, self._electric_w = data, probe.state.electric_w
            return None
        return probe

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
        kind = entity_heat_pump(self.hass, data).capability.kind
        return await self._async_heat_pump_ready(
            ConfigSubentryData(
                data=data | {CONF_KIND: kind.value},
                subentry_type=SUBENTRY_HEAT_PUMP,
                title=name,
                unique_id=entity_unique_id(data),
            )
        )

    def _show_entities(
        self,
        step_id: str,
        schema: Any,
        user_input: dict[str, Any] | None,
        failure: ProbeFailure | None,
        errors: Errors,
    ) -> ResultT:
        """Show a screen with entities to choose."""
        words = {} if failure is None else failure.placeholders
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(
                schema, user_input or self._first_answers()
            ),
            errors=errors if failure is None else {"base": failure.key},
            description_placeholders={"notes": self._notes(), **words},
            last_step=False,
        )

    def _first_answers(self) -> dict[str, Any]:
        """Return what a screen with entities starts with."""
        if (changed := self._changed_heat_pump()) is not None:
            is_contact = changed[CONF_CONNECTION] == Connection.CONTACT
            return contact_answers(changed) if is_contact else picked_answers(changed)
        if self._proposal is None:
            return {}
        found = dict(self._proposal.entities)
        first = {name: found.pop(name) for name in (POWER, LIMIT) if name in found}
        return first | {CONF_MORE: bindings_of(found)}

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

    def _about_recipe(self) -> dict[str, Any]:
        """Return what the recipe tells of the heat pump."""
        if (changed := self._changed_heat_pump()) is not None:
            return {key: changed[key] for key in _ABOUT_RECIPE if key in changed}
        if self._proposal is None:
            return {}
        recipe = self._proposal.recipe
        return {
            CONF_RECIPE: recipe.id,
            CONF_BRAND: recipe.brand,
            CONF_MODEL: recipe.name,
        }

    def _notes(self) -> str:
        """Return what the owner has to know about the recipe."""
        if self._proposal is None:
            return ""
        return self._proposal.recipe.note(self.hass.config.language)

    def _disabled(self) -> ProbeFailure | None:
        """Return which entities of the recipe have to be switched on first."""
        if self._proposal is None or not self._proposal.disabled:
            return None
        return self._failure("entities_disabled", ", ".join(self._proposal.disabled))

    def _not_there(self, entity_id: str) -> ProbeFailure | None:
        """Return why an entity cannot be used at all."""
        if platform_of(self.hass, entity_id) == DOMAIN:
            return self._failure("own_entity", entity_id)
        reading = self._reading(entity_id)
        if reading is None or not reading.is_available:
            return self._failure("entity_unavailable", entity_id)
        return None

    def _reading(self, entity_id: str) -> EntityReading | None:
        """Return the state of an entity."""
        return HomeAssistantEntities(self.hass).reading(entity_id)

    def _failure(self, key: str, entity_id: str) -> ProbeFailure:
        """Return a failure of an entity."""
        reading = self._reading(entity_id)
        unit = None if reading is None else reading.unit
        return ProbeFailure(
            key=key, placeholders={"entity": entity_id, "unit": unit or "-"}
        )


def _option(proposal: Proposal) -> SelectOptionDict:
    """Return a heat pump that was found, to choose it."""
    known_by = proposal.entities.get(LIMIT) or proposal.entities.get(POWER)
    name = proposal.recipe.name
    label = f"{name} ({known_by})" if known_by else name
    return SelectOptionDict(value=proposal.id, label=label)


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
