"""JSON that is made once: what is stored is also what is sent."""

from dataclasses import dataclass
import json
from typing import Any


@dataclass(frozen=True, slots=True)
class JsonText:
    """A JSON value as text. A column of JSON takes it as it is."""

    text: str

    def value(self) -> Any:
        """Return what the text says."""
        return json.loads(self.text)


def to_json(value: Any) -> str:
    """Return the JSON of a value, without spaces."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def dump_json(value: Any) -> str:
    """Return what a column of JSON keeps."""
    return value.text if isinstance(value, JsonText) else to_json(value)
