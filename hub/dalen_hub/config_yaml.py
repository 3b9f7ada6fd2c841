"""Reading YAML strictly: a key that is written twice is a fault, not a choice."""

from collections.abc import Hashable
from typing import Any

import yaml


class YamlError(Exception):
    """The text is not the YAML that is meant; the message names the line."""


class _StrictLoader(yaml.SafeLoader):
    """Loads plain data and refuses a key that is there twice."""


def _mapping(loader: _StrictLoader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    """Return a mapping, its keys checked first."""
    seen: set[str] = set()
    for key, _ in node.value:
        if not isinstance(key.value, str):
            continue
        if key.value in seen:
            raise yaml.constructor.ConstructorError(
                problem=f"{key.value} is there twice; keep one of them",
                problem_mark=key.start_mark,
            )
        seen.add(key.value)
    return loader.construct_mapping(node, deep=True)


_StrictLoader.add_constructor(yaml.resolver.Resolver.DEFAULT_MAPPING_TAG, _mapping)


def read_yaml(text: str) -> object:
    """Return the data of a YAML text; raise ``YamlError`` with line and column."""
    try:
        # A SafeLoader: it makes plain data only.
        return yaml.load(text, Loader=_StrictLoader)
    except yaml.MarkedYAMLError as err:
        raise YamlError(f"{_place(err.problem_mark)}{err.problem}.") from err
    except yaml.YAMLError as err:
        reason = " ".join(str(err).split())
        raise YamlError(f"{reason}. Write plain YAML in UTF-8.") from err


def _place(mark: yaml.Mark | None) -> str:
    """Return where a fault is, counted from 1."""
    if mark is None:
        return ""
    return f"line {mark.line + 1}, column {mark.column + 1}: "
