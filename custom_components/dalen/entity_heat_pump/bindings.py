"""Which entity tells what of a heat pump."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

POWER: Final = "power_entity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bindings:
    """The ids of the entities; None where the house has no such entity."""

    power_entity: str | None = None
    thermal_entity: str | None = None
    boiler_entity: str | None = None
    defrost_entity: str | None = None
    outdoor_entity: str | None = None
    flow_entity: str | None = None
    return_entity: str | None = None
    room_entity: str | None = None

    def named(self) -> tuple[tuple[str, str], ...]:
        """Return the names and ids of the entities that there are."""
        pairs = ((name, getattr(self, name)) for name in BINDING_NAMES)
        return tuple((name, entity_id) for name, entity_id in pairs if entity_id)

    @property
    def told(self) -> frozenset[str]:
        """Return the fields of a state that these entities tell."""
        return frozenset().union(*(_TOLD[name] for name, _ in self.named()))


BINDING_NAMES: Final = tuple(field.name for field in fields(Bindings))

_TOLD: Final[Mapping[str, frozenset[str]]] = {
    "power_entity": frozenset({"electric_w"}),
    "thermal_entity": frozenset({"thermal_w"}),
    "boiler_entity": frozenset({"boiler_on", "boiler_w"}),
    "defrost_entity": frozenset({"defrost"}),
    "outdoor_entity": frozenset({"outdoor_c"}),
    "flow_entity": frozenset({"flow_c"}),
    "return_entity": frozenset({"return_c"}),
    "room_entity": frozenset({"room_c"}),
}


def read_bindings(data: Mapping[str, Any]) -> Bindings:
    """Return the entities that are kept with a heat pump."""
    return Bindings(**{name: data[name] for name in BINDING_NAMES if data.get(name)})
