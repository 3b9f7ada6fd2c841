"""Short ways to make and to drive a house."""

import asyncio
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
import time
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigSubentryData
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from ..heat_pump.modbus_server import HOST
from ..openadr.vtn_server import CLIENT_ID, CLIENT_SECRET
from .hub_server import PUBLIC_KEY, HubServer

NUMBER = "number.heat_pump_power_limit"
POWER = "sensor.heat_pump_electric_power"
LIMIT = "sensor.heat_pump_effective_limit"
SOURCE = "sensor.heat_pump_limit_source"
STATUS = "sensor.heat_pump_limit_status"
UNTIL = "sensor.heat_pump_limited_until"
PAUSE = "select.heat_pump_pause"
LIMITED = "binary_sensor.heat_pump_limited"
CONNECTED = "binary_sensor.neighbourhood_hub_connected"

PUMP_ID = "pump-1"
HOOD_ID = "hood-1"
VTN_ID = "vtn-1"


def heat_pump_subentry(port: int, **data: Any) -> ConfigSubentryData:
    """Return the simulated heat pump at a port."""
    subentry_id = data.pop("subentry_id", PUMP_ID)
    return {
        "data": {
            "profile": "dalen_simulated",
            "serial": None,
            "host": HOST,
            "port": port,
            "unit_id": 1,
            "nameplate_w": 1500.0,
            "minimum_w": 410.0,
            "kind": "watts",
            "floor_w": 200.0,
            **data,
        },
        "subentry_id": subentry_id,
        "subentry_type": "heat_pump",
        "title": "Heat pump" if subentry_id == PUMP_ID else "Second heat pump",
        "unique_id": f"{HOST}:{port}:1",
    }  # type: ignore[typeddict-unknown-key]


def neighbourhood_subentry(hub: HubServer, **data: Any) -> ConfigSubentryData:
    """Return the membership of a hub."""
    return {
        "data": {
            **hub.membership(),
            "base_url": hub.origin,
            "tier": "T1",
            "valid_until": None,
            "hub_name": "Hub of Dalen",
            "collective": "Dalen Energy",
            "trafo_name": "Molenstraat",
            "public_key": b64encode(PUBLIC_KEY).decode(),
            "consent": {"text_id": "text-1", "sha256": "00", "language": "en"},
            **data,
        },
        "subentry_id": HOOD_ID,
        "subentry_type": "neighbourhood",
        "title": "Dalen Energy",
        "unique_id": "ven-1",
    }  # type: ignore[typeddict-unknown-key]


def vtn_subentry(vtn_url: str, **data: Any) -> ConfigSubentryData:
    """Return another OpenADR server that the house listens to."""
    return {
        "data": {
            "vtn_url": vtn_url,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "ven_name": "my-home",
            "program_id": "dalen-caps",
            "tier": None,
            "valid_until": None,
            "hub_name": "OpenADR 3",
            "collective": HOST,
            **data,
        },
        "subentry_id": VTN_ID,
        "subentry_type": "neighbourhood",
        "title": "Capacity",
        "unique_id": f"{vtn_url}#{CLIENT_ID}",
    }  # type: ignore[typeddict-unknown-key]


async def until(condition: Callable[[], bool]) -> None:
    """Wait for real servers to bring something about.

    The clock of the event loop stands still in most tests; that of a thread goes.
    """
    for _ in range(5000):
        if condition():
            return
        await asyncio.to_thread(time.sleep, 0.002)
    raise AssertionError("nothing happened")


async def set_up(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Set up the house."""
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()


def state_of(hass: HomeAssistant, entity_id: str) -> str:
    """Return the state of an entity that must be there."""
    state = hass.states.get(entity_id)
    assert state is not None, f"{entity_id} is not there"
    return state.state


async def pass_time(
    hass: HomeAssistant, freezer: Any, seconds: float, *, settle: bool = True
) -> None:
    """Let time pass at once, and wait for all that it starts.

    With a link for nudges there is no end to wait for: settle is False then.
    """
    freezer.tick(timedelta(seconds=seconds))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=settle)


async def limit_to(hass: HomeAssistant, watts: float) -> None:
    """Set the limit of the resident."""
    await hass.services.async_call(
        "number", "set_value", {"entity_id": NUMBER, "value": watts}, blocking=True
    )


async def pause_for(hass: HomeAssistant, choice: str) -> None:
    """Choose a pause as the resident."""
    await hass.services.async_call(
        "select",
        "select_option",
        {"entity_id": PAUSE, "option": choice},
        blocking=True,
    )


async def live_through(hass: HomeAssistant, freezer: Any, to: datetime) -> None:
    """Read the heat pump every ten seconds until a moment."""
    while (left := to - datetime.now(UTC)) > timedelta(0):
        await pass_time(hass, freezer, min(10.6, left.total_seconds()))
