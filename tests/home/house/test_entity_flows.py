"""Adding a heat pump through entities, with every error and its way out."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.dalen.const import DOMAIN

from .entities import (
    AMPERE,
    METER,
    MODE,
    PERCENT,
    RELAY,
    RELAY_LIMIT,
    ROOM,
    SECOND_RELAY,
    WATER,
    WATTS,
    WATTS_LIMIT,
    entity_subentry,
    make_helpers,
    make_thermostat,
    register,
)
from .houses import PUMP_ID

POWERS = {
    "name": "Heat pump",
    "nameplate_w": 2500,
    "minimum_w": 400,
    "limits": {"floor_w": 200},
}


@pytest.fixture(autouse=True)
async def helpers(hass: HomeAssistant) -> None:
    """Make the entities of other integrations."""
    await make_helpers(hass)


@pytest.fixture(autouse=True)
def no_set_up() -> Iterator[None]:
    """Make houses without setting them up."""
    with patch("custom_components.dalen.async_setup_entry", return_value=True):
        yield


class Flow:
    """One walk through the screens of a new house or of a heat pump."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Start nowhere."""
        self._hass = hass
        self._manager: Any = hass.config_entries.flow
        self.result: dict[str, Any] = {}

    async def start(self, *path: str) -> None:
        """Open the first screen of a new house, and go down the menu."""
        self.result = await self._manager.async_init(
            DOMAIN, context={"source": SOURCE_USER}
        )
        for step in path:
            await self.fill(next_step_id=step)

    async def change(self, house: MockConfigEntry) -> None:
        """Open the first screen to change the heat pump."""
        self._manager = self._hass.config_entries.subentries
        self.result = await self._manager.async_init(
            (house.entry_id, "heat_pump"),
            context={"source": SOURCE_RECONFIGURE, "subentry_id": PUMP_ID},
        )
        if self.result.get("step_id") == "reconfigure":
            await self.fill(next_step_id="change_entities")

    async def add(self, house: MockConfigEntry, *path: str) -> None:
        """Open the first screen to add a heat pump, and go down the menu."""
        self._manager = self._hass.config_entries.subentries
        self.result = await self._manager.async_init(
            (house.entry_id, "heat_pump"), context={"source": SOURCE_USER}
        )
        for step in path:
            await self.fill(next_step_id=step)

    async def fill(self, **fields: Any) -> None:
        """Fill in a screen."""
        self.result = await self._manager.async_configure(
            self.result["flow_id"], fields
        )

    def asks(self, step_id: str, error: str | None = None) -> bool:
        """Tell if the screen is this one, with this error or none."""
        found = next(iter((self.result.get("errors") or {}).values()), None)
        return bool(self.result.get("step_id") == step_id) and found == error

    def suggested(self) -> dict[str, Any]:
        """Return what the screen is filled in with."""
        schema = self.result["data_schema"].schema
        found = {}
        for key, value in schema.items():
            if hasattr(value, "schema") and hasattr(value, "options"):
                inner = value.schema.schema
                found[str(key)] = {
                    str(k): k.description["suggested_value"]
                    for k in inner
                    if k.description
                }
            elif key.description:
                found[str(key)] = key.description["suggested_value"]
        return found

    async def skip_test(self) -> None:
        """Go on without a write test, where one is offered."""
        if self.result.get("step_id") == "write_test":
            await self.fill(next_step_id="write_test_skip")

    async def finish(self, **powers: Any) -> dict[str, Any]:
        """Fill in the powers of a new house, and return the heat pump."""
        await self.fill(**powers)
        await self.skip_test()
        assert self.result["step_id"] == "neighbourhood"
        await self.fill(next_step_id="later")
        assert self.result["type"] is FlowResultType.CREATE_ENTRY
        (entry,) = self._hass.config_entries.async_entries(DOMAIN)
        (subentry,) = entry.subentries.values()
        assert subentry.unique_id
        return {"unique_id": subentry.unique_id, **subentry.data}


@pytest.fixture
def flow(hass: HomeAssistant) -> Flow:
    """Return a walk through the screens."""
    return Flow(hass)


def house_of(
    hass: HomeAssistant,
    limit: dict[str, Any],
    connection: str = "entities",
    **data: Any,
) -> MockConfigEntry:
    """Return a house with a heat pump that is connected through entities."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Dalen",
        subentries_data=[entity_subentry(limit, connection, **data)],
    )
    entry.add_to_hass(hass)
    return entry


async def test_a_number_in_watts(flow: Flow) -> None:
    """The best there is."""
    await flow.start("entities")
    assert flow.asks("pick")
    await flow.fill(power_entity=METER, limit_entity=WATTS, more={"flow_entity": WATER})
    assert flow.asks("limit_number")
    assert flow.result["description_placeholders"]["value"] == "3000 W"
    await flow.fill(free_value=3000, enable_entity=RELAY)
    assert flow.asks("entity_powers")
    assert flow.result["description_placeholders"]["electric_power"] == "1450 W"
    data = await flow.finish(**POWERS)
    assert data["unique_id"] == f"entity:{WATTS}"
    assert (data["kind"], data["connection"]) == ("watts", "entities")
    assert data["limit"] == WATTS_LIMIT | {
        "enable": {"entity_id": RELAY, "value": "on"},
        "enable_free": {"entity_id": RELAY, "value": "off"},
    }
    assert (data["power_entity"], data["minimum_w"], data["floor_w"]) == (
        METER,
        400,
        200,
    )


async def test_a_percentage(flow: Flow) -> None:
    """In a closed loop with the meter."""
    await flow.start("entities")
    await flow.fill(power_entity=METER, limit_entity=PERCENT)
    await flow.fill(free_value=100)
    data = await flow.finish(**POWERS)
    assert (data["kind"], data["limit"]["type"]) == ("percent", "percent")
    assert "enable" not in data["limit"]


async def test_an_option(flow: Flow) -> None:
    """Two different options are needed."""
    await flow.start("entities")
    await flow.fill(power_entity=METER, limit_entity=MODE)
    assert flow.asks("limit_select")
    await flow.fill(block_option="off", free_option="off")
    assert flow.asks("limit_select", "values_same")
    await flow.fill(block_option="block", free_option="off")
    assert flow.asks("block_powers")
    data = await flow.finish(**POWERS)
    assert data["kind"] == "contact"
    assert data["limit"]["block"] == [{"entity_id": MODE, "value": "block"}]


async def test_a_switch(flow: Flow) -> None:
    """Either position can stop it."""
    await flow.start("entities")
    await flow.fill(power_entity=METER, limit_entity=RELAY)
    await flow.fill(blocked_when="off")
    data = await flow.finish(**POWERS)
    assert data["limit"]["block"] == [{"entity_id": RELAY, "value": "off"}]
    assert data["limit"]["free"] == [{"entity_id": RELAY, "value": "on"}]


async def test_a_water_temperature(flow: Flow) -> None:
    """A best effort."""
    await flow.start("entities")
    await flow.fill(power_entity=METER, limit_entity=WATER)
    await flow.fill(block_value=55, free_value=55)
    assert flow.asks("limit_temperature", "values_same")
    await flow.fill(block_value=25, free_value=55)
    data = await flow.finish(**POWERS)
    assert data["kind"] == "setpoint"


async def test_a_room_set_point_moves_only_a_little(
    hass: HomeAssistant, flow: Flow
) -> None:
    """A limit must not make a house cold."""
    await make_thermostat(hass)
    await flow.start("entities")
    await flow.fill(power_entity=METER, limit_entity=ROOM)
    assert flow.result["description_placeholders"]["value"] == "20 °C"
    await flow.fill(block_value=16, free_value=20)
    assert flow.asks("limit_temperature", "room_step_too_big")
    await flow.fill(block_value=18, free_value=20)
    assert (await flow.finish(**POWERS))["kind"] == "setpoint"


async def test_no_control_is_monitor_only(flow: Flow) -> None:
    """It gets no limits, so it is not asked for them."""
    await flow.start("entities")
    await flow.fill(power_entity=METER)
    assert flow.asks("monitor_powers")
    data = await flow.finish(name="Heat pump", nameplate_w=2500)
    assert (data["kind"], data["minimum_w"], data["floor_w"]) == ("monitor", 0, 0)
    assert data["unique_id"] == f"entity:{METER}"


async def test_monitor_only(hass: HomeAssistant, flow: Flow) -> None:
    """Chosen in the menu; a power that is unknown yet is no obstacle."""
    state = hass.states.get(METER)
    assert state is not None
    hass.states.async_set(METER, "unknown", state.attributes)
    await flow.start("monitor")
    assert flow.asks("monitor")
    await flow.fill(power_entity=METER)
    assert flow.result["description_placeholders"]["electric_power"] == "?"
    data = await flow.finish(name="Heat pump", nameplate_w=2500)
    assert (data["kind"], data["connection"]) == ("monitor", "monitor")


async def test_entities_that_do_not_serve(hass: HomeAssistant, flow: Flow) -> None:
    """Each is named with its reason, and the next try helps."""
    register(hass, "number.own", "dalen", "own", "5", unit_of_measurement="W")
    register(hass, "sensor.own", "dalen", "own2", "5", unit_of_measurement="W")
    hass.states.async_set("sensor.gone", "unavailable", {"unit_of_measurement": "W"})
    hass.states.async_set("number.gone", "unavailable", {"unit_of_measurement": "W"})
    hass.states.async_set("sensor.high", "99", {"unit_of_measurement": "kW"})
    hass.states.async_set("number.no_range", "9", {"unit_of_measurement": "W"})
    await flow.start("entities")
    for power, control, error in (
        ("sensor.nowhere", None, "entity_unavailable"),
        ("sensor.gone", None, "entity_unavailable"),
        ("sensor.own", None, "own_entity"),
        (PERCENT, None, "power_unit"),
        ("sensor.high", None, "implausible_entity"),
        (METER, "number.own", "own_entity"),
        (METER, "number.gone", "entity_unavailable"),
        (METER, "number.nowhere", "entity_unavailable"),
        (METER, AMPERE, "limit_unsupported"),
        (METER, "number.no_range", "limit_range"),
    ):
        control_field = {} if control is None else {"limit_entity": control}
        await flow.fill(power_entity=power, **control_field)
        assert flow.asks("pick", error), (power, control, flow.result["errors"])
    assert flow.result["description_placeholders"]["entity"] == "number.no_range"
    await flow.fill(power_entity=METER, limit_entity=WATTS)
    assert flow.asks("limit_number")


async def test_powers_that_do_not_fit(flow: Flow) -> None:
    """As with any heat pump."""
    await flow.start("entities")
    await flow.fill(power_entity=METER, limit_entity=WATTS)
    await flow.fill(free_value=3000)
    for changed, error in (
        ({"nameplate_w": 300}, "nameplate_below_minimum"),
        ({"limits": {"floor_w": 2500}}, "floor_above_nameplate"),
        (
            {"limits": {"floor_w": 200, "installer_maximum_w": 300}},
            "maximum_below_minimum",
        ),
    ):
        await flow.fill(**(POWERS | changed))
        assert flow.asks("entity_powers", error)
    await flow.finish(**POWERS)


TIMES = {"hold_min": 10, "pause_min": 10, "longest_min": 120}


async def test_a_contact(flow: Flow) -> None:
    """Answers that do not fit together are named one by one."""
    await flow.start("contact")
    assert flow.asks("contact")
    one = {"first_switch": RELAY, "times": TIMES}
    two = one | {"second_switch": SECOND_RELAY}
    for answers, error in (
        (one | {"mapping": "sg_ready"}, "mapping_needs_two"),
        (two | {"mapping": "on"}, "mapping_needs_one"),
        (one | {"mapping": "on", "second_switch": RELAY}, "switches_same"),
        (
            one
            | {"mapping": "on", "times": TIMES | {"hold_min": 40, "longest_min": 30}},
            "hold_above_longest",
        ),
        (one | {"mapping": "on", "first_switch": "switch.no"}, "entity_unavailable"),
    ):
        await flow.fill(**answers)
        assert flow.asks("contact", error)
    await flow.fill(**two, mapping="sg_ready")
    assert flow.asks("block_powers")
    assert flow.result["description_placeholders"]["electric_power"] == "?"
    data = await flow.finish(**POWERS)
    assert (data["kind"], data["connection"]) == ("contact", "contact")
    assert data["limit"]["block"] == [
        {"entity_id": RELAY, "value": "on"},
        {"entity_id": SECOND_RELAY, "value": "off"},
    ]
    assert data["limit"]["times"] == {
        "hold_s": 600,
        "pause_s": 600,
        "longest_s": 7200,
    }
    assert "power_entity" not in data


async def test_the_same_control_is_not_used_twice(
    hass: HomeAssistant, flow: Flow
) -> None:
    """Not as an entity and not as a contact."""
    house = house_of(hass, RELAY_LIMIT, "contact")
    await flow.add(house, "entities")
    await flow.fill(power_entity=METER, limit_entity=RELAY)
    assert flow.asks("pick", "entity_already_used")
    await flow.fill(power_entity=METER, limit_entity=WATTS)
    await flow.fill(free_value=3000)
    await flow.fill(**POWERS)
    await flow.skip_test()
    assert flow.result["type"] is FlowResultType.CREATE_ENTRY
    await flow.add(house, "contact")
    await flow.fill(first_switch=RELAY, mapping="off", times=TIMES)
    assert flow.asks("contact", "entity_already_used")


async def test_a_heat_pump_that_was_found(hass: HomeAssistant, flow: Flow) -> None:
    """Its entities and answers are filled in."""
    hass.config.language = "nl"
    watts = {"unit_of_measurement": "W"}
    register(
        hass, "sensor.qube_power", "hr_energy_qube", "e-power_electric", "9", **watts
    )
    register(
        hass, "sensor.qube_heat", "hr_energy_qube", "e-power_thermic", "9", **watts
    )
    register(
        hass,
        "select.sg",
        "hr_energy_qube",
        "e-sg_ready_mode",
        "off",
        options=["off", "block", "plus", "max"],
    )
    await flow.start("entities")
    assert flow.asks("entities")
    selector = flow.result["data_schema"].schema["proposal"]
    labels = [option["label"] for option in selector.config["options"]]
    assert labels[0] == "Qube (select.sg)"
    assert labels[1].startswith("Een andere warmtepomp")
    await flow.fill(proposal="hr_energy_qube:")
    assert flow.asks("pick")
    assert "Modbus" in flow.result["description_placeholders"]["notes"]
    assert flow.suggested() == {
        "power_entity": "sensor.qube_power",
        "limit_entity": "select.sg",
        "more": {"thermal_entity": "sensor.qube_heat"},
    }
    await flow.fill(power_entity="sensor.qube_power", limit_entity="select.sg")
    assert flow.suggested() == {"block_option": "block", "free_option": "off"}
    await flow.fill(block_option="block", free_option="off")
    data = await flow.finish(**POWERS)
    assert (data["recipe"], data["brand"]) == ("hr_energy_qube", "HR-Energy")


async def test_another_heat_pump_than_the_found_one(
    hass: HomeAssistant, flow: Flow
) -> None:
    """The entities are picked by hand then."""
    watts = {"unit_of_measurement": "W"}
    register(hass, "sensor.quatt", "quatt", "h:hp1:hp1.powerInput", "9", **watts)
    await flow.start("entities")
    await flow.fill(proposal="other")
    assert flow.asks("pick")
    assert flow.suggested() == {"more": {}}
    await flow.fill(power_entity=METER, limit_entity=WATTS)
    await flow.fill(free_value=3000)
    assert "recipe" not in await flow.finish(**POWERS)


async def test_entities_that_are_switched_off(hass: HomeAssistant, flow: Flow) -> None:
    """Are named, so that the resident can switch them on."""
    register(hass, "number.limit_46008", "nibe_heatpump", "n-46008", None)
    register(hass, "switch.on_46013", "nibe_heatpump", "n-46013", "off")
    await flow.start("entities")
    selector = flow.result["data_schema"].schema["proposal"]
    assert selector.config["options"][0]["label"] == "NIBE Heat Pump"
    await flow.fill(proposal="nibe_heatpump:")
    assert flow.asks("pick", "entities_disabled")
    words = flow.result["description_placeholders"]
    assert words["entity"] == "number.limit_46008"
    await flow.fill(power_entity=METER, limit_entity=WATTS)
    assert flow.suggested() == {"enable_entity": "switch.on_46013"}


async def test_a_recipe_without_control(hass: HomeAssistant, flow: Flow) -> None:
    """A Quatt is monitored, and nobody is asked for a control."""
    watts = {"unit_of_measurement": "W"}
    register(hass, "sensor.quatt", "quatt", "h:hp1:hp1.powerInput", "900", **watts)
    await flow.start("entities")
    await flow.fill(proposal="quatt:")
    assert "limit_entity" not in flow.result["data_schema"].schema
    await flow.fill(power_entity="sensor.quatt")
    assert (await flow.finish(name="Quatt", nameplate_w=2000))["kind"] == "monitor"


def gateway(hass: HomeAssistant) -> str:
    """Register an OpenTherm gateway, and return its proposal."""
    entry = MockConfigEntry(domain="opentherm_gw", data={"id": "gw1"})
    entry.add_to_hass(hass)
    register(
        hass,
        "binary_sensor.flame",
        "opentherm_gw",
        "gw1-boiler-slave_flame_on",
        "off",
        config_entry=entry,
    )
    return f"opentherm_gw:{entry.entry_id}"


async def test_an_opentherm_gateway(hass: HomeAssistant, flow: Flow) -> None:
    """It is controlled with actions, not with an entity."""
    proposal = gateway(hass)
    await flow.start("entities")
    await flow.fill(proposal=proposal)
    await flow.fill(power_entity=METER)
    assert flow.asks("opentherm")
    await flow.fill(method="control_setpoint", block_level=0, block_c=25)
    data = await flow.finish(**POWERS)
    assert data["kind"] == "setpoint"
    assert data["limit"] == {
        "type": "opentherm",
        "gateway_id": "gw1",
        "method": "control_setpoint",
        "block": 25,
    }
    assert data["unique_id"] == "entity:gw1"


async def test_a_gateway_is_not_used_twice(hass: HomeAssistant, flow: Flow) -> None:
    """It has one modulation and one set point."""
    limit = {
        "type": "opentherm",
        "gateway_id": "gw1",
        "method": "max_modulation",
        "block": 0,
    }
    house = house_of(hass, limit)
    proposal = gateway(hass)
    await flow.add(house, "entities")
    await flow.fill(proposal=proposal)
    await flow.fill(power_entity=METER)
    await flow.fill(method="max_modulation", block_level=0, block_c=25)
    assert flow.asks("opentherm", "entity_already_used")
    await flow.change(house)
    assert flow.asks("pick")
    assert "limit_entity" not in flow.result["data_schema"].schema
    await flow.fill(power_entity=METER)
    assert flow.suggested() == {"method": "max_modulation", "block_level": 0}
    await flow.fill(method="max_modulation", block_level=20, block_c=25)
    await flow.fill(**POWERS)
    await flow.skip_test()
    assert flow.result["reason"] == "reconfigure_successful"
    assert house.subentries[PUMP_ID].data["limit"] == limit | {"block": 20}


async def test_heishamon(hass: HomeAssistant, flow: Flow) -> None:
    """The topic is that of its integration, and has no wildcards."""
    entry = MockConfigEntry(domain="aquarea", data={"discovery_prefix": "hp/"})
    entry.add_to_hass(hass)
    register(
        hass,
        "sensor.used",
        "aquarea",
        "x-TOP16",
        "900",
        config_entry=entry,
        unit_of_measurement="W",
    )
    await flow.start("entities")
    await flow.fill(proposal=f"heishamon:{entry.entry_id}")
    await flow.fill(power_entity="sensor.used")
    assert flow.suggested() == {"topic": "hp"}
    for topic in ("hp/#", "/"):
        await flow.fill(topic=topic)
        assert flow.asks("heishamon", "topic_invalid")
    await flow.fill(topic="hp")
    data = await flow.finish(**POWERS)
    assert (data["kind"], data["limit"]["topic"]) == ("percent", "hp")


async def test_heishamon_is_changed_and_not_used_twice(
    hass: HomeAssistant, flow: Flow
) -> None:
    """The topic tells one from another."""
    house = house_of(hass, {"type": "heishamon", "topic": "hp"})
    register(hass, "sensor.hp", "aquarea", "x-TOP16", "900", unit_of_measurement="W")
    await flow.add(house, "entities")
    await flow.fill(proposal="heishamon:")
    await flow.fill(power_entity="sensor.hp")
    await flow.fill(topic="hp")
    assert flow.asks("heishamon", "entity_already_used")
    await flow.change(house)
    await flow.fill(power_entity=METER)
    assert flow.suggested() == {"topic": "hp"}
    await flow.fill(topic="hp2")
    await flow.fill(**POWERS)
    await flow.skip_test()
    assert house.subentries[PUMP_ID].unique_id == "entity:hp2"


async def test_entities_are_changed(hass: HomeAssistant, flow: Flow) -> None:
    """What is kept is filled in; the recipe stays known."""
    enable = {
        "enable": {"entity_id": RELAY, "value": "on"},
        "enable_free": {"entity_id": RELAY, "value": "off"},
    }
    house = house_of(
        hass, WATTS_LIMIT | enable, recipe="ems_esp", brand="Nefit", flow_entity=WATER
    )
    await flow.change(house)
    assert flow.suggested() == {
        "power_entity": METER,
        "limit_entity": WATTS,
        "more": {"flow_entity": WATER},
    }
    await flow.fill(power_entity=METER, limit_entity=WATTS)
    assert flow.suggested() == {"free_value": 3000, "enable_entity": RELAY}
    await flow.fill(free_value=2900)
    assert flow.suggested() == {
        "name": "Heat pump",
        "nameplate_w": 2500.0,
        "minimum_w": 400.0,
        "limits": {"floor_w": 200.0},
    }
    await flow.fill(**(POWERS | {"name": "Quiet one"}))
    await flow.skip_test()
    assert flow.result["type"] is FlowResultType.ABORT
    subentry = house.subentries[PUMP_ID]
    assert (subentry.title, subentry.data["limit"]["free"]) == ("Quiet one", 2900)
    assert (subentry.data["recipe"], subentry.data["brand"]) == ("ems_esp", "Nefit")
    assert "flow_entity" not in subentry.data


async def test_a_contact_is_changed(hass: HomeAssistant, flow: Flow) -> None:
    """From one switch to two."""
    house = house_of(hass, RELAY_LIMIT, "contact", power_entity=None)
    await flow.change(house)
    assert flow.asks("contact")
    assert flow.suggested() == {
        "first_switch": RELAY,
        "mapping": "on",
        "times": {"hold_min": 10, "pause_min": 10, "longest_min": 120},
        "more": {},
    }
    await flow.fill(
        first_switch=RELAY,
        second_switch=SECOND_RELAY,
        mapping="sg_ready_inverted",
        times=TIMES,
    )
    await flow.fill(**POWERS)
    await flow.skip_test()
    assert flow.result["reason"] == "reconfigure_successful"
    await flow.change(house)
    found = flow.suggested()
    assert (found["second_switch"], found["mapping"]) == (
        SECOND_RELAY,
        "sg_ready_inverted",
    )


async def test_a_monitored_heat_pump_is_changed(
    hass: HomeAssistant, flow: Flow
) -> None:
    """It has no limits to fill in."""
    house = house_of(hass, {"type": "none"}, "monitor", minimum_w=0)
    await flow.change(house)
    assert flow.asks("monitor")
    await flow.fill(power_entity=METER)
    await flow.fill(name="Heat pump", nameplate_w=3000)
    assert house.subentries[PUMP_ID].data["nameplate_w"] == 3000


@pytest.mark.parametrize(
    ("limit", "control", "step", "suggested"),
    [
        (
            {
                "type": "block",
                "kind": "contact",
                "block": [{"entity_id": MODE, "value": "block"}],
                "free": [{"entity_id": MODE, "value": "off"}],
            },
            MODE,
            "limit_select",
            {"block_option": "block", "free_option": "off"},
        ),
        (WATTS_LIMIT, RELAY, "limit_switch", {}),
        (WATTS_LIMIT, WATTS, "limit_number", {"free_value": 3000}),
        (WATTS_LIMIT, PERCENT, "limit_number", {}),
        ({"type": "none"}, WATTS, "limit_number", {}),
    ],
)
async def test_a_control_that_is_kept(
    hass: HomeAssistant,
    flow: Flow,
    limit: dict[str, Any],
    control: str,
    step: str,
    suggested: dict[str, Any],
) -> None:
    """Its answers are filled in; those of another control are not."""
    house = house_of(hass, limit)
    await flow.change(house)
    await flow.fill(power_entity=METER, limit_entity=control)
    assert flow.asks(step)
    assert flow.suggested() == suggested
