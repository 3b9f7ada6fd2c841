"""Triggers: a limit was lowered, a limit was lifted, an emergency stop began.

They listen to the event entities of a heat pump, whatever their ids are.
"""

from typing import ClassVar, override

from homeassistant.components.event import DOMAIN as EVENT_DOMAIN
from homeassistant.components.event.const import EventEntityStateAttribute
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.trigger import (
    NotTriggeredReasonReporter,
    StatelessEntityTriggerBase,
    Trigger,
)

from .automation_target import own_entities
from .limit_changes import LimitChange, Phase


class LimitEventTrigger(StatelessEntityTriggerBase):
    """Fire when one kind of event entity tells one type of event."""

    _domain_specs = {EVENT_DOMAIN: DomainSpec()}
    _translation_key: ClassVar[str]
    _event_type: ClassVar[str]

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        """Return the event entities of this kind."""
        return own_entities(
            self._hass, super().entity_filter(entities), self._translation_key
        )

    @override
    def is_valid_state(
        self, state: State, report_not_triggered: NotTriggeredReasonReporter
    ) -> bool:
        """Tell if the last event is of this type."""
        last = state.attributes.get(EventEntityStateAttribute.EVENT_TYPE)
        return bool(last == self._event_type)


class LimitLowered(LimitEventTrigger):
    """A limit began, or became lower."""

    _translation_key = "limit_change"
    _event_type = LimitChange.LOWERED


class LimitLifted(LimitEventTrigger):
    """Nothing limits the heat pump any more."""

    _translation_key = "limit_change"
    _event_type = LimitChange.LIFTED


class EmergencyStarted(LimitEventTrigger):
    """An emergency stop began to hold."""

    _translation_key = "emergency_stop"
    _event_type = Phase.STARTED


TRIGGERS: dict[str, type[Trigger]] = {
    "emergency_started": EmergencyStarted,
    "limit_lifted": LimitLifted,
    "limit_lowered": LimitLowered,
}


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers of heat pumps."""
    return TRIGGERS
