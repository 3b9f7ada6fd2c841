"""Offer to repair a heat pump of which long numbers come with their words swapped.

Some devices change the order with their firmware or in a menu.
"""

from pathlib import Path
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import CONF_PROFILE, DOMAIN
from .coordinator import HeatPumpCoordinator
from .heat_pump import WrongWordOrderError
from .heat_pump.right_order import variants_with_order
from .heat_pump_data import CONF_VARIANT, own_folder

ISSUE_WORD_ORDER: Final = "wrong_word_order"
ISSUE_WORD_ORDER_UNKNOWN: Final = "wrong_word_order_unknown"


@callback
def async_watch_word_order(
    hass: HomeAssistant, coordinator: HeatPumpCoordinator
) -> CALLBACK_TYPE:
    """Raise an issue while the words are swapped; return how to stop."""
    issue_id = f"{ISSUE_WORD_ORDER}_{coordinator.subentry.subentry_id}"

    @callback
    def async_look() -> None:
        """Look at how the last reading went."""
        error = getattr(coordinator.last_exception, "__cause__", None)
        if coordinator.last_update_success:
            ir.async_delete_issue(hass, DOMAIN, issue_id)
        elif isinstance(error, WrongWordOrderError):
            coordinator.config_entry.async_create_task(
                hass, _async_tell(hass, coordinator, issue_id, error), issue_id
            )

    return coordinator.async_add_listener(async_look)


async def _async_tell(
    hass: HomeAssistant,
    coordinator: HeatPumpCoordinator,
    issue_id: str,
    error: WrongWordOrderError,
) -> None:
    """Raise the issue, with the repair when there is a variant that fits."""
    data = coordinator.subentry.data
    folder: Path = own_folder(hass)
    variants: tuple[str | None, ...] = await hass.async_add_executor_job(
        variants_with_order, data[CONF_PROFILE], error.right_order, folder
    )
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id,
        data={
            "entry_id": coordinator.config_entry.entry_id,
            "subentry_id": coordinator.subentry.subentry_id,
            CONF_VARIANT: next(iter(variants), None),
        },
        is_fixable=bool(variants),
        severity=ir.IssueSeverity.ERROR,
        translation_key=ISSUE_WORD_ORDER if variants else ISSUE_WORD_ORDER_UNKNOWN,
        translation_placeholders={
            "heat_pump": coordinator.name,
            "detail": str(error.values[0]),
        },
    )
