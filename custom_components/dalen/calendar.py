"""The limits that are known ahead: today and tomorrow, as a calendar."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, override

from homeassistant.components.calendar import (
    CalendarEntity,
    CalendarEntityDescription,
    CalendarEvent,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util

from .agenda import Appointment, agenda
from .const import DOMAIN
from .coordinator import HeatPumpCoordinator
from .entity import HeatPumpEntity, async_add_per_heat_pump
from .house import DalenConfigEntry

PARALLEL_UPDATES = 0

LIMITS_AHEAD = CalendarEntityDescription(key="limits", translation_key="limits")

# Texts of states may hold no values; these may.
_SUMMARY: Final = f"component.{DOMAIN}.common.calendar_"


async def async_setup_entry(
    hass: HomeAssistant,
    entry: DalenConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the calendar of every heat pump that can be limited."""
    texts = await async_get_translations(hass, hass.config.language, "common", {DOMAIN})
    async_add_per_heat_pump(
        entry,
        async_add_entities,
        lambda pump: [LimitsCalendar(pump, texts)] if pump.can_be_limited else [],
    )


class LimitsCalendar(HeatPumpEntity, CalendarEntity):
    """When the heat pump will be limited, by whom and to what."""

    def __init__(
        self, coordinator: HeatPumpCoordinator, texts: Mapping[str, str]
    ) -> None:
        """Bind the calendar to its heat pump, with the words of the house."""
        super().__init__(coordinator, LIMITS_AHEAD)
        self._texts = texts

    @property
    @override
    def available(self) -> bool:
        """Return True: what is planned needs no answer of the heat pump."""
        return True

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """Return what holds now or comes next."""
        now = dt_util.utcnow()
        ahead = (item for item in self._agenda(now) if now < item.end)
        return next((self._event(item) for item in ahead), None)

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """Return what is known of this period; nobody keeps what is over."""
        return [
            self._event(item)
            for item in self._agenda(dt_util.utcnow())
            if item.start < end_date and start_date < item.end
        ]

    def _agenda(self, now: datetime) -> list[Appointment]:
        """Return all that is known ahead."""
        pump = self.coordinator
        return agenda(pump.engine.limits(now), pump.nameplate_w)

    def _event(self, item: Appointment) -> CalendarEvent:
        """Return an appointment in the words of the language of the house."""
        text = self._texts[f"{_SUMMARY}{item.source}"]
        return CalendarEvent(
            start=dt_util.as_local(item.start),
            end=dt_util.as_local(item.end),
            summary=text.replace("{limit_w}", f"{item.lowest_w:.0f}"),
            description="\n".join(
                f"{dt_util.as_local(step.start):%H:%M} {step.limit_w:.0f} W"
                for step in item.steps
            ),
        )
