"""The options of the house: each screen, its errors, and what it changes."""

from datetime import UTC, datetime
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .houses import LIMIT, NUMBER, SOURCE, limit_to, pass_time, set_up, state_of

pytestmark = pytest.mark.usefixtures("modbus")

EVENING = {"days": ["mon"], "start": "16:00:00", "end": "21:00:00", "limit_w": 500}
FINE_TUNING = {
    "boiler_efficiency": 95,
    "hysteresis": 5,
    "min_time_min": 30,
    "electricity_co2_kg_kwh": 0.27,
}
PRICES = {
    "steer": True,
    "electricity_eur_kwh": 0.27,
    "gas_eur_m3": 1.24,
    "more": FINE_TUNING,
}
COMFORT = {"minimum_c": 18, "drop_k": 1, "after_min": 30}


@pytest.fixture(autouse=True)
def monday_afternoon(freezer: FrozenDateTimeFactory) -> None:
    """Begin on a Monday at 15:59 in Amsterdam."""
    freezer.move_to(datetime(2026, 11, 23, 14, 59, tzinfo=UTC))


@pytest.fixture
async def running(hass: HomeAssistant, house: MockConfigEntry) -> MockConfigEntry:
    """Return a house that runs, with the clock of Amsterdam."""
    await hass.config.async_set_time_zone("Europe/Amsterdam")
    await set_up(hass, house)
    return house


class Options:
    """One run through the options."""

    def __init__(self, hass: HomeAssistant, entry: MockConfigEntry) -> None:
        """Bind it to the house."""
        self.hass = hass
        self.entry = entry
        self.result: Any = None

    async def open(self, *steps: str) -> Any:
        """Open the options, and choose in one menu after another."""
        flow = self.hass.config_entries.options
        self.result = await flow.async_init(self.entry.entry_id)
        for step in steps:
            await self.choose(step)
        return self.result

    async def choose(self, step: str) -> Any:
        """Choose in a menu."""
        return await self.answer({"next_step_id": step})

    async def answer(self, answers: dict[str, Any]) -> Any:
        """Fill in a screen."""
        self.result = await self.hass.config_entries.options.async_configure(
            self.result["flow_id"], answers
        )
        await self.hass.async_block_till_done()
        return self.result


@pytest.fixture
def options(hass: HomeAssistant, running: MockConfigEntry) -> Options:
    """Return the options of the house that runs."""
    return Options(hass, running)


async def test_the_resident_adds_hours_and_they_limit_at_once(
    hass: HomeAssistant,
    options: Options,
    running: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Without any hub."""
    await options.open("schedule", "schedule_add")
    result = await options.answer(EVENING)
    assert result["type"] is FlowResultType.MENU
    assert "16:00-21:00, 500 W" in result["description_placeholders"]["blocks"]
    assert "Monday" in result["description_placeholders"]["blocks"]
    result = await options.choose("schedule_save")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert running.options["schedule"]["blocks"] == [
        {"days": [0], "start": "16:00:00", "end": "21:00:00", "limit_w": 500}
    ]
    assert state_of(hass, SOURCE) == "none"
    await pass_time(hass, freezer, 61)
    assert state_of(hass, SOURCE) == "schedule"
    assert state_of(hass, LIMIT) == "500.0"


async def test_nothing_changes_before_it_is_saved(
    options: Options, running: MockConfigEntry
) -> None:
    """A resident who closes the window changes nothing."""
    await options.open("schedule", "schedule_add")
    await options.answer(EVENING)
    assert "schedule" not in running.options


async def test_hours_are_changed_and_deleted(
    options: Options, running: MockConfigEntry
) -> None:
    """The screen starts with what is there."""
    await options.open("schedule", "schedule_preset")
    await options.answer({"preset": "pilot_frame"})
    assert "- Every day: 16:00" in options.result["description_placeholders"]["blocks"]
    await options.choose("schedule_add")
    await options.answer(EVENING)
    await options.choose("schedule_change")
    result = await options.answer({"block": "1"})
    suggested = {
        str(field): field.description["suggested_value"]
        for field in result["data_schema"].schema
    }
    assert suggested == EVENING
    await options.answer({**EVENING, "days": ["sat", "sun"], "limit_w": 800})
    await options.choose("schedule_delete")
    await options.answer({"block": "0"})
    await options.choose("schedule_save")
    (block,) = running.options["schedule"]["blocks"]
    assert (block["days"], block["limit_w"]) == ([5, 6], 800)
    await options.open("schedule", "schedule_preset")
    await options.answer({"preset": "none"})
    assert "schedule_delete" not in options.result["menu_options"]
    await options.choose("schedule_save")
    assert running.options["schedule"]["blocks"] == []


async def test_hours_need_a_day(options: Options) -> None:
    """A block that never is would be a mistake."""
    await options.open("schedule", "schedule_add")
    result = await options.answer({**EVENING, "days": []})
    assert result["errors"] == {"days": "no_days"}
    result = await options.answer(EVENING)
    assert result["type"] is FlowResultType.MENU


async def test_there_is_an_end_to_the_hours(
    options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the screen says so before it is saved."""
    monkeypatch.setattr("custom_components.dalen.flows.options_schedule.MAX_BLOCKS", 1)
    await options.open("schedule", "schedule_add")
    await options.answer(EVENING)
    await options.choose("schedule_add")
    result = await options.answer(EVENING)
    assert result["errors"] == {"base": "too_many_blocks"}


async def test_prices_are_kept_with_their_fine_tuning(
    hass: HomeAssistant, options: Options, running: MockConfigEntry
) -> None:
    """The screen starts with them the next time."""
    hass.states.async_set("sensor.gas", "1.3", {"unit_of_measurement": "EUR/m³"})
    await options.open("prices")
    await options.answer({**PRICES, "gas_entity": "sensor.gas"})
    assert running.options["prices"] == {
        "steer": True,
        "electricity_eur_kwh": 0.27,
        "gas_eur_m3": 1.24,
        "gas_entity": "sensor.gas",
        **FINE_TUNING,
    }
    result = await options.open("prices")
    fields = {str(field): field for field in result["data_schema"].schema}
    assert fields["gas_entity"].description["suggested_value"] == "sensor.gas"


@pytest.mark.parametrize("unit", ["EUR/m³", "kWh", "SEK/kWh"])
async def test_an_entity_without_a_price_is_refused(
    hass: HomeAssistant, options: Options, unit: str
) -> None:
    """The screen says which, and can be mended."""
    hass.states.async_set("sensor.power", "1", {"unit_of_measurement": unit})
    await options.open("prices")
    result = await options.answer({**PRICES, "electricity_entity": "sensor.power"})
    assert result["errors"] == {"electricity_entity": "no_price"}
    result = await options.answer(PRICES)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_the_room_has_to_tell_a_temperature(
    hass: HomeAssistant, options: Options, running: MockConfigEntry
) -> None:
    """Nobody is protected by an entity that tells nothing."""
    celsius = {"unit_of_measurement": "°C"}
    hass.states.async_set("sensor.room", "unknown", celsius)
    hass.states.async_set("climate.room", "heat", {"current_temperature": 20})
    await options.open("comfort")
    result = await options.answer({**COMFORT, "room_entity": "sensor.room"})
    assert result["errors"] == {"room_entity": "no_temperature"}
    both = {"room_entity": "sensor.room", "climate_entity": "climate.room"}
    result = await options.answer({**COMFORT, **both})
    assert result["errors"] == {"base": "room_twice"}
    result = await options.answer({**COMFORT, "set_point_entity": "sensor.room"})
    assert result["errors"] == {"set_point_entity": "set_point_without_room"}
    await options.answer({**COMFORT, "climate_entity": "climate.room"})
    assert running.options["comfort"]["climate_entity"] == "climate.room"


async def test_the_safe_mode_is_for_members(
    hass: HomeAssistant, options: Options, running: MockConfigEntry
) -> None:
    """A house without a hub is not asked what to do without a hub."""
    result = await options.open()
    assert result["menu_options"] == ["schedule", "prices", "comfort"]


async def test_a_member_chooses_its_safe_mode(
    hass: HomeAssistant, member: MockConfigEntry
) -> None:
    """A limit, or a release."""
    await set_up(hass, member)
    options = Options(hass, member)
    await options.open("safe_mode")
    answers = {
        "when_silent": "release",
        "limit_w": 600,
        "start": "17:00:00",
        "end": "20:00:00",
        "below_outdoor_c": 3,
        "lasts_days": 2,
    }
    await options.answer(answers)
    assert member.options["safe_mode"] == answers
    assert member.runtime_data.own.settings.safe_mode is None
    await options.open("safe_mode")
    await options.answer({**answers, "when_silent": "limit"})
    safe_mode = member.runtime_data.own.settings.safe_mode
    assert safe_mode.block.limit_w == 600


async def test_one_subject_keeps_the_others_and_the_resident(
    hass: HomeAssistant, options: Options, running: MockConfigEntry
) -> None:
    """A change builds the house anew; nothing that was decided is lost."""
    await limit_to(hass, 900)
    await options.open("schedule", "schedule_add")
    await options.answer(EVENING)
    await options.choose("schedule_save")
    await options.open("comfort")
    await options.answer(COMFORT)
    assert {"schedule", "comfort"} <= running.options.keys()
    assert state_of(hass, NUMBER) == "900.0"
