"""Stand-ins for the two voice packages that the front end cannot start without.

The list of actions that Home Assistant's page asks for first imports all entity
components, and assist_pipeline with them. Its two packages have no wheels for every
machine and would ask for a compiler. Nothing calls the stand-ins.
"""

from pathlib import Path
from typing import Final

_STAND_INS: Final = {
    "pymicro_vad": "class MicroVad: ...\n",
    "pyspeex_noise": "class AudioProcessor: ...\n",
}


def make_stand_ins(folder: Path) -> Path:
    """Write the stand-ins below folder; return what belongs in PYTHONPATH."""
    path = folder / "no-voice"
    path.mkdir(exist_ok=True)
    for name, source in _STAND_INS.items():
        (path / f"{name}.py").write_text(source)
    return path
