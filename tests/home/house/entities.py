"""Entities of other integrations, for houses and for screens."""

from typing import Any

from homeassistant.config_entries import ConfigSubentryData
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component

from custom_components.dalen.flows.entity_limit import entity_unique_id

from .houses import PUMP_ID

METER = "input_number.meter"
WATTS = "input_number.watts"
PERCENT = "input_number.percent"
WATER = "input_number.water"
AMPERE = "input_number.ampere"
RELAY = "input_boolean.relay"
SECOND_RELAY = "input_boolean.second_relay"
MODE = "input_select.mode"
ROOM = "climate.room"


def _number(high: float, initial: float, unit: str, low: float = 0) -> dict[str, Any]:
    return {"min": low, "max": high, "initial": initial, "unit_of_measurement": unit}


HELPERS: dict[str, dict[str, Any]] = {
    "input_number": {
        "meter": _number(99_000, 1450, "W"),
        "watts": _number(3000, 3000, "W"),
        "percent": _number(100, 100, "%", 20),
        "water": _number(70, 55, "°C", 20),
        "ampere": _number(16, 6, "A"),
    },
    "input_boolean": {"relay": {"initial": False}, "second_relay": {"initial": False}},
    "input_select": {"mode": {"options": ["off", "block"], "initial": "off"}},
}


async def make_helpers(hass: HomeAssistant) -> None:
    """Make one helper of each kind."""
    for domain, config in HELPERS.items():
        assert await async_setup_component(hass, domain, {domain: config})


async def make_thermostat(hass: HomeAssistant) -> None:
    """Make a thermostat of 20 °C."""
    hass.states.async_set("sensor.room", "20.5", {"unit_of_measurement": "°C"})
    config = {
        "platform": "generic_thermostat",
        "name": "Room",
        "heater": "input_boolean.heater",
        "target_sensor": "sensor.room",
        "target_temp": 20,
    }
    assert await async_setup_component(hass, "climate", {"climate": config})
    await hass.async_block_till_done()


def register(
    hass: HomeAssistant,
    entity_id: str,
    platform: str,
    unique_id: str,
    state: str | None,
    **attributes: Any,
) -> None:
    """Register an entity of an integration; without a state it is switched off."""
    domain, _, name = entity_id.partition(".")
    disabled = er.RegistryEntryDisabler.INTEGRATION if state is None else None
    er.async_get(hass).async_get_or_create(
        domain,
        platform,
        unique_id,
        suggested_object_id=name,
        disabled_by=disabled,
        config_entry=attributes.pop("config_entry", None),
    )
    if state is not None:
        hass.states.async_set(entity_id, state, attributes)


def entity_subentry(
    limit: dict[str, Any], connection: str = "entities", **data: Any
) -> ConfigSubentryData:
    """Return a heat pump that is connected through entities."""
    return {
        "data": {
            "connection": connection,
            "power_entity": METER,
            "limit": limit,
            "nameplate_w": 2500.0,
            "minimum_w": 400.0,
            "floor_w": 200.0,
            **data,
        },
        "subentry_id": PUMP_ID,
        "subentry_type": "heat_pump",
        "title": "Heat pump",
        "unique_id": entity_unique_id({"power_entity": METER, "limit": limit}),
    }  # type: ignore[typeddict-unknown-key]


WATTS_LIMIT = {
    "type": "watts",
    "entity_id": WATTS,
    "range": {"unit": "W", "low": 0, "high": 3000, "step": 1},
    "free": 3000,
}
RELAY_LIMIT = {
    "type": "block",
    "kind": "contact",
    "block": [{"entity_id": RELAY, "value": "on"}],
    "free": [{"entity_id": RELAY, "value": "off"}],
    "times": {"hold_s": 600, "pause_s": 600, "longest_s": 7200},
}
