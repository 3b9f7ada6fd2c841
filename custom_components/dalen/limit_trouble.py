"""Tell the resident what is in the way of a limit."""

from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN, LOGGER
from .limits import LimitEngine, LimitStatus

ISSUE_NOT_EFFECTIVE: Final = "limit_not_effective"


class LimitTrouble:
    """Say what is wrong once, and no more when it is over."""

    def __init__(self, hass: HomeAssistant, name: str, subentry_id: str) -> None:
        """Start without trouble."""
        self._hass = hass
        self._name = name
        self._issue_id = f"{ISSUE_NOT_EFFECTIVE}_{subentry_id}"
        self._is_overwritten = False

    def tell_if_overwritten(self, is_overwritten: bool) -> None:
        """Say once that something else changed the limit in the device."""
        if is_overwritten and not self._is_overwritten:
            LOGGER.warning(
                "%s: something else changed the limit in the heat pump. Dalen writes"
                " it again. Check for another system that controls the heat pump",
                self._name,
            )
        self._is_overwritten = is_overwritten

    @callback
    def tell_if_not_effective(self, status: LimitStatus, engine: LimitEngine) -> None:
        """Raise an issue while the heat pump does not follow its limit."""
        if status is not LimitStatus.NOT_EFFECTIVE:
            ir.async_delete_issue(self._hass, DOMAIN, self._issue_id)
            return
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._issue_id,
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=ISSUE_NOT_EFFECTIVE,
            translation_placeholders={
                "heat_pump": self._name,
                "limit_w": f"{engine.device.wanted_w or 0:.0f}",
            },
        )
