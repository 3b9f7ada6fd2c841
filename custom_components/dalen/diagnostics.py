"""Diagnostics: all that a supporter needs, nothing that tells who or where."""

from dataclasses import asdict
from typing import Any, Final

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant

from .const import CONF_SERIAL
from .coordinator import HeatPumpCoordinator
from .house import DalenConfigEntry
from .neighbourhood import NeighbourhoodLink
from .registers import open_rows

TO_REDACT: Final = frozenset(
    {
        CONF_HOST,
        CONF_SERIAL,
        "base_url",
        "client_id",
        "client_secret",
        "collective",
        "event_id",
        "eventID",
        "clientName",
        "hub_name",
        "nudge_url",
        "order_id",
        "pairing_string",
        "program_id",
        "public_key",
        "trafo_name",
        "unique_id",
        "ven_id",
        "ven_name",
        "vtn_url",
    }
)


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: DalenConfigEntry
) -> dict[str, Any]:
    """Return what the house is, does and has decided."""
    house = entry.runtime_data
    data: dict[str, Any] = {
        "options": dict(entry.options),
        "schedule_enabled": house.schedule_enabled,
        "price_mode_enabled": house.price_mode_enabled,
        "heat_pumps": [_heat_pump(pump) for pump in house.heat_pumps.values()],
        "neighbourhoods": [_neighbourhood(link) for link in house.links.values()],
    }
    return async_redact_data(data, TO_REDACT)


def _heat_pump(coordinator: HeatPumpCoordinator) -> dict[str, Any]:
    """Return one heat pump: its settings, its last reading and its limits."""
    return {
        "settings": dict(coordinator.subentry.data),
        "answers": coordinator.last_update_success,
        "last_error": _error(coordinator.last_exception),
        "reading": None if coordinator.data is None else asdict(coordinator.data),
        "registers": [asdict(row) for row in open_rows(coordinator.adapter)],
        "control": coordinator.diagnostics(),
    }


def _neighbourhood(link: NeighbourhoodLink) -> dict[str, Any]:
    """Return the link with the hub: its settings, the plan and what waits."""
    return {
        "settings": dict(link.subentry.data),
        "answers": link.is_connected,
        # The text of the error names the host of the hub.
        "last_error": type(link.last_exception).__name__,
        **link.diagnostics(),
    }


def _error(err: BaseException | None) -> str | None:
    """Return the kind of the last error; its text can name the host."""
    return None if err is None else type(err).__name__
