"""The documentation names everything that is there, and nothing that is not."""

from collections.abc import Iterator
import json
from pathlib import Path
import re
from typing import Any

from homeassistant.util.yaml import parse_yaml
import pytest

from custom_components.dalen.condition import CONDITIONS
from custom_components.dalen.trigger import TRIGGERS

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs" / "home"
INTEGRATION = ROOT / "custom_components" / "dalen"
ENGLISH = json.loads((INTEGRATION / "translations" / "en.json").read_text("utf-8"))
ACTIONS: Any = parse_yaml((INTEGRATION / "services.yaml").read_text("utf-8"))


def page(name: str) -> str:
    """Return a page of the documentation."""
    return (DOCS / name).read_text(encoding="utf-8")


def entity_names() -> Iterator[str]:
    """Yield the names of all entities."""
    for entities in ENGLISH["entity"].values():
        for about in entities.values():
            if "name" in about:
                yield about["name"]


@pytest.mark.parametrize("name", sorted(set(entity_names())))
def test_every_entity_is_explained(name: str) -> None:
    """By its English name, or the part of it that its row has in common."""
    text = page("entities.md")
    short = re.sub(r" (temperature|by limits|of limits)$", "", name)
    assert re.search(rf"\b{re.escape(short)}", text), name


def test_every_action_and_field_is_explained() -> None:
    """With its technical name."""
    text = page("actions.md")
    for action, about in ACTIONS.items():
        section = text.split(f"`dalen.{action}`")[1].split("\n## ")[0]
        for field in about["fields"]:
            assert f"`{field}`" in section, (action, field)


def test_every_trigger_and_condition_is_explained() -> None:
    """With its technical name and the one on screen."""
    text = page("triggers-and-conditions.md")
    for kind, keys in (("triggers", TRIGGERS), ("conditions", CONDITIONS)):
        for key in keys:
            assert f"{ENGLISH[kind][key]['name']}, `dalen.{key}`" in text


def test_examples_use_what_is_there() -> None:
    """Each is YAML, and knows our triggers, conditions, actions and fields."""
    known = {"trigger": set(TRIGGERS), "condition": set(CONDITIONS)}
    for block in re.findall(r"```yaml\n(.*?)```", page("examples.md"), re.DOTALL):
        for part in _parts(parse_yaml(block)):
            for kind, keys in known.items():
                name = str(part.get(kind, ""))
                assert not name.startswith("dalen.") or name[6:] in keys
            action = str(part.get("action", ""))
            if action.startswith("dalen."):
                assert part["data"].keys() <= ACTIONS[action[6:]]["fields"].keys()


def test_links_between_pages_work() -> None:
    """To pages, and to files of the project."""
    for source in DOCS.glob("*.md"):
        for target in re.findall(r"\]\(([^)#]+)", source.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (source.parent / target).exists(), (source.name, target)


def _parts(node: Any) -> Iterator[dict[str, Any]]:
    """Yield every mapping in YAML."""
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, list):
        for item in node:
            yield from _parts(item)
