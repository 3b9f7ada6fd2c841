"""A house whose entities do what they are told, with a clock that is set by hand."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, override

from custom_components.dalen.entity_heat_pump.access import EntityAccess
from custom_components.dalen.entity_heat_pump.errors import ActionFailedError
from custom_components.dalen.entity_heat_pump.reading import EntityReading
from custom_components.dalen.entity_heat_pump.setting import Action

START = datetime(2026, 11, 23, 17, tzinfo=UTC)


@dataclass
class FakeHouse(EntityAccess):
    """Entities without Home Assistant."""

    now: datetime = START
    delay: timedelta = timedelta(0)
    """How long an entity takes to show what it was set to."""

    def __post_init__(self) -> None:
        """Start empty."""
        self.entities: dict[str, EntityReading] = {}
        self.actions: list[Action] = []
        self.broken = False
        self._waiting: list[tuple[datetime, str, str, dict[str, Any]]] = []

    def put(
        self, entity_id: str, state: object, unit: str | None = None, **attributes: Any
    ) -> None:
        """Make an entity, or give it another state."""
        old = self.entities.get(entity_id)
        is_same = old is not None and old.state == str(state)
        self.entities[entity_id] = EntityReading(
            entity_id=entity_id,
            state=str(state),
            reported=self.now,
            changed=old.changed if old is not None and is_same else self.now,
            unit=unit if old is None else unit or old.unit,
            attributes=attributes or ({} if old is None else old.attributes),
        )

    def age(self, entity_id: str, **passed: float) -> None:
        """Let an entity be silent for a while."""
        old = self.entities[entity_id]
        moment = self.now - timedelta(**passed)
        self.entities[entity_id] = replace(old, reported=moment, changed=moment)

    def later(self, **passed: float) -> datetime:
        """Let time pass, and return the new time."""
        self.now += timedelta(**passed)
        due = [row for row in self._waiting if row[0] <= self.now]
        self._waiting = [row for row in self._waiting if row[0] > self.now]
        for _, entity_id, state, attributes in due:
            self.put(entity_id, state, **attributes)
        return self.now

    @override
    def reading(self, entity_id: str) -> EntityReading | None:
        """Return the state of an entity."""
        return self.entities.get(entity_id)

    @override
    async def act(self, action: Action) -> None:
        """Do as told, at once or after the delay."""
        if self.broken:
            raise ActionFailedError(action.name, "no connection")
        self.actions.append(action)
        data = action.data
        if (entity_id := data.get("entity_id")) is None:
            return
        old = self.entities[entity_id]
        attributes = dict(old.attributes)
        state = old.state
        match action.service:
            case "turn_on" | "turn_off":
                state = action.service.removeprefix("turn_")
            case "select_option":
                state = data["option"]
            case "set_value":
                state = str(data["value"])
            case "set_temperature":
                attributes["temperature"] = data["temperature"]
        if self.delay:
            row = (self.now + self.delay, entity_id, state, attributes)
            self._waiting.append(row)
        else:
            self.put(entity_id, state, **attributes)
