"""Whether the entities that were picked make a heat pump, and what to start with."""

from collections.abc import Mapping
from typing import Any

from homeassistant.data_entry_flow import FlowContext, FlowResult

from ..const import (
    CONF_BRAND,
    CONF_CONNECTION,
    CONF_LIMIT,
    CONF_MINIMUM_W,
    CONF_MODEL,
    CONF_NAMEPLATE_W,
    CONF_RECIPE,
    DEFAULT_NAMEPLATE_W,
    Connection,
)
from ..entity_heat_pump.bindings import POWER
from ..entity_heat_pump.mechanism import NO_LIMIT
from ..entity_heat_pump.recipe import LIMIT, RecipeControl
from ..entity_setup import async_probe_entities
from ..probe import Probe, ProbeFailure
from .entity_limit import (
    bindings_of,
    contact_answers,
    contact_limit,
    controlling_entities,
    entity_unique_id,
    picked_answers,
)
from .entity_powers import EntityPowersSteps
from .entity_schemas import CONF_MORE

_ABOUT_RECIPE = (CONF_BRAND, CONF_MODEL, CONF_RECIPE)


class EntityPicks[
    ContextT: FlowContext,
    ResultT: FlowResult[Any, Any],
    HandlerT,
](EntityPowersSteps[ContextT, ResultT, HandlerT]):
    """Try entities, and fill in those of a recipe or of the heat pump that is changed."""

    _control: RecipeControl = RecipeControl.ENTITY

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
        if POWER in data and (failure := self._no_power(data[POWER])) is not None:
            return failure
        by_other = self._control in (RecipeControl.OPENTHERM, RecipeControl.HEISHAMON)
        if not by_other and entity_unique_id(named) in self._known_heat_pumps():
            return ProbeFailure(key="entity_already_used")
        powers = {CONF_NAMEPLATE_W: DEFAULT_NAMEPLATE_W, CONF_MINIMUM_W: 0}
        probe = await async_probe_entities(self.hass, data | powers)
        if isinstance(probe, Probe):
            self._data, self._electric_w = data, probe.state.electric_w
            return None
        return probe

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
