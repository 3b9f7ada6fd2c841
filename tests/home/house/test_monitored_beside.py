"""A heat pump that is only monitored, beside one that can be limited."""

from datetime import UTC, datetime
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.dalen.const import DOMAIN
from custom_components.dalen.membership import home_facts
from custom_components.dalen.pairing.membership import HeatPumpKind

from ..heat_pump.modbus_server import ModbusServer
from ..openadr.builders import caps_json
from .entities import METER, entity_subentry, make_helpers
from .houses import (
    CONNECTED,
    heat_pump_subentry,
    neighbourhood_subentry,
    set_up,
    state_of,
    until,
)
from .hub_server import HubServer

pytestmark = pytest.mark.usefixtures("modbus")

NOW = datetime(2026, 11, 23, 16, 7, 30, tzinfo=UTC)
WATTS = {"kind": "watts", "nameplate_w": 1500, "minimum_w": 400, "floor_w": 200}
MONITOR = {"kind": "monitor", "nameplate_w": 2500, "minimum_w": 100, "floor_w": 300}


def test_the_hub_hears_of_those_that_can_be_limited() -> None:
    """A home that can be limited in watts is no home that can only be watched."""
    facts = home_facts([WATTS, MONITOR])
    assert facts.heat_pump_kind is HeatPumpKind.WATTS
    assert (facts.nameplate_w, facts.minimum_w, facts.floor_w) == (1500, 400, 200)


def test_a_house_that_is_only_monitored_says_so() -> None:
    """There is nothing else to tell."""
    facts = home_facts([MONITOR])
    assert facts.heat_pump_kind is HeatPumpKind.MONITOR
    assert facts.nameplate_w == 2500


async def test_the_one_that_can_be_limited_gets_the_whole_cap(
    hass: HomeAssistant,
    pump: ModbusServer,
    hub: HubServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A share for the other one would be lost."""
    freezer.move_to(NOW)
    await make_helpers(hass)
    monitored: dict[str, Any] = {
        **entity_subentry({"type": "none"}, "monitor", kind="monitor"),
        "subentry_id": "pump-2",
        "title": "Second heat pump",
        "unique_id": METER,
    }
    subentries = [
        heat_pump_subentry(pump.port),
        monitored,
        neighbourhood_subentry(hub),
    ]
    entry = MockConfigEntry(domain=DOMAIN, title="Dalen", subentries_data=subentries)
    entry.add_to_hass(hass)
    hub.events = [caps_json(0.6, 0.6)]
    await set_up(hass, entry)
    await until(lambda: state_of(hass, CONNECTED) == "on")
    await until(lambda: pump.holding[0] == 600)
    assert hass.states.get("sensor.second_heat_pump_effective_limit") is None
    assert state_of(hass, "sensor.second_heat_pump_electric_power") == "1450.0"
