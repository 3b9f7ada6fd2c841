"""The pause of the resident: it wins over every limit but that of the installer."""

from typing import Final, override

from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import HeatPumpCoordinator
from .entity import HeatPumpEntity, async_add_per_heat_pump
from .house import DalenConfigEntry
from .limits import PauseChoice

PARALLEL_UPDATES = 1

NO_PAUSE: Final = "none"
OWN_LENGTH: Final = "own_length"
"""A pause that an action began; nobody can choose it here."""

_OPTIONS: Final = [NO_PAUSE, *PauseChoice]

PAUSE = SelectEntityDescription(key="pause", translation_key="pause")


async def async_setup_entry(
    hass: HomeAssistant,
    entry: DalenConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the pause of every heat pump that can be limited."""
    async_add_per_heat_pump(
        entry,
        async_add_entities,
        lambda pump: [PauseSelect(pump)] if pump.can_be_limited else [],
    )


class PauseSelect(HeatPumpEntity, SelectEntity):
    """For how long the heat pump is released."""

    def __init__(self, coordinator: HeatPumpCoordinator) -> None:
        """Bind the pause to its heat pump."""
        super().__init__(coordinator, PAUSE)

    @property
    @override
    def available(self) -> bool:
        """Return True: a resident can pause a heat pump that does not answer."""
        return True

    @property
    @override
    def options(self) -> list[str]:
        """Return the choices, with that of now."""
        current = self.current_option
        return _OPTIONS if current in _OPTIONS else [*_OPTIONS, current]

    @property
    @override
    def current_option(self) -> str:
        """Return what the resident chose, until it is over."""
        if (pause := self.coordinator.pause) is None:
            return NO_PAUSE
        return pause.choice or OWN_LENGTH

    @override
    async def async_select_option(self, option: str) -> None:
        """Pause from now on, or resume."""
        if option == NO_PAUSE:
            await self.coordinator.async_resume()
        elif option != OWN_LENGTH:
            await self.coordinator.async_pause(PauseChoice(option))
