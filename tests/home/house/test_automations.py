"""Automations of Home Assistant with the triggers and the condition of Dalen."""

from datetime import UTC, datetime
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers.condition import async_get_all_descriptions as conditions
from homeassistant.helpers.trigger import async_get_all_descriptions as triggers
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_service,
)

from ..openadr.builders import caps_json, stop_json
from .houses import (
    CONNECTED,
    PUMP_ID,
    limit_to,
    pass_time,
    pause_for,
    set_up,
    state_of,
    until,
)
from .hub_server import HubServer
from .test_events import CHANGE
from .test_services import devices

pytestmark = pytest.mark.usefixtures("modbus")


@pytest.fixture(autouse=True)
def start_of_evening(freezer: FrozenDateTimeFactory) -> None:
    """Begin in the first interval of the events."""
    freezer.move_to(datetime(2026, 11, 23, 16, 7, 30, tzinfo=UTC))


@pytest.fixture
def told(hass: HomeAssistant) -> list[ServiceCall]:
    """Return what automations told."""
    return async_mock_service(hass, "test", "tell")


async def automate(hass: HomeAssistant, *triggers: str, **more: Any) -> None:
    """Make an automation that tells which trigger fired for the heat pump."""
    (device_id,) = devices(hass, PUMP_ID)
    automation = {
        "alias": "Tell",
        "triggers": [
            {"trigger": f"dalen.{key}", "target": {"device_id": device_id}, "id": key}
            for key in triggers
        ],
        "actions": [
            {
                "action": "test.tell",
                "data": {"id": "{{ trigger.id }}", "entity": "{{ trigger.entity_id }}"},
            }
        ],
        **more,
    }
    assert await async_setup_component(hass, "automation", {"automation": automation})
    assert hass.states.get("automation.tell") is not None


async def test_a_lowered_and_a_lifted_limit(
    hass: HomeAssistant, house: MockConfigEntry, told: list[ServiceCall]
) -> None:
    """The device is enough to name; a raised limit is neither."""
    await set_up(hass, house)
    await automate(hass, "limit_lowered", "limit_lifted", "emergency_started")
    await limit_to(hass, 600)
    await limit_to(hass, 500)
    await limit_to(hass, 700)
    await limit_to(hass, 1500)
    await hass.async_block_till_done()
    assert [call.data["id"] for call in told] == [
        "limit_lowered",
        "limit_lowered",
        "limit_lifted",
    ]
    assert told[0].data["entity"] == CHANGE


async def test_an_emergency_stop(
    hass: HomeAssistant,
    member: MockConfigEntry,
    hub: HubServer,
    freezer: FrozenDateTimeFactory,
    told: list[ServiceCall],
) -> None:
    """It fires when the stop holds, once. The end of a release is not a start."""
    hub.events = [caps_json(0.6, 0.6, 0.6, 0.6)]
    await set_up(hass, member)
    await until(lambda: state_of(hass, CONNECTED) == "on")
    await automate(hass, "emergency_started")
    hub.events.append(stop_json(programID="dalen-caps"))
    await pass_time(hass, freezer, 75, settle=False)
    await until(lambda: len(told) == 1)
    await pause_for(hass, "one_hour")
    await pass_time(hass, freezer, 75, settle=False)
    assert [call.data["id"] for call in told] == ["emergency_started"]


async def test_a_house_that_starts_fires_nothing(
    hass: HomeAssistant, house: MockConfigEntry, told: list[ServiceCall]
) -> None:
    """An event that Home Assistant remembers is not a new one."""
    await set_up(hass, house)
    await limit_to(hass, 500)
    await automate(hass, "limit_lowered", "limit_lifted")
    assert await hass.config_entries.async_reload(house.entry_id)
    await hass.async_block_till_done()
    assert state_of(hass, CHANGE) != "unavailable"
    assert told == []


@pytest.mark.parametrize("behavior", ["any", "all"])
async def test_the_condition(
    hass: HomeAssistant,
    house: MockConfigEntry,
    told: list[ServiceCall],
    behavior: str,
) -> None:
    """It looks at whether the heat pump is limited, and at nothing else of it."""
    await set_up(hass, house)
    (device_id,) = devices(hass, PUMP_ID)
    condition = {
        "condition": "dalen.is_limited",
        "target": {"device_id": device_id},
        "options": {"behavior": behavior},
    }
    await automate(
        hass,
        "limit_lowered",
        triggers=[{"trigger": "event", "event_type": "ask", "id": "asked"}],
        actions=[{"action": "test.tell", "data": {}}],
        conditions=[condition],
    )
    hass.bus.async_fire("ask")
    await hass.async_block_till_done()
    assert told == []
    await limit_to(hass, 600)
    hass.bus.async_fire("ask")
    await hass.async_block_till_done()
    assert len(told) == 1


async def test_the_editor_finds_them(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    """The descriptions can be read, with the entities to choose from."""
    await set_up(hass, house)
    assert await async_setup_component(hass, "automation", {})
    known = await triggers(hass)
    for key in ("limit_lowered", "limit_lifted", "emergency_started"):
        description = known[f"dalen.{key}"]
        assert description is not None
        assert "target" in description
    condition = (await conditions(hass))["dalen.is_limited"]
    assert condition is not None
    assert set(condition["fields"]) == {"behavior", "for"}
