"""What releases a heat pump, what holds it back, and what is kept of it all."""

from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.dalen.const import DOMAIN

from ..heat_pump.modbus_server import ModbusServer
from ..openadr.builders import caps_json
from ..openadr.vtn_server import problem
from .houses import (
    CONNECTED,
    LIMIT,
    NUMBER,
    PUMP_ID,
    SOURCE,
    limit_to,
    live_through,
    pass_time,
    set_up,
    state_of,
    until,
)
from .hub_server import HubServer

pytestmark = pytest.mark.usefixtures("modbus")

NOW = datetime(2026, 11, 23, 16, 7, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def start_of_evening(freezer: FrozenDateTimeFactory) -> None:
    """Begin in the first interval of the events."""
    freezer.move_to(NOW)


def released_by(hass: HomeAssistant) -> str | None:
    """Return what the limit source says about releases."""
    state = hass.states.get(SOURCE)
    assert state is not None
    reason: str | None = state.attributes["released_by"]
    return reason


@pytest.mark.parametrize(
    ("register", "bad", "good", "reason"),
    [(1, 7, 0, "boiler_fault"), (8, 165, 205, "room_too_cold")],
)
async def test_a_house_that_needs_its_heat_is_released(
    hass: HomeAssistant,
    house: MockConfigEntry,
    pump: ModbusServer,
    freezer: FrozenDateTimeFactory,
    register: int,
    bad: int,
    good: int,
    reason: str,
) -> None:
    """At the first reading that tells, and limited again when it is over."""
    await set_up(hass, house)
    await limit_to(hass, 500)
    pump.input[register] = bad
    await pass_time(hass, freezer, 11)
    await until(lambda: pump.holding[1] == 0)
    await until(lambda: released_by(hass) == reason)
    pump.input[register] = good
    await live_through(hass, freezer, datetime.now(UTC) + timedelta(minutes=6))
    assert pump.holding[1] == 1
    assert released_by(hass) is None


async def test_a_heat_pump_that_cannot_be_read_is_released(
    hass: HomeAssistant,
    house: MockConfigEntry,
    pump: ModbusServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """After five minutes; nobody knows what the limit does."""
    await set_up(hass, house)
    await limit_to(hass, 500)
    pump.input[2] = 65_000
    await live_through(hass, freezer, NOW + timedelta(minutes=4, seconds=50))
    assert pump.holding[1] == 1
    await live_through(hass, freezer, NOW + timedelta(minutes=5, seconds=2))
    await until(lambda: pump.holding[1] == 0)
    pump.input[2] = 1450
    await pass_time(hass, freezer, 11)
    await until(lambda: pump.holding[1] == 1)


async def test_a_heat_pump_that_went_off_stays_off_for_a_while(
    hass: HomeAssistant,
    house: MockConfigEntry,
    pump: ModbusServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Starting wears it out. But who lifts the limit gets the heat at once."""
    await set_up(hass, house)
    await limit_to(hass, 300)
    await live_through(hass, freezer, NOW + timedelta(minutes=1))
    await limit_to(hass, 600)
    assert state_of(hass, LIMIT) == "600.0"
    assert pump.holding[0] == 300
    await live_through(hass, freezer, NOW + timedelta(minutes=19, seconds=50))
    assert pump.holding[0] == 300
    await live_through(hass, freezer, NOW + timedelta(minutes=20, seconds=1))
    await until(lambda: pump.holding[0] == 600)
    await limit_to(hass, 1500)
    assert pump.holding[1] == 0


async def test_a_house_without_its_hub_lets_go_slowly(
    hass: HomeAssistant,
    member: MockConfigEntry,
    hub: HubServer,
    pump: ModbusServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The plan runs to its end; then not all houses start in the same minute."""
    hub.events = [caps_json(0.6, 0.6)]
    await set_up(hass, member)
    await until(lambda: state_of(hass, CONNECTED) == "on")
    await until(lambda: pump.holding[0] == 600)
    hub.handler = _fail
    end = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)
    await live_through(hass, freezer, end)
    assert pump.holding[1] == 1
    assert state_of(hass, SOURCE) == "safe_mode"
    await live_through(hass, freezer, end + timedelta(minutes=15, seconds=11))
    assert pump.holding[1] == 0
    assert state_of(hass, SOURCE) == "none"


async def test_what_an_older_version_stored_is_taken_over(
    hass: HomeAssistant,
    house: MockConfigEntry,
    pump: ModbusServer,
    hass_storage: dict[str, Any],
) -> None:
    """The limit of the resident, the writes and the stops, once."""
    hass_storage[f"{DOMAIN}.{house.entry_id}"] = {
        "version": 1,
        "data": {
            PUMP_ID: {
                "resident_w": 700,
                "writes": ["2026-11-23T16:00:00+00:00"],
                "stops": {
                    "stops": [
                        ["2026-11-23T10:00:00+00:00", "2026-11-23T11:00:00+00:00"]
                    ]
                },
            }
        },
    }
    await set_up(hass, house)
    assert state_of(hass, NUMBER) == "700.0"
    assert (pump.holding[0], pump.holding[1]) == (700, 1)
    assert await hass.config_entries.async_unload(house.entry_id)
    stored = hass_storage[f"{DOMAIN}.{house.entry_id}"]["data"][PUMP_ID]
    assert stored.keys() == {"engine", "account"}
    assert len(stored["engine"]["writes"]) == 2
    assert stored["engine"]["stops"]["stops"]


async def _fail(_: Any) -> Any:
    """Answer as a hub that is out of order."""
    return problem(500, "Out of order")
