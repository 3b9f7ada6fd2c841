"""The rooms that know nothing of Home Assistant."""

import ast
from pathlib import Path

import pytest

DALEN = Path(__file__).parents[3] / "custom_components" / "dalen"
FILES = sorted(
    f for room in ("limits", "heat_pump") for f in (DALEN / room).glob("*.py")
)


def imported(tree: ast.AST) -> set[str]:
    """Return the names of all modules that are imported, as written."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add("." * node.level + (node.module or ""))
    return names


@pytest.mark.parametrize(
    "path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}"
)
def test_no_home_assistant_is_imported(path: Path) -> None:
    """They run unchanged in a test, a simulation and a script."""
    names = imported(ast.parse(path.read_text(encoding="utf-8")))
    assert not {n for n in names if n.split(".")[0] == "homeassistant"}
    # Nor through the rest of the integration, which does import it.
    assert not {n for n in names if n.startswith(("..", "custom_components"))}
