"""Real entities and actions of Home Assistant."""

import asyncio
from unittest.mock import patch

from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest

from custom_components.dalen.entity_heat_pump.errors import (
    ActionFailedError,
    ActionRefusedError,
)
from custom_components.dalen.entity_heat_pump.factory import make_heat_pump
from custom_components.dalen.entity_heat_pump.home_assistant import (
    HomeAssistantEntities,
)
from custom_components.dalen.entity_heat_pump.limiter import Powers
from custom_components.dalen.entity_heat_pump.reading import temperature_c
from custom_components.dalen.entity_heat_pump.registry import (
    platform_of,
    registered_entities,
)
from custom_components.dalen.entity_heat_pump.setting import Action, Setting


@pytest.fixture
async def helpers(hass: HomeAssistant) -> None:
    """Set up one helper of each kind."""
    configs = {
        "input_number": {
            "limit": {
                "min": 0,
                "max": 3,
                "step": 0.1,
                "initial": 3,
                "unit_of_measurement": "kW",
            },
            "power": {
                "min": 0,
                "max": 9000,
                "initial": 1450,
                "unit_of_measurement": "W",
            },
        },
        "input_boolean": {"relay": {"initial": False}},
        "input_select": {"mode": {"options": ["off", "block"], "initial": "off"}},
    }
    for domain, config in configs.items():
        assert await async_setup_component(hass, domain, {domain: config})


@pytest.mark.usefixtures("helpers")
@pytest.mark.parametrize(
    ("entity_id", "value"),
    [
        ("input_number.limit", 0.7),
        ("input_boolean.relay", "on"),
        ("input_select.mode", "block"),
    ],
)
async def test_every_kind_is_set(
    hass: HomeAssistant, entity_id: str, value: str | float
) -> None:
    """And shows it."""
    access = HomeAssistantEntities(hass)
    setting = Setting(entity_id=entity_id, value=value)
    assert setting.is_held(access.reading(entity_id)) is False
    await access.act(setting.action())
    assert setting.is_held(access.reading(entity_id)) is True


async def test_a_real_thermostat(hass: HomeAssistant) -> None:
    """Its set point is set, and its temperature is in the unit of the house."""
    hass.states.async_set("sensor.room", "20.5", {"unit_of_measurement": "°C"})
    assert await async_setup_component(
        hass,
        "climate",
        {
            "climate": {
                "platform": "generic_thermostat",
                "name": "Room",
                "heater": "switch.heater",
                "target_sensor": "sensor.room",
                "target_temp": 20,
            }
        },
    )
    await hass.async_block_till_done()
    access = HomeAssistantEntities(hass)
    reading = access.reading("climate.room")
    assert temperature_c(reading) == 20.5
    setting = Setting(entity_id="climate.room", value=18.0)
    assert setting.is_held(reading) is False
    await access.act(setting.action())
    assert setting.is_held(access.reading("climate.room")) is True


@pytest.mark.usefixtures("helpers")
async def test_a_heat_pump_of_helpers(hass: HomeAssistant) -> None:
    """In kilowatts, rounded down to what the number takes."""
    heat_pump = make_heat_pump(
        HomeAssistantEntities(hass),
        {
            "power_entity": "input_number.power",
            "limit": {
                "type": "watts",
                "entity_id": "input_number.limit",
                "range": {"unit": "kW", "low": 0, "high": 3, "step": 0.1},
                "free": 3,
            },
        },
        Powers(nameplate_w=3000, minimum_w=400),
        dt_util.utcnow,
    )
    assert (await heat_pump.read(dt_util.utcnow())).electric_w == 1450
    assert await heat_pump.set_limit(777) == pytest.approx(700)
    assert (await heat_pump.read(dt_util.utcnow())).limit_readback_w == 700
    await heat_pump.set_limit(None)
    assert (await heat_pump.read(dt_util.utcnow())).limit_readback_w is None


@pytest.mark.usefixtures("helpers")
async def test_what_home_assistant_refuses(hass: HomeAssistant) -> None:
    """An action that is not there, and data that make no sense."""
    access = HomeAssistantEntities(hass)
    refused = [
        Action(domain="opentherm_gw", service="set_max_modulation", data={}),
        Action(domain="input_number", service="set_value", data={"value": "x"}),
    ]
    for action in refused:
        with pytest.raises(ActionRefusedError, match=action.name):
            await access.act(action)


@pytest.mark.parametrize(
    ("raised", "error"),
    [
        (HomeAssistantError("no link"), ActionFailedError),
        (ServiceValidationError("not now"), ActionRefusedError),
    ],
)
async def test_errors_of_the_other_integration(
    hass: HomeAssistant, raised: Exception, error: type[Exception]
) -> None:
    """Come out as errors of a heat pump, with their text."""

    async def fail(call: ServiceCall) -> None:
        raise raised

    hass.services.async_register("other", "set", fail)
    with pytest.raises(error, match=str(raised)):
        await HomeAssistantEntities(hass).act(
            Action(domain="other", service="set", data={})
        )


async def test_an_integration_that_hangs(hass: HomeAssistant) -> None:
    """Is given up after a while."""
    never = asyncio.Event()

    async def hang(call: ServiceCall) -> None:
        await never.wait()

    hass.services.async_register("other", "set", hang)
    target = "custom_components.dalen.entity_heat_pump.home_assistant.ACTION_TIMEOUT_S"
    with patch(target, 0.01), pytest.raises(ActionFailedError, match="no answer"):
        await HomeAssistantEntities(hass).act(
            Action(domain="other", service="set", data={})
        )


async def test_the_registry(hass: HomeAssistant) -> None:
    """Entities that are switched off are there too."""
    registry = er.async_get(hass)
    registry.async_get_or_create("sensor", "quatt", "a", suggested_object_id="on")
    registry.async_get_or_create(
        "sensor", "quatt", "b", disabled_by=er.RegistryEntryDisabler.INTEGRATION
    )
    found = {
        entity.unique_id: entity.is_disabled for entity in registered_entities(hass)
    }
    assert found == {"a": False, "b": True}
    assert platform_of(hass, "sensor.on") == "quatt"
    assert platform_of(hass, "sensor.unknown") is None
