"""What a house does without a hub: schedule, cheapest heat, comfort and its books."""

from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.dalen.const import DOMAIN
from custom_components.dalen.economy import Account, CheapestHeatSettings, Entry, Prices
from custom_components.dalen.house import House

from ..heat_pump.modbus_server import ModbusServer
from .entities import WATTS_LIMIT, entity_subentry, make_helpers
from .houses import (
    LIMIT,
    PUMP_ID,
    SOURCE,
    heat_pump_subentry,
    limit_to,
    live_through,
    pass_time,
    set_up,
    state_of,
    until,
)

pytestmark = pytest.mark.usefixtures("modbus")

NOW = datetime(2026, 11, 23, 17, 0, 3, tzinfo=UTC)
DEAR, CHEAP = 0.60, 0.20
PRICE = "sensor.electricity_price"
RELEASED_BY = "sensor.heat_pump_released_by"
CHEAPEST = "sensor.heat_pump_cheapest_heat"

SCHEDULE = {
    "blocks": [
        {"days": [0], "start": "18:00:00", "end": "21:00:00", "limit_w": 500.0},
    ]
}
PRICES = {
    "steer": True,
    "electricity_entity": PRICE,
    "electricity_eur_kwh": 0.27,
    "gas_eur_m3": 1.24,
    "boiler_efficiency": 95,
    "hysteresis": 5,
    "min_time_min": 30,
    "electricity_co2_kg_kwh": 0.27,
}
COMFORT = {"minimum_c": 18, "drop_k": 1, "after_min": 30}


@pytest.fixture(autouse=True)
async def monday_evening(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Begin at 18:00 in Amsterdam."""
    freezer.move_to(NOW)
    await hass.config.async_set_time_zone("Europe/Amsterdam")


def house_with(
    hass: HomeAssistant, pump: ModbusServer, **options: Any
) -> MockConfigEntry:
    """Return a house with options, not yet set up."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Dalen",
        options=options,
        subentries_data=[heat_pump_subentry(pump.port)],
    )
    entry.add_to_hass(hass)
    return entry


def set_price(hass: HomeAssistant, price: float, **attributes: Any) -> None:
    """Let the entity tell a price."""
    hass.states.async_set(
        PRICE, str(price), {"unit_of_measurement": "EUR/kWh", **attributes}
    )


def number_of(hass: HomeAssistant, name: str) -> float:
    """Return the number of a sensor of the heat pump."""
    return float(state_of(hass, f"sensor.heat_pump_{name}"))


def attributes_of(hass: HomeAssistant, entity_id: str) -> dict[str, Any]:
    """Return the attributes of an entity that must be there."""
    state = hass.states.get(entity_id)
    assert state is not None
    return dict(state.attributes)


async def test_the_schedule_is_turned_off_and_stays_off(
    hass: HomeAssistant, pump: ModbusServer
) -> None:
    """At once, and after a restart."""
    entry = house_with(hass, pump, schedule=SCHEDULE)
    await set_up(hass, entry)
    assert (state_of(hass, SOURCE), pump.holding[0]) == ("schedule", 500)
    house: House = entry.runtime_data
    assert house.has_schedule
    assert house.schedule_enabled
    heard: list[bool] = []
    stop = house.async_add_listener(lambda: heard.append(house.schedule_enabled))
    await house.async_set_schedule_enabled(False)
    assert heard == [False]
    stop()
    assert state_of(hass, SOURCE) == "none"
    assert pump.holding[1] == 0
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert state_of(hass, SOURCE) == "none"
    await entry.runtime_data.async_set_schedule_enabled(True)
    assert state_of(hass, SOURCE) == "schedule"
    assert heard == [False]


async def test_the_boiler_heats_while_it_is_cheaper(
    hass: HomeAssistant, pump: ModbusServer, freezer: FrozenDateTimeFactory
) -> None:
    """The COP is 3.5: electricity of 0.60 is too dear for it, 0.20 is not."""
    set_price(hass, DEAR)
    entry = house_with(hass, pump, prices=PRICES)
    await set_up(hass, entry)
    assert (state_of(hass, SOURCE), state_of(hass, LIMIT)) == ("price", "0.0")
    assert attributes_of(hass, SOURCE)["reason"] == "the boiler heats for less"
    assert state_of(hass, CHEAPEST) == "boiler"
    assert attributes_of(hass, CHEAPEST) | {
        "cop": 3.5,
        "break_even_cop": 4.49,
        "electricity_price": DEAR,
        "gas_price": 1.24,
    } == attributes_of(hass, CHEAPEST)
    assert number_of(hass, "break_even_cop") == pytest.approx(4.49, abs=0.01)
    set_price(hass, CHEAP)
    await live_through(hass, freezer, NOW + timedelta(minutes=29))
    assert state_of(hass, SOURCE) == "price"
    await live_through(hass, freezer, NOW + timedelta(minutes=31))
    assert state_of(hass, SOURCE) == "none"
    assert state_of(hass, CHEAPEST) == "heat_pump"


async def test_the_cheapest_heat_is_turned_off(
    hass: HomeAssistant, pump: ModbusServer
) -> None:
    """The sensor still tells which it would be."""
    set_price(hass, DEAR)
    entry = house_with(hass, pump, prices=PRICES)
    await set_up(hass, entry)
    house: House = entry.runtime_data
    assert house.has_price_mode
    assert house.price_mode_enabled
    await house.async_set_price_mode_enabled(False)
    assert state_of(hass, SOURCE) == "none"
    assert state_of(hass, CHEAPEST) == "boiler"
    await house.async_set_price_mode_enabled(True)
    assert state_of(hass, SOURCE) == "price"


async def test_prices_ahead_are_planned_with(
    hass: HomeAssistant, pump: ModbusServer, freezer: FrozenDateTimeFactory
) -> None:
    """The limit begins with the dear hour, not a reading later."""
    ahead = [
        {"start": "2026-11-23T18:00:00+01:00", "end": "2026-11-23T19:00:00+01:00"},
        {"start": "2026-11-23T19:00:00+01:00", "end": "2026-11-23T20:00:00+01:00"},
    ]
    ahead[0]["value"], ahead[1]["value"] = CHEAP, DEAR  # type: ignore[assignment]
    set_price(hass, CHEAP, raw_today=ahead)
    await set_up(hass, house_with(hass, pump, prices=PRICES))
    assert state_of(hass, SOURCE) == "none"
    dear = NOW.replace(minute=0, second=0) + timedelta(hours=1)
    await live_through(hass, freezer, dear + timedelta(seconds=0.5))
    await until(lambda: state_of(hass, SOURCE) == "price")
    until_text = state_of(hass, "sensor.heat_pump_limited_until")
    assert datetime.fromisoformat(until_text) == dear + timedelta(hours=1)


async def test_without_a_cop_nobody_says_who_is_cheaper(
    hass: HomeAssistant, pump: ModbusServer
) -> None:
    """And nothing is limited on a guess."""
    set_price(hass, DEAR)
    pump.input[2] = pump.input[3] = 0
    await set_up(hass, house_with(hass, pump, prices=PRICES))
    assert state_of(hass, SOURCE) == "none"
    assert state_of(hass, CHEAPEST) == "unknown"
    assert "cop" not in attributes_of(hass, CHEAPEST)
    assert state_of(hass, "sensor.heat_pump_break_even_cop") == "unknown"


async def test_without_prices_nothing_is_said_about_euros(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    """The prices of others say nothing about this house."""
    await set_up(hass, house)
    assert hass.states.get(CHEAPEST) is None
    assert hass.states.get("sensor.heat_pump_extra_cost_of_limits") is None
    assert state_of(hass, "sensor.heat_pump_extra_gas_by_limits") == "0.0"


async def test_the_room_of_the_resident_releases_the_heat_pump(
    hass: HomeAssistant, pump: ModbusServer, freezer: FrozenDateTimeFactory
) -> None:
    """A thermostat tells the room, whatever the heat pump itself says."""
    attributes = {"current_temperature": 20.5, "temperature": 21}
    hass.states.async_set("climate.room", "heat", attributes)
    options = {**COMFORT, "climate_entity": "climate.room"}
    await set_up(hass, house_with(hass, pump, comfort=options))
    await limit_to(hass, 500)
    assert state_of(hass, RELEASED_BY) == "none"
    hass.states.async_set("climate.room", "heat", attributes | {"temperature": 22})
    await live_through(hass, freezer, NOW + timedelta(minutes=29))
    assert state_of(hass, RELEASED_BY) == "none"
    await live_through(hass, freezer, NOW + timedelta(minutes=31))
    assert state_of(hass, RELEASED_BY) == "room_too_cold"
    assert attributes_of(hass, RELEASED_BY)["all"] == ["room_too_cold"]
    assert pump.holding[1] == 0


async def test_the_set_point_of_the_heat_pump_serves_a_bare_thermometer(
    hass: HomeAssistant, pump: ModbusServer, freezer: FrozenDateTimeFactory
) -> None:
    """It asks for 20.5 °C."""
    hass.states.async_set("sensor.room", "19.4", {"unit_of_measurement": "°C"})
    options = {**COMFORT, "after_min": 5, "room_entity": "sensor.room"}
    await set_up(hass, house_with(hass, pump, comfort=options))
    await limit_to(hass, 500)
    await live_through(hass, freezer, NOW + timedelta(minutes=6))
    assert state_of(hass, RELEASED_BY) == "room_too_cold"


async def test_a_renamed_entity_of_the_options_is_followed(
    hass: HomeAssistant, pump: ModbusServer
) -> None:
    """The resident gives it a better name."""
    registry = er.async_get(hass)
    registry.async_get_or_create(
        "sensor", "energy", "price", suggested_object_id="electricity_price"
    )
    set_price(hass, CHEAP)
    entry = house_with(hass, pump, prices=PRICES)
    await set_up(hass, entry)
    registry.async_update_entity(PRICE, new_entity_id="sensor.stroomprijs")
    await hass.async_block_till_done()
    assert entry.options["prices"]["electricity_entity"] == "sensor.stroomprijs"
    settings = entry.runtime_data.own.settings.prices
    assert settings.electricity_entity == "sensor.stroomprijs"


async def test_below_the_lowest_temperature_no_limit_holds(
    hass: HomeAssistant, pump: ModbusServer, freezer: FrozenDateTimeFactory
) -> None:
    """At once, also without a set point; and a thermometer that is lost counts too."""
    celsius = {"unit_of_measurement": "°C"}
    hass.states.async_set("sensor.room", "18.2", celsius)
    options = {**COMFORT, "room_entity": "sensor.room"}
    await set_up(hass, house_with(hass, pump, comfort=options))
    await limit_to(hass, 500)
    assert state_of(hass, RELEASED_BY) == "none"
    hass.states.async_set("sensor.room", "17.9", celsius)
    await pass_time(hass, freezer, 11)
    await until(lambda: state_of(hass, RELEASED_BY) == "room_too_cold")
    hass.states.async_set("sensor.room", "20", celsius)
    await pass_time(hass, freezer, 11)
    await until(lambda: state_of(hass, RELEASED_BY) == "none")
    hass.states.async_set("sensor.room", "unavailable")
    await live_through(hass, freezer, NOW + timedelta(minutes=6))
    assert state_of(hass, RELEASED_BY) == "room_reading_lost"


def learned_books() -> dict[str, Any]:
    """Return the books of a heat pump that was watched for two hours at -5 °C."""
    account = Account(1500, CheapestHeatSettings(prices=Prices()))
    for minute in range(121):
        account.note(
            Entry(
                time=NOW - timedelta(minutes=130 - minute),
                electric_w=1400,
                thermal_w=4200,
                outdoor_c=-5,
                cop=3.0,
                is_limited=False,
                is_normal=True,
            )
        )
    return account.as_dict()


async def test_limiting_is_put_in_the_books_and_kept_over_a_restart(
    hass: HomeAssistant,
    pump: ModbusServer,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
) -> None:
    """An hour at 500 W instead of 1400 W is 0.9 kWh, and 0.29 m³ of gas at COP 3."""
    entry = house_with(hass, pump, prices=PRICES | {"steer": False})
    hass_storage[f"{DOMAIN}.{entry.entry_id}"] = {
        "version": 1,
        "data": {PUMP_ID: {"account": learned_books()}},
    }
    set_price(hass, CHEAP)
    await set_up(hass, entry)
    assert number_of(hass, "wanted_power") == pytest.approx(1400, rel=0.01)
    await limit_to(hass, 500)
    pump.input[2] = 500
    pump.input[3] = 1500
    await live_through(hass, freezer, NOW + timedelta(hours=1))
    assert number_of(hass, "electricity_avoided_by_limits") == pytest.approx(0.9, 0.02)
    assert number_of(hass, "extra_gas_by_limits") == pytest.approx(0.291, 0.02)
    cost = 0.9 * (3 * 1.24 / (0.95 * 9.77) - CHEAP)
    assert number_of(hass, "extra_cost_of_limits") == pytest.approx(cost, 0.02)
    band = attributes_of(hass, "sensor.heat_pump_extra_gas_by_limits")
    assert band["low"] < 0.291 < band["high"]
    gas_m3 = number_of(hass, "extra_gas_by_limits")
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert number_of(hass, "extra_gas_by_limits") == pytest.approx(gas_m3, abs=0.002)


async def test_energy_is_fit_for_the_energy_dashboard(
    hass: HomeAssistant, house: MockConfigEntry
) -> None:
    """The counters of the device, with the classes that the dashboard asks for."""
    await set_up(hass, house)
    for name, kwh in (("electricity", 123.456), ("heat", 493.824)):
        assert number_of(hass, name) == kwh
        attributes = attributes_of(hass, f"sensor.heat_pump_{name}")
        assert attributes["device_class"] == "energy"
        assert attributes["state_class"] == "total_increasing"
        assert attributes["unit_of_measurement"] == "kWh"
    gas = attributes_of(hass, "sensor.heat_pump_gas")
    assert (gas["device_class"], gas["state_class"]) == ("gas", "total_increasing")


async def test_a_heat_pump_that_is_kept_off_is_not_free(
    hass: HomeAssistant, house: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    """What it draws then is not what it wants."""
    await set_up(hass, house)
    await limit_to(hass, 300)
    await live_through(hass, freezer, NOW + timedelta(minutes=1))
    await limit_to(hass, 1500)
    coordinator = house.runtime_data.heat_pumps[PUMP_ID]
    assert coordinator.decision.target.limit_w is None
    await limit_to(hass, 300)
    await live_through(hass, freezer, NOW + timedelta(minutes=32))
    await limit_to(hass, 600)
    assert coordinator.effective.limit_w == 600
    assert coordinator.decision.target.limit_w == 300


async def test_dalen_counts_for_a_heat_pump_that_does_not(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """1450 W for 12 minutes is 0.29 kWh; it goes on after a restart."""
    await make_helpers(hass)
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Dalen",
        subentries_data=[entity_subentry(WATTS_LIMIT, kind="watts")],
    )
    entry.add_to_hass(hass)
    await set_up(hass, entry)
    await live_through(hass, freezer, NOW + timedelta(minutes=12))
    kwh = number_of(hass, "electricity")
    assert kwh == pytest.approx(0.29, rel=0.02)
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert number_of(hass, "electricity") == pytest.approx(kwh)
    assert hass.states.get("sensor.heat_pump_heat") is None


async def test_kept_quarter_hours_are_counted(
    hass: HomeAssistant,
    house: MockConfigEntry,
    pump: ModbusServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """One in which the device draws what it may, and one in which it does not."""
    await set_up(hass, house)
    assert state_of(hass, "sensor.heat_pump_limit_kept") == "unknown"
    await limit_to(hass, 500)
    pump.input[2] = 480
    await live_through(hass, freezer, NOW + timedelta(minutes=15))
    pump.input[2] = 1450
    await live_through(hass, freezer, NOW + timedelta(minutes=31))
    assert state_of(hass, "sensor.heat_pump_limit_kept") == "50.0"


async def test_a_counter_that_shows_0_after_a_restart_is_doubted(
    hass: HomeAssistant,
    house: MockConfigEntry,
    pump: ModbusServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A device that starts would count its whole life again."""
    await set_up(hass, house)
    assert await hass.config_entries.async_unload(house.entry_id)
    pump.input[12] = pump.input[13] = 0
    await set_up(hass, house)
    assert number_of(hass, "electricity") == 123.456
    pump.input[12], pump.input[13] = 0x0001, 0xE241
    await live_through(hass, freezer, NOW + timedelta(minutes=1))
    assert number_of(hass, "electricity") == 123.457


async def test_books_that_cannot_be_read_start_anew(
    hass: HomeAssistant,
    house: MockConfigEntry,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """And the house says so; it is set up all the same."""
    hass_storage[f"{DOMAIN}.{house.entry_id}"] = {
        "version": 1,
        "data": {PUMP_ID: {"account": {"map": "rubbish", "counters": 1}}},
    }
    await set_up(hass, house)
    assert state_of(hass, LIMIT) == "1500.0"
    assert "heat pump map" in caplog.text
    assert "counters" in caplog.text
