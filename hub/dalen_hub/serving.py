"""What the other commands must know of the hub that a data folder belongs to.

`serve` writes it into the data folder, so that `invite` needs nothing but the
folder, also for the demo, which has no `hub.yaml`.
"""

from dataclasses import asdict, dataclass
import json
from pathlib import Path
from typing import Final, Self

from dalen_hub.config import HubConfig
from dalen_hub.errors import HubError

SERVING_FILE: Final = "serving.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """The public address and the transformers of a hub."""

    public_url: str
    trafos: tuple[str, ...]
    demo: bool = False

    @classmethod
    def of(cls, config: HubConfig, *, demo: bool = False) -> Self:
        """Return what a configuration says."""
        return cls(
            public_url=config.public_url,
            trafos=tuple(trafo.id for trafo in config.trafos),
            demo=demo,
        )


def write_serving(data_dir: Path, serving: Serving) -> None:
    """Write it into the data folder, at once."""
    draft = data_dir / f".{SERVING_FILE}"
    draft.write_text(json.dumps(asdict(serving)), encoding="utf-8")
    draft.replace(data_dir / SERVING_FILE)


def read_serving(data_dir: Path) -> Serving | None:
    """Return what the data folder says, None before the first `serve`."""
    path = data_dir / SERVING_FILE
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        return Serving(
            public_url=body["public_url"],
            trafos=tuple(body["trafos"]),
            demo=body["demo"],
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as err:
        raise HubError(
            f"{path} cannot be read. Delete it and start the hub once, or give"
            " --config."
        ) from err


def check_same_kind(data_dir: Path, *, demo: bool) -> None:
    """Raise ``HubError`` where a demo would mix with the homes of a real hub."""
    before = read_serving(data_dir)
    if before is not None and before.demo is not demo:
        kind = "a demo" if before.demo else "a hub that is no demo"
        raise HubError(f"{data_dir} belongs to {kind}. Choose another folder: --data.")
