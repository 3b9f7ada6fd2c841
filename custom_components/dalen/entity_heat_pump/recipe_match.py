"""Find the heat pumps that the recipes know among the entities of a house."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .recipe import Pattern, Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredEntity:
    """An entity as Home Assistant knows it, also when it is switched off."""

    entity_id: str
    unique_id: str
    platform: str
    """The integration that it belongs to."""

    entry_id: str | None
    is_disabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A heat pump that was found."""

    recipe: Recipe
    entry_id: str
    """The config entry of its integration; empty for one without."""

    entities: Mapping[str, str]
    """The ids of the entities that can be used now, by their names."""

    disabled: tuple[str, ...]
    """The ids of entities that have to be switched on first."""

    @property
    def id(self) -> str:
        """Return how the proposal is known in the flow."""
        return f"{self.recipe.id}:{self.entry_id}"


def proposals(
    recipes: Iterable[Recipe], entities: Iterable[RegisteredEntity]
) -> tuple[Proposal, ...]:
    """Return what the recipes make of the entities, one for each config entry."""
    by_entry: defaultdict[tuple[str, str], list[RegisteredEntity]] = defaultdict(list)
    for entity in sorted(entities, key=lambda entity: entity.entity_id):
        by_entry[entity.platform, entity.entry_id or ""].append(entity)
    return tuple(
        proposal
        for recipe in recipes
        for (platform, entry_id), found in sorted(by_entry.items())
        if platform in recipe.platforms
        if (proposal := _proposal(recipe, entry_id, found)) is not None
    )


def _proposal(
    recipe: Recipe, entry_id: str, entities: list[RegisteredEntity]
) -> Proposal | None:
    """Return what a recipe makes of one config entry; None when it is another."""
    found = {
        name: entity
        for name, patterns in recipe.entities.items()
        if (entity := _first(patterns, entities)) is not None
    }
    if not recipe.needs <= found.keys():
        return None
    return Proposal(
        recipe=recipe,
        entry_id=entry_id,
        entities={
            name: entity.entity_id
            for name, entity in found.items()
            if not entity.is_disabled
        },
        disabled=tuple(sorted({e.entity_id for e in found.values() if e.is_disabled})),
    )


def _first(
    patterns: tuple[Pattern, ...], entities: list[RegisteredEntity]
) -> RegisteredEntity | None:
    """Return the first entity that fits; one that is switched on goes before."""
    for pattern in patterns:
        fitting = [e for e in entities if pattern.fits(e.unique_id, e.entity_id)]
        if fitting:
            return min(fitting, key=lambda entity: entity.is_disabled)
    return None
