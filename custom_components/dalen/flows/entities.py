"""The steps for a heat pump that is connected through entities."""

from collections.abc import Mapping
from typing import Any

from homeassistant.data_entry_flow import FlowContext, FlowResult
from homeassistant.helpers.selector import SelectOptionDict

from ..const import CONF_CONNECTION, CONF_LIMIT, Connection
from ..entity_heat_pump.bindings import POWER
from ..entity_heat_pump.recipe import LIMIT, RecipeControl, load_recipes
from ..entity_heat_pump.recipe_match import Proposal, proposals
from ..entity_heat_pump.registry import registered_entities
from ..probe import ProbeFailure
from .base import Errors
from .entity_limit import contact_problem, recipe_control
from .entity_picks import EntityPicks
from .entity_schemas import (
    CONF_PROPOSAL,
    OTHER,
    contact_schema,
    pick_schema,
    proposal_schema,
)


class EntitySteps[
    ContextT: FlowContext,
    ResultT: FlowResult[Any, Any],
    HandlerT,
](EntityPicks[ContextT, ResultT, HandlerT]):
    """Choose a recipe or entities, read them once, and ask for the powers."""

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


def _option(proposal: Proposal) -> SelectOptionDict:
    """Return a heat pump that was found, to choose it."""
    known_by = proposal.entities.get(LIMIT) or proposal.entities.get(POWER)
    name = proposal.recipe.name
    label = f"{name} ({known_by})" if known_by else name
    return SelectOptionDict(value=proposal.id, label=label)
