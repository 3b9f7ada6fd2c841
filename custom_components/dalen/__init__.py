"""Dalen: hybrid heat pumps that draw less when the neighbourhood is full.

The config entry is the house. Its heat pumps and its membership of a
neighbourhood are subentries. A heat pump is a Modbus device whose connection
belongs to the ``modbus`` integration; this integration borrows a unit of it. Or
it is a set of entities of another integration, or a contact behind a switch.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import Platform
from homeassistant.core import HassJob, HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import ConfigType

from .const import (
    CONF_CONNECTION,
    CONF_TIER,
    CONF_VALID_UNTIL,
    DOMAIN,
    SUBENTRY_HEAT_PUMP,
    SUBENTRY_NEIGHBOURHOOD,
    Connection,
)
from .coordinator import HeatPumpCoordinator
from .entity_renames import async_follow_renames
from .entity_setup import describe_entities, entity_heat_pump
from .heat_pump_data import CONF_WRITE_TEST
from .house import DalenConfigEntry, House
from .membership import async_leave, membership_of
from .modbus_setup import async_modbus_heat_pump
from .neighbourhood import NeighbourhoodLink, PumpOrders
from .own_profiles import async_check_own_profiles
from .own_settings import OwnSettings
from .own_value import OwnValue
from .pairing import Membership
from .services import async_setup_services
from .storage import HouseStore
from .word_order_issue import async_watch_word_order

PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.CALENDAR,
    Platform.EVENT,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
]
CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register the actions, which are there before any house is."""
    async_setup_services(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: DalenConfigEntry) -> bool:
    """Set up the house.

    A heat pump that does not answer keeps nothing else from working: its
    entities are unavailable until it answers.
    """
    store = HouseStore(hass, entry.entry_id)
    gone = await store.async_load(set(entry.subentries))
    own = OwnValue(hass, OwnSettings.read(entry.options), store)
    await async_check_own_profiles(hass)
    heat_pumps = {
        subentry.subentry_id: heat_pump
        for subentry in entry.get_subentries_of_type(SUBENTRY_HEAT_PUMP)
        if (heat_pump := await _async_heat_pump(hass, entry, subentry, store, own))
    }
    links = _links(hass, entry, heat_pumps, store)
    entry.runtime_data = House(
        heat_pumps=heat_pumps, links=links, store=store, own=own, plan=_plan(entry)
    )
    for link in links.values():
        link.async_start()
    await asyncio.gather(*(pump.async_refresh() for pump in heat_pumps.values()))
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)

    # Before the stop is announced: then other integrations close their devices.
    entry.async_on_unload(
        hass.async_add_shutdown_job(
            HassJob(_async_release, "release the heat pumps"), entry.runtime_data
        )
    )
    entry.async_on_unload(entry.add_update_listener(_async_entry_updated))
    entry.async_on_unload(async_follow_renames(hass, entry))
    for section in gone:
        if membership := section.get("membership"):
            entry.async_create_background_task(
                hass, async_leave(hass, Membership.read(membership)), "leave the hub"
            )
    return True


async def async_unload_entry(hass: HomeAssistant, entry: DalenConfigEntry) -> bool:
    """Unload the house, and leave no limit behind in a heat pump."""
    if not await hass.config_entries.async_unload_platforms(entry, PLATFORMS):
        return False
    await _async_release(entry.runtime_data)
    await entry.runtime_data.store.async_flush()
    return True


async def async_remove_entry(hass: HomeAssistant, entry: DalenConfigEntry) -> None:
    """Leave the hub, and forget what was stored."""
    for subentry in entry.get_subentries_of_type(SUBENTRY_NEIGHBOURHOOD):
        await async_leave(hass, membership_of(subentry.data))
    await HouseStore(hass, entry.entry_id).async_remove()


async def _async_heat_pump(
    hass: HomeAssistant,
    entry: ConfigEntry,
    subentry: ConfigSubentry,
    store: HouseStore,
    own: OwnValue,
) -> HeatPumpCoordinator | None:
    """Return the coordinator of one heat pump; None without its device profile."""
    data = subentry.data
    if data.get(CONF_CONNECTION, Connection.MODBUS) != Connection.MODBUS:
        return HeatPumpCoordinator(
            hass,
            entry,
            subentry,
            entity_heat_pump(hass, data),
            describe_entities(data),
            store,
            own,
        )
    if (found := await async_modbus_heat_pump(hass, entry, subentry)) is None:
        return None
    coordinator = HeatPumpCoordinator(hass, entry, subentry, *found, store, own)
    entry.async_on_unload(async_watch_word_order(hass, coordinator))
    return coordinator


def _links(
    hass: HomeAssistant,
    entry: ConfigEntry,
    heat_pumps: Mapping[str, HeatPumpCoordinator],
    store: HouseStore,
) -> dict[str, NeighbourhoodLink]:
    """Return the links with the hub and with other servers, if there are any.

    They are about the heat pumps that can be limited. One beside them that is only
    monitored is load that nobody steers.
    """
    if not heat_pumps:
        return {}
    steered = {key: pump for key, pump in heat_pumps.items() if pump.can_be_limited}
    pumps = steered or heat_pumps
    servers = {
        subentry.subentry_id: subentry
        for subentry in entry.get_subentries_of_type(SUBENTRY_NEIGHBOURHOOD)
    }
    hubs = {key for key, server in servers.items() if membership_of(server.data)}
    pump_orders = PumpOrders(pumps.values(), hubs or servers.keys())
    return {
        key: NeighbourhoodLink(hass, entry, server, pumps, pump_orders, store)
        for key, server in servers.items()
    }


def _plan(entry: ConfigEntry) -> dict[str, Any]:
    """Return what the house is built from. What is shared is looked up when used."""
    looked_up = {CONF_TIER, CONF_VALID_UNTIL, CONF_WRITE_TEST}
    subentries = {
        subentry.subentry_id: {
            "title": subentry.title,
            **{key: subentry.data[key] for key in subentry.data.keys() - looked_up},
        }
        for subentry in entry.subentries.values()
    }
    return {"options": dict(entry.options), **subentries}


async def _async_entry_updated(hass: HomeAssistant, entry: DalenConfigEntry) -> None:
    """Build the house anew when a subentry came, went or changed."""
    if _plan(entry) != entry.runtime_data.plan:
        await hass.config_entries.async_reload(entry.entry_id)


async def _async_release(house: House) -> None:
    """Take the limits off all heat pumps."""
    for heat_pump in house.heat_pumps.values():
        await heat_pump.async_release()
