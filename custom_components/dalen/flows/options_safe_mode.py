"""The screen of the safe mode: what holds when the hub stays silent."""

from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.helpers.selector import TimeSelector
import probatio

from ..const import CONF_SAFE_MODE, MAX_NAMEPLATE_W
from ..own_settings import (
    CONF_BELOW_C,
    CONF_END,
    CONF_LASTS,
    CONF_LIMIT_W,
    CONF_START,
    CONF_WHEN_SILENT,
    SILENT_LIMIT,
    SILENT_RELEASE,
)
from .options_base import HouseOptionsFlow, choice, number

WHEN_SILENT: Final = [SILENT_LIMIT, SILENT_RELEASE]


class SafeModeSteps(HouseOptionsFlow):
    """Ask for the safe mode."""

    async def async_step_safe_mode(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what holds when the stored plan of a silent hub is over."""
        if user_input is not None:
            return self._save(CONF_SAFE_MODE, user_input)
        return self.async_show_form(
            step_id="safe_mode",
            data_schema=self.add_suggested_values_to_schema(
                _schema(), self._kept(CONF_SAFE_MODE)
            ),
        )


def _schema() -> probatio.Schema:
    """Ask for the profile; the defaults are those of a Dutch winter evening."""
    return probatio.Schema(
        {
            probatio.Required(CONF_WHEN_SILENT, default=SILENT_LIMIT): choice(
                WHEN_SILENT, CONF_WHEN_SILENT
            ),
            probatio.Required(CONF_LIMIT_W, default=500): number(
                0, MAX_NAMEPLATE_W, 50, "W"
            ),
            probatio.Required(CONF_START, default="16:00:00"): TimeSelector(),
            probatio.Required(CONF_END, default="21:00:00"): TimeSelector(),
            probatio.Required(CONF_BELOW_C, default=5): number(-20, 20, 1, "°C"),
            probatio.Required(CONF_LASTS, default=7): number(0, 30, 1, "d"),
        }
    )
