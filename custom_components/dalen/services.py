"""Actions on one heat pump: limit, lift the limit, pause, resume, and report."""

from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.service import async_register_admin_service
from homeassistant.util import dt as dt_util
import probatio

from .commissioning import LANGUAGES
from .commissioning.files import FOLDER, write_files
from .commissioning.gather import async_gather
from .const import DOMAIN
from .coordinator import HeatPumpCoordinator
from .limits import PauseChoice

ATTR_POWER: Final = "power"
ATTR_DURATION: Final = "duration"
ATTR_CHOICE: Final = "choice"
ATTR_LANGUAGE: Final = "language"

MAX_DURATION: Final = timedelta(days=31)

_DEVICE: Final = {probatio.Required(ATTR_DEVICE_ID): cv.string}
_ONLY_DEVICE: Final = probatio.Schema(_DEVICE)
_A_WHILE: Final = probatio.All(
    cv.positive_time_period,
    probatio.Range(min=timedelta(seconds=1), max=MAX_DURATION),
)
_SET_LIMIT: Final = probatio.Schema(
    {
        **_DEVICE,
        probatio.Required(ATTR_POWER): probatio.All(
            probatio.Coerce(float), probatio.Range(min=0)
        ),
        probatio.Optional(ATTR_DURATION): _A_WHILE,
    }
)
_PAUSE: Final = probatio.Schema(
    {
        **_DEVICE,
        probatio.Exclusive(ATTR_CHOICE, "how_long"): probatio.Coerce(PauseChoice),
        probatio.Exclusive(ATTR_DURATION, "how_long"): _A_WHILE,
    }
)
_REPORT: Final = probatio.Schema(
    {**_DEVICE, probatio.Optional(ATTR_LANGUAGE): probatio.In(LANGUAGES)}
)

type Action = Callable[[HeatPumpCoordinator, ServiceCall], Awaitable[None]]


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions; they work for every house that is loaded."""
    actions: dict[str, tuple[Action, probatio.Schema]] = {
        "set_limit": (_async_set_limit, _SET_LIMIT),
        "clear_limit": (_async_clear_limit, _ONLY_DEVICE),
        "pause": (_async_pause, _PAUSE),
        "resume": (_async_resume, _ONLY_DEVICE),
    }
    for name, (action, schema) in actions.items():
        hass.services.async_register(DOMAIN, name, _on_heat_pump(action), schema)
    # It writes files, and tells what the installer needs.
    async_register_admin_service(
        hass,
        DOMAIN,
        "export_commissioning_report",
        _async_export_report,
        _REPORT,
        SupportsResponse.OPTIONAL,
    )


def _on_heat_pump(
    action: Action,
) -> Callable[[ServiceCall], Coroutine[Any, Any, None]]:
    """Return the handler that looks up the heat pump and acts on it."""

    async def async_handle(call: ServiceCall) -> None:
        """Act on the heat pump of the call."""
        pump = _heat_pump(call.hass, call.data[ATTR_DEVICE_ID])
        if not pump.can_be_limited:
            raise _invalid("not_a_heat_pump", device=pump.name)
        await action(pump, call)

    return async_handle


async def _async_set_limit(pump: HeatPumpCoordinator, call: ServiceCall) -> None:
    """Limit the heat pump, for a while or until the resident lifts it."""
    limit_w: float = call.data[ATTR_POWER]
    # Also refuses what is no number.
    if not limit_w <= pump.nameplate_w:
        raise _invalid(
            "power_above_nameplate",
            power_w=f"{limit_w:.0f}",
            nameplate_w=f"{pump.nameplate_w:.0f}",
        )
    await pump.async_set_resident_limit(limit_w, call.data.get(ATTR_DURATION))


async def _async_clear_limit(pump: HeatPumpCoordinator, call: ServiceCall) -> None:
    """Lift the limit of the resident; those of others stay."""
    await pump.async_set_resident_limit(pump.nameplate_w)


async def _async_pause(pump: HeatPumpCoordinator, call: ServiceCall) -> None:
    """Release the heat pump."""
    choice = call.data.get(ATTR_CHOICE, PauseChoice.UNTIL_RESUMED)
    await pump.async_pause(call.data.get(ATTR_DURATION, choice))


async def _async_resume(pump: HeatPumpCoordinator, call: ServiceCall) -> None:
    """Let limits hold again."""
    await pump.async_resume()


async def _async_export_report(call: ServiceCall) -> ServiceResponse:
    """Write the commissioning report of a heat pump, and return it."""
    hass = call.hass
    report = await async_gather(hass, _heat_pump(hass, call.data[ATTR_DEVICE_ID]))
    language = call.data.get(ATTR_LANGUAGE, hass.config.language)
    folder = Path(hass.config.path(*FOLDER))
    zone = dt_util.get_default_time_zone()
    try:
        files = await hass.async_add_executor_job(
            write_files, report, folder, language, zone
        )
    except OSError as err:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="report_not_written",
            translation_placeholders={"folder": str(folder), "error": str(err)},
        ) from err
    return {"report": report.as_json(), "files": [str(file) for file in files]}


def _heat_pump(hass: HomeAssistant, device_id: str) -> HeatPumpCoordinator:
    """Return the heat pump that a device stands for.

    Raises ServiceValidationError when it stands for none that runs now.
    """
    device = dr.async_get(hass).async_get(device_id)
    if device is None:
        raise _invalid("device_not_found", device_id=device_id)
    subentry_ids = {key for domain, key in device.identifiers if domain == DOMAIN}
    name = device.name_by_user or device.name or device_id
    for entry in hass.config_entries.async_entries(DOMAIN):
        if not subentry_ids & entry.subentries.keys():
            continue
        if entry.state is not ConfigEntryState.LOADED:
            raise _invalid("house_not_loaded", device=name)
        for subentry_id, pump in entry.runtime_data.heat_pumps.items():
            if subentry_id in subentry_ids:
                found: HeatPumpCoordinator = pump
                return found
    raise _invalid("not_a_heat_pump", device=name)


def _invalid(key: str, **placeholders: str) -> ServiceValidationError:
    """Return the error that tells what is wrong with the call."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )
