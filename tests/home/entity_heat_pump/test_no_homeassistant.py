"""Only two files of the room know Home Assistant."""

import ast
from pathlib import Path

import pytest

from ..heat_pump.test_no_homeassistant import imported

ROOM = Path(__file__).parents[3] / "custom_components" / "dalen" / "entity_heat_pump"
KNOWS = {"home_assistant.py", "registry.py"}
FILES = sorted(path for path in ROOM.glob("*.py") if path.name not in KNOWS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_home_assistant_is_imported(path: Path) -> None:
    """They run unchanged in a test, with a clock that is set by hand."""

    names = imported(ast.parse(path.read_text(encoding="utf-8")))
    assert not {n for n in names if n.split(".")[0] in ("homeassistant", "probatio")}
    outside = {n for n in names if n.startswith("..")}
    assert all(n.startswith("..heat_pump") for n in outside)
