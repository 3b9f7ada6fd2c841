"""What the recipes make of the entities of a house."""

import json
from pathlib import Path
from typing import Any

import pytest

from custom_components.dalen.entity_heat_pump.recipe import (
    RECIPES,
    RecipeControl,
    RecipeError,
    load_recipes,
    parse_recipe,
)
from custom_components.dalen.entity_heat_pump.recipe_match import (
    Proposal,
    RegisteredEntity,
    proposals,
)

RECIPE_IDS = sorted(path.stem for path in RECIPES.glob("*.json"))


def entity(
    platform: str,
    entity_id: str,
    unique_id: str,
    *,
    entry_id: str | None = "entry",
    is_disabled: bool = False,
) -> RegisteredEntity:
    """Return an entity of an integration."""
    return RegisteredEntity(
        entity_id=entity_id,
        unique_id=unique_id,
        platform=platform,
        entry_id=entry_id,
        is_disabled=is_disabled,
    )


# As the integrations name them: platform, then entity id and unique id by binding.
HOUSES: dict[str, tuple[str, dict[str, tuple[str, str]]]] = {
    "ems_esp": (
        "mqtt",
        {
            "power_entity": ("sensor.boiler_hpcurrpower", "ems-esp_boiler_hpcurrpower"),
            "limit_entity": ("number.boiler_hppowerlimit", "boiler_hppowerlimit"),
            "defrost_entity": ("sensor.boiler_hpactivity", "boiler_hpactivity"),
            "outdoor_entity": ("sensor.boiler_outdoortemp", "boiler_outdoortemp"),
            "flow_entity": ("sensor.boiler_curflowtemp", "boiler_curflowtemp"),
            "return_entity": ("sensor.boiler_rettemp", "boiler_rettemp"),
            "boiler_entity": ("binary_sensor.boiler_gas", "boiler_burngas"),
        },
    ),
    "opentherm_gw": (
        "opentherm_gw",
        {
            "boiler_entity": ("binary_sensor.flame", "gw1-boiler-slave_flame_on"),
            "outdoor_entity": ("sensor.outside", "gw1-thermostat-outside_temp"),
            "flow_entity": ("sensor.flow", "gw1-boiler-ch_water_temp"),
            "return_entity": ("sensor.return", "gw1-boiler-return_water_temp"),
            "room_entity": ("sensor.room", "gw1-thermostat-room_temp"),
        },
    ),
    "quatt": (
        "quatt",
        {
            "power_entity": ("sensor.hp1_power_input", "hub:hp1:hp1.powerInput"),
            "thermal_entity": ("sensor.hp1_power", "hub:hp1:hp1.power"),
            "boiler_entity": ("binary_sensor.flame", "hub:boiler:boiler.otFbFlameOn"),
            "outdoor_entity": ("sensor.outside", "hub:hp1:hp1.temperatureOutside"),
            "room_entity": (
                "sensor.room",
                "hub:thermostat:thermostat.otFtRoomTemperature",
            ),
        },
    ),
    "intergas_xtend": (
        "intergas_xtend",
        {
            "power_entity": ("sensor.retrieved_power", "10.20.30.1_50f2"),
            "thermal_entity": ("sensor.heat_pump_power", "10.20.30.1_503e"),
            "boiler_entity": ("sensor.boiler_power", "10.20.30.1_5088"),
            "defrost_entity": ("binary_sensor.defrost", "10.20.30.1_f9f2_bit14"),
        },
    ),
    "heishamon": (
        "aquarea",
        {
            "power_entity": ("sensor.aquarea_consumption", "entry-TOP16"),
            "thermal_entity": ("sensor.aquarea_production", "entry-TOP15"),
            "defrost_entity": ("binary_sensor.aquarea_defrost", "entry-TOP26"),
            "outdoor_entity": ("sensor.aquarea_outside", "entry-TOP14"),
        },
    ),
    "plugwise": (
        "plugwise",
        {
            "limit_entity": ("number.max_boiler", "abc-maximum_boiler_temperature"),
            "boiler_entity": ("binary_sensor.second", "abc-secondary_boiler_state"),
            "outdoor_entity": ("sensor.outdoor", "def-outdoor_temperature"),
            "flow_entity": ("sensor.water", "abc-water_temperature"),
        },
    ),
    "incomfort": (
        "incomfort",
        {
            "limit_entity": ("climate.room_1", "sn123_1"),
            "room_entity": ("climate.room_1", "sn123_1"),
            "boiler_entity": ("binary_sensor.burner", "sn123_is_burning"),
            "flow_entity": ("sensor.cv_temp", "sn123_cv_temp"),
        },
    ),
    "myuplink": (
        "myuplink",
        {
            "limit_entity": ("number.power_limitation", "robin-r-1_f7-46008"),
            "enable_entity": ("switch.activation", "robin-r-1_f7-46013"),
            "power_entity": ("sensor.current_power", "robin-r-1_f7-32728"),
        },
    ),
    "nibe_heatpump": (
        "nibe_heatpump",
        {
            "limit_entity": ("number.power_limitation_46008", "nibe1-46008"),
            "enable_entity": ("switch.activation_46013", "nibe1-46013"),
            "power_entity": ("sensor.compressor_power_31049", "nibe1-31049"),
            "outdoor_entity": ("sensor.outdoor_30002", "nibe1-30002"),
        },
    ),
    "hr_energy_qube": (
        "hr_energy_qube",
        {
            "limit_entity": ("select.sg_ready_mode", "entry-sg_ready_mode"),
            "power_entity": ("sensor.electric_power", "entry-power_electric"),
            "thermal_entity": ("sensor.thermal_power", "entry-power_thermic"),
            "room_entity": ("sensor.room", "entry-temp_room"),
        },
    ),
    "weheat": (
        "weheat",
        {
            "power_entity": ("sensor.power_input", "uuid_power_input"),
            "thermal_entity": ("sensor.power_output", "uuid_power_output"),
            "defrost_entity": ("sensor.state", "uuid_heat_pump_state"),
            "boiler_entity": (
                "binary_sensor.gas",
                "uuid_indoor_unit_gas_boiler_state",
            ),
        },
    ),
}


def house(recipe_id: str, **changed: Any) -> list[RegisteredEntity]:
    """Return the entities of a house with this heat pump, and others beside them."""
    platform, named = HOUSES[recipe_id]
    others = [
        entity(platform, "sensor.signal", "entry-signal_strength"),
        entity("hue", "switch.lamp", "lamp"),
        entity("dalen", "number.heat_pump_power_limit", "sub_power_limit"),
    ]
    return others + [
        entity(platform, entity_id, unique_id, **changed)
        for entity_id, unique_id in named.values()
    ]


def test_every_recipe_has_a_house_here() -> None:
    """So that a new recipe is not forgotten."""
    assert sorted(HOUSES) == RECIPE_IDS
    assert [recipe.id for recipe in load_recipes()] != []


@pytest.mark.parametrize("recipe_id", RECIPE_IDS)
def test_a_house_is_recognised(recipe_id: str) -> None:
    """Its entities are found by the names that its integration gives them."""
    (proposal,) = proposals(load_recipes(), house(recipe_id))
    assert proposal.id == f"{recipe_id}:entry"
    named = HOUSES[recipe_id][1]
    assert proposal.entities == {name: ids[0] for name, ids in named.items()}
    assert proposal.disabled == ()


@pytest.mark.parametrize("recipe_id", RECIPE_IDS)
def test_entities_that_are_switched_off_are_named(recipe_id: str) -> None:
    """So that the resident knows what to switch on."""
    (proposal,) = proposals(load_recipes(), house(recipe_id, is_disabled=True))
    assert proposal.entities == {}
    assert set(proposal.disabled) == {ids[0] for ids in HOUSES[recipe_id][1].values()}


@pytest.mark.parametrize("recipe_id", RECIPE_IDS)
def test_every_recipe_is_told_in_both_languages(recipe_id: str) -> None:
    """With where its facts come from."""
    (recipe,) = (r for r in load_recipes() if r.id == recipe_id)
    assert recipe.note("nl") != recipe.note("en")
    assert recipe.note("fr") == recipe.note("en")
    assert recipe.sources


def test_a_house_without_a_heat_pump() -> None:
    """Gets no proposal: MQTT has much more than heat pumps."""
    lamp = entity("mqtt", "sensor.lamp_power", "lamp_power")
    assert proposals(load_recipes(), [lamp]) == ()


def test_two_gateways_are_two_proposals() -> None:
    """And an entity that is switched on goes before one that is not."""
    entities = [
        entity("weheat", "sensor.a", "1_power_input", entry_id="e1", is_disabled=True),
        entity("weheat", "sensor.b", "2_power_input", entry_id="e1"),
        entity("weheat", "sensor.c", "3_power_input", entry_id="e2"),
        entity("weheat", "sensor.d", "4_power_input", entry_id=None),
    ]
    found: tuple[Proposal, ...] = proposals(load_recipes(), entities)
    powers = [(p.entry_id, p.entities["power_entity"]) for p in found]
    assert powers == [("", "sensor.d"), ("e1", "sensor.b"), ("e2", "sensor.c")]


def good() -> dict[str, Any]:
    """Return the data of a recipe."""
    text = (RECIPES / "hr_energy_qube.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text)
    return data


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"brand": None}, None),
        ({"control": "magic"}, "magic"),
        ({"control": "none"}, "do not agree"),
        ({"needs": ["room_entity", "boiler_entity"]}, "boiler_entity"),
        ({"entities": {"wrong": []}}, "wrong"),
        ({"entities": {"limit_entity": [{"domain": "x", "unique_id": "("}]}}, "recipe"),
        ({"notes": {"en": "Only English"}}, "Dutch"),
    ],
)
def test_a_wrong_recipe_is_refused(
    changed: dict[str, Any], message: str | None
) -> None:
    """With the name of the recipe and what is wrong."""
    data = good() | changed
    if message is None:
        assert parse_recipe("qube", data).control is RecipeControl.ENTITY
        return
    with pytest.raises(RecipeError, match=message):
        parse_recipe("qube", data)


def test_a_recipe_file_that_lacks_a_field(tmp_path: Path) -> None:
    """Is told apart by its name."""
    data = good()
    del data["platforms"]
    (tmp_path / "half.json").write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(RecipeError, match="recipe half: 'platforms'"):
        load_recipes(tmp_path)
