"""The device profiles to choose from, and what is wrong with the owner's files."""

from collections.abc import Iterable
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN
from .heat_pump import ProfileFault, ProfileLibrary, read_library
from .heat_pump.profile_library import read_faults
from .heat_pump_data import own_folder

ISSUE_OWN_PROFILE: Final = "own_profile"


async def async_read_library(hass: HomeAssistant) -> ProfileLibrary:
    """Return all profiles, and tell which files of the owner cannot be used."""
    library: ProfileLibrary = await hass.async_add_executor_job(
        read_library, own_folder(hass)
    )
    _tell(hass, library.faults)
    return library


async def async_check_own_profiles(hass: HomeAssistant) -> None:
    """Tell which files of the owner cannot be used, and no more of the others."""
    _tell(hass, await hass.async_add_executor_job(read_faults, own_folder(hass)))


@callback
def _tell(hass: HomeAssistant, faults: Iterable[ProfileFault]) -> None:
    """Have one issue for each file that is wrong now."""
    wrong = {f"{ISSUE_OWN_PROFILE}_{fault.file}": fault for fault in faults}
    told = {
        issue_id
        for domain, issue_id in ir.async_get(hass).issues
        if domain == DOMAIN and issue_id.startswith(f"{ISSUE_OWN_PROFILE}_")
    }
    for issue_id in told - wrong.keys():
        ir.async_delete_issue(hass, DOMAIN, issue_id)
    for issue_id, fault in wrong.items():
        ir.async_create_issue(
            hass,
            DOMAIN,
            issue_id,
            is_fixable=False,
            severity=ir.IssueSeverity.ERROR,
            translation_key=ISSUE_OWN_PROFILE,
            translation_placeholders={"file": fault.file, "problem": fault.message},
        )
