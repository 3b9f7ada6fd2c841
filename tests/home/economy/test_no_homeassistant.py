"""The room knows limits/ and nothing else of the integration."""

import ast
from pathlib import Path

import pytest

ROOM = Path(__file__).parents[3] / "custom_components" / "dalen" / "economy"


@pytest.mark.parametrize("path", sorted(ROOM.glob("*.py")), ids=lambda p: p.name)
def test_no_home_assistant_is_imported(path: Path) -> None:
    """It runs unchanged in a test, a simulation and a script."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            assert not any(a.name.startswith("homeassistant") for a in node.names)
        if isinstance(node, ast.ImportFrom):
            module = node.module or ""
            assert not module.startswith("homeassistant")
            assert node.level < 2 or module.split(".")[0] == "limits"
