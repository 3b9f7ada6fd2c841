"""The options of the house: what it does for itself, and when the hub is silent."""

from typing import Any

from homeassistant.config_entries import ConfigFlowResult

from ..const import SUBENTRY_NEIGHBOURHOOD
from .options_comfort import ComfortSteps
from .options_prices import PriceSteps
from .options_safe_mode import SafeModeSteps
from .options_schedule import ScheduleSteps


class DalenOptionsFlow(ScheduleSteps, PriceSteps, ComfortSteps, SafeModeSteps):
    """Choose a subject, and change it."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what to change; without a hub there is nobody who can be silent."""
        has_hub = self.config_entry.get_subentries_of_type(SUBENTRY_NEIGHBOURHOOD)
        subjects = ["schedule", "prices", "comfort"]
        return self.async_show_menu(
            step_id="init",
            menu_options=[*subjects, "safe_mode"] if has_hub else subjects,
        )
