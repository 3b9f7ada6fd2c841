"""What an installer or a resident does to a heat pump by one press."""

from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import HeatPumpCoordinator
from .entity import HeatPumpEntity, async_add_per_heat_pump
from .house import DalenConfigEntry
from .write_test_run import WriteTestRun

PARALLEL_UPDATES = 1

RESUME = ButtonEntityDescription(key="resume", translation_key="resume")
WRITE_TEST = ButtonEntityDescription(
    key="write_test",
    translation_key="write_test",
    entity_category=EntityCategory.DIAGNOSTIC,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: DalenConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the buttons of every heat pump that can be limited."""
    async_add_per_heat_pump(entry, async_add_entities, _buttons)


def _buttons(coordinator: HeatPumpCoordinator) -> list[ButtonEntity]:
    """Return the buttons of one heat pump."""
    if not coordinator.can_be_limited:
        return []
    return [ResumeButton(coordinator), WriteTestButton(coordinator)]


class ResumeButton(HeatPumpEntity, ButtonEntity):
    """End the pause."""

    def __init__(self, coordinator: HeatPumpCoordinator) -> None:
        """Bind the button to its heat pump."""
        super().__init__(coordinator, RESUME)

    @property
    @override
    def available(self) -> bool:
        """Return True: a resident can resume a heat pump that does not answer."""
        return True

    @override
    async def async_press(self) -> None:
        """Let limits hold again."""
        await self.coordinator.async_resume()


class WriteTestButton(HeatPumpEntity, ButtonEntity):
    """Prove that the limit works; the sensor of the test tells what was found."""

    def __init__(self, coordinator: HeatPumpCoordinator) -> None:
        """Bind the button to its heat pump."""
        super().__init__(coordinator, WRITE_TEST)
        self._run = WriteTestRun(coordinator.hass, coordinator)

    @override
    async def async_press(self) -> None:
        """Start the test, which goes on by itself."""
        self._run.async_start()
