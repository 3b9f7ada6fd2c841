"""What happens to the limit of a heat pump, as events for the logbook.

The house decides whether or not the heat pump answers, so these entities are
always there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import HeatPumpCoordinator
from .entity import HeatPumpEntity, async_add_per_heat_pump
from .house import DalenConfigEntry
from .limit_changes import (
    LimitChange,
    Phase,
    emergency_change,
    limit_change,
    release_change,
)
from .limits import EffectiveLimit

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class LimitEventDescription(EventEntityDescription):
    """A kind of change between two decisions."""

    change_fn: Callable[[EffectiveLimit, EffectiveLimit], str | None]
    details_fn: Callable[[EffectiveLimit], Mapping[str, Any]]


def _limit_details(effective: EffectiveLimit) -> Mapping[str, Any]:
    """Return what a limit is and who set it."""
    until = effective.until
    return {
        "limit_w": effective.limit_w,
        "source": effective.source,
        "until": None if until is None else until.isoformat(),
    }


LIMIT_EVENTS: tuple[LimitEventDescription, ...] = (
    LimitEventDescription(
        key="limit_change",
        translation_key="limit_change",
        event_types=list(LimitChange),
        change_fn=limit_change,
        details_fn=_limit_details,
    ),
    LimitEventDescription(
        key="emergency_stop",
        translation_key="emergency_stop",
        event_types=list(Phase),
        change_fn=emergency_change,
        details_fn=_limit_details,
    ),
    LimitEventDescription(
        key="release",
        translation_key="release",
        event_types=list(Phase),
        change_fn=release_change,
        details_fn=lambda effective: {"reason": effective.released_by},
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: DalenConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the events of every heat pump that can be limited."""
    async_add_per_heat_pump(entry, async_add_entities, _events)


def _events(coordinator: HeatPumpCoordinator) -> list[EventEntity]:
    """Return the events of one heat pump; none where nothing is limited."""
    if not coordinator.can_be_limited:
        return []
    return [LimitEvent(coordinator, about) for about in LIMIT_EVENTS]


class LimitEvent(HeatPumpEntity, EventEntity):
    """One kind of change; what held when the house started is no change."""

    entity_description: LimitEventDescription

    def __init__(
        self, coordinator: HeatPumpCoordinator, description: LimitEventDescription
    ) -> None:
        """Begin with what holds now."""
        super().__init__(coordinator, description)
        self._known = coordinator.effective

    @property
    @override
    def available(self) -> bool:
        """Return True: a decision needs no answer of the heat pump."""
        return True

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Fire if the last decision changed something."""
        before, self._known = self._known, self.coordinator.effective
        about = self.entity_description
        if (change := about.change_fn(before, self._known)) is not None:
            self._trigger_event(change, dict(about.details_fn(self._known)))
        super()._handle_coordinator_update()
