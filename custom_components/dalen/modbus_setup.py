"""Heat pumps on Modbus, as they are kept in a subentry."""

from homeassistant.components.modbus import async_get_unit
from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryError, HomeAssistantError
from homeassistant.helpers import issue_registry as ir

from .const import CONF_UNIT_ID, DOMAIN
from .description import HeatPumpDescription, describe_profile
from .heat_pump import (
    ConnectionSettingsError,
    HeatPumpProfile,
    ModbusHeatPump,
    ProfileError,
)
from .heat_pump_data import CONF_METER, async_profile, modbus_heat_pump, modbus_params

ISSUE_PROFILE_MISSING = "profile_missing"


async def async_modbus_heat_pump(
    hass: HomeAssistant, entry: ConfigEntry, subentry: ConfigSubentry
) -> tuple[ModbusHeatPump, HeatPumpDescription] | None:
    """Return the adapter and what it tells, on a shared connection.

    None without its profile: then an issue says what to do, and the rest of the
    house works. Raises ConfigEntryError when the connection cannot be shared.
    """
    data = subentry.data
    issue_id = f"{ISSUE_PROFILE_MISSING}_{subentry.subentry_id}"
    try:
        profile: HeatPumpProfile = await async_profile(hass, data)
        params = modbus_params(profile, data)
    except (ProfileError, ConnectionSettingsError) as err:
        ir.async_create_issue(
            hass,
            DOMAIN,
            issue_id,
            is_fixable=False,
            severity=ir.IssueSeverity.ERROR,
            translation_key=ISSUE_PROFILE_MISSING,
            translation_placeholders={
                "heat_pump": subentry.title,
                "problem": str(err),
            },
        )
        return None
    ir.async_delete_issue(hass, DOMAIN, issue_id)
    try:
        unit = async_get_unit(hass, entry, params, data[CONF_UNIT_ID])
    except HomeAssistantError as err:
        raise ConfigEntryError(
            translation_domain=DOMAIN,
            translation_key="link_settings_in_use",
            translation_placeholders={"error": str(err)},
        ) from err
    description = describe_profile(profile, has_meter=CONF_METER in data)
    return modbus_heat_pump(hass, unit, profile, data), description
