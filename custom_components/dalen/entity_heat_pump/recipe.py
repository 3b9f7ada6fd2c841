"""Recipes: which entities of an integration belong to a heat pump, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
import json
from pathlib import Path
import re
from typing import Any, Final

from .bindings import BINDING_NAMES

RECIPES: Final = Path(__file__).parent / "recipes"

LIMIT: Final = "limit_entity"
ENABLE: Final = "enable_entity"

_NAMES: Final = frozenset({*BINDING_NAMES, LIMIT, ENABLE})


class RecipeControl(StrEnum):
    """How a heat pump of a recipe is controlled."""

    ENTITY = "entity"
    OPENTHERM = "opentherm"
    HEISHAMON = "heishamon"
    NONE = "none"


class Confidence(StrEnum):
    """How sure it is that a recipe is right."""

    HIGH = "high"
    """Read in the source of the integration."""

    MEDIUM = "medium"
    """From documentation or owners; the names can differ."""

    LOW = "low"
    """A guess that the owner has to check."""


class RecipeError(ValueError):
    """A recipe file is not usable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """An entity of an integration: its domain, and its unique id or entity id."""

    domain: str
    unique_id: re.Pattern[str] | None
    entity_id: re.Pattern[str] | None

    def fits(self, unique_id: str, entity_id: str) -> bool:
        """Tell if an entity is meant."""
        domain, _, name = entity_id.partition(".")
        if domain != self.domain:
            return False
        by_unique_id = self.unique_id is not None and self.unique_id.search(unique_id)
        by_entity_id = self.entity_id is not None and self.entity_id.search(name)
        return bool(by_unique_id or by_entity_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a heat pump of one integration is read and controlled."""

    id: str
    brand: str
    name: str
    platforms: frozenset[str]
    needs: frozenset[str]
    """Without these entities, switched on or off, it is something else."""

    entities: Mapping[str, tuple[Pattern, ...]]
    """By the names of the bindings, limit_entity and enable_entity."""

    control: RecipeControl
    defaults: Mapping[str, str | float]
    """Answers that the next screens start with."""

    confidence: Confidence
    notes: Mapping[str, str]
    """What its owner has to know, by language."""

    sources: tuple[str, ...]

    def note(self, language: str) -> str:
        """Return the notes in a language, else in English."""
        return self.notes.get(language, self.notes["en"])


def load_recipes(folder: Path = RECIPES) -> tuple[Recipe, ...]:
    """Return all recipes by name. Reads files: not in the event loop."""
    recipes = (
        parse_recipe(path.stem, json.loads(path.read_text(encoding="utf-8")))
        for path in sorted(folder.glob("*.json"))
    )
    return tuple(sorted(recipes, key=lambda recipe: recipe.name.lower()))


def parse_recipe(recipe_id: str, data: Mapping[str, Any]) -> Recipe:
    """Return a recipe. Raises RecipeError with the field that is wrong."""
    try:
        recipe = Recipe(
            id=recipe_id,
            brand=data["brand"],
            name=data["name"],
            platforms=frozenset(data["platforms"]),
            needs=frozenset(data["needs"]),
            entities={
                name: tuple(_pattern(row) for row in rows)
                for name, rows in data["entities"].items()
            },
            control=RecipeControl(data["control"]),
            defaults=data.get("defaults", {}),
            confidence=Confidence(data["confidence"]),
            notes=data["notes"],
            sources=tuple(data["sources"]),
        )
    except (KeyError, ValueError, re.error) as err:
        raise RecipeError(f"recipe {recipe_id}: {err}") from err
    _check(recipe)
    return recipe


def _pattern(row: Mapping[str, str]) -> Pattern:
    """Return one pattern."""
    patterns = [
        re.compile(row[key], re.IGNORECASE) if key in row else None
        for key in ("unique_id", "entity_id")
    ]
    return Pattern(domain=row["domain"], unique_id=patterns[0], entity_id=patterns[1])


def _check(recipe: Recipe) -> None:
    """Raise RecipeError when parts of a recipe do not fit together."""
    if unknown := recipe.entities.keys() - _NAMES:
        raise RecipeError(f"recipe {recipe.id}: unknown entities {sorted(unknown)}")
    if missing := recipe.needs - recipe.entities.keys():
        raise RecipeError(f"recipe {recipe.id}: needs {sorted(missing)} in entities")
    is_entity = recipe.control is RecipeControl.ENTITY
    if is_entity != (LIMIT in recipe.entities):
        raise RecipeError(f"recipe {recipe.id}: control and {LIMIT} do not agree")
    if recipe.notes.keys() != {"en", "nl"}:
        raise RecipeError(f"recipe {recipe.id}: notes are in English and Dutch")
