"""An entity and the value that it is set to."""

from collections.abc import Mapping
from dataclasses import dataclass
import math
from typing import Any, Final

from .reading import UNAVAILABLE, UNKNOWN, EntityReading, finite

SWITCHES: Final = frozenset({"switch", "input_boolean"})
SELECTS: Final = frozenset({"select", "input_select"})
NUMBERS: Final = frozenset({"number", "input_number"})
CLIMATE: Final = "climate"

_SAME: Final = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """An action of Home Assistant with its data."""

    domain: str
    service: str
    data: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Return the name as Home Assistant shows it."""
        return f"{self.domain}.{self.service}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A value for an entity: on or off, an option, or a number in its own unit."""

    entity_id: str
    value: str | float

    def action(self) -> Action:
        """Return the action that sets it. Raises ValueError for other entities."""
        domain = self.entity_id.partition(".")[0]
        data: dict[str, Any] = {"entity_id": self.entity_id}
        if domain in SWITCHES:
            return Action(domain=domain, service=f"turn_{self.value}", data=data)
        if domain in SELECTS:
            data["option"] = self.value
            return Action(domain=domain, service="select_option", data=data)
        if domain in NUMBERS:
            data["value"] = self.value
            return Action(domain=domain, service="set_value", data=data)
        if domain == CLIMATE:
            data["temperature"] = self.value
            return Action(domain=domain, service="set_temperature", data=data)
        raise ValueError(f"{self.entity_id} cannot be set")

    def is_held(self, reading: EntityReading | None) -> bool | None:
        """Tell if the entity has this value; None when that is not known."""
        if reading is None or reading.state in (UNAVAILABLE, UNKNOWN):
            return None
        if isinstance(self.value, str):
            return reading.state == self.value
        held = set_value(reading)
        return None if held is None else math.isclose(held, self.value, abs_tol=_SAME)


def set_value(reading: EntityReading | None) -> float | None:
    """Return the number that an entity is set to; of a climate, its set point."""
    if reading is None:
        return None
    if reading.domain == CLIMATE:
        return finite(reading.attributes.get("temperature"))
    return finite(reading.state)
