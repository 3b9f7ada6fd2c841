"""The buttons: resume, and the limit write test on a running house."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from pymodbus.constants import ExcCodes
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from ..heat_pump.modbus_server import ModbusServer
from .houses import (
    PAUSE,
    PUMP_ID,
    SOURCE,
    limit_to,
    pass_time,
    pause_for,
    set_up,
    state_of,
    until,
)

pytestmark = pytest.mark.usefixtures("modbus")

RESUME = "button.heat_pump_resume"
TEST = "button.heat_pump_start_write_test"
OUTCOME = "sensor.heat_pump_write_test"

type Hook = Callable[[], Awaitable[None]]


class TestBench:
    """The waits of the write test: each takes no time, and the heat pump obeys."""

    __test__ = False

    def __init__(self, pump: ModbusServer, freezer: FrozenDateTimeFactory) -> None:
        """Let the heat pump follow the limit that is written."""
        self.pump = pump
        self.freezer = freezer
        self.waits = 0
        self.hooks: dict[int, Hook] = {}

    async def wait(self, seconds: float) -> None:
        """Pass seconds at once; do what is planned for this wait."""
        self.waits += 1
        self.freezer.tick(timedelta(seconds=seconds))
        limit, is_on = self.pump.holding[0], self.pump.holding[1]
        self.pump.input[2] = min(1450, limit) if is_on else 1450
        if hook := self.hooks.get(self.waits):
            await hook()
        await asyncio.sleep(0)


@pytest.fixture
def bench(
    pump: ModbusServer,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> TestBench:
    """Let the write test wait on the bench."""
    freezer.move_to(datetime(2026, 11, 23, 16, 7, 30, tzinfo=UTC))
    bench = TestBench(pump, freezer)
    monkeypatch.setattr("custom_components.dalen.write_test_run.WAIT", bench.wait)
    return bench


async def press(hass: HomeAssistant, button: str) -> None:
    """Press a button."""
    await hass.services.async_call(
        "button", "press", {"entity_id": button}, blocking=True
    )


async def test_resume(hass: HomeAssistant, house: MockConfigEntry) -> None:
    """One press ends the pause."""
    await set_up(hass, house)
    await limit_to(hass, 500)
    await pause_for(hass, "one_hour")
    await press(hass, RESUME)
    assert state_of(hass, PAUSE) == "none"
    assert state_of(hass, SOURCE) == "resident"


async def test_a_write_test_passes(
    hass: HomeAssistant, house: MockConfigEntry, bench: TestBench
) -> None:
    """The limit was there, is gone again, and the drop is kept."""
    await set_up(hass, house)
    assert state_of(hass, OUTCOME) == "not_tested"
    await press(hass, TEST)
    await until(lambda: state_of(hass, OUTCOME) == "passed")
    state = hass.states.get(OUTCOME)
    assert state is not None
    assert state.attributes["before_w"] == 1450
    assert state.attributes["limit_w"] == 725
    assert state.attributes["drop_w"] == 725
    assert house.state is ConfigEntryState.LOADED
    assert [725] in [values for _, values in bench.pump.writes]
    assert bench.pump.holding[1] == 0
    assert state_of(hass, SOURCE) == "none"


async def test_one_test_at_a_time_and_none_under_a_limit(
    hass: HomeAssistant, house: MockConfigEntry, bench: TestBench
) -> None:
    """The error tells what to do."""
    await set_up(hass, house)
    errors: list[str | None] = []

    async def press_again() -> None:
        with pytest.raises(HomeAssistantError) as caught:
            await press(hass, TEST)
        errors.append(caught.value.translation_key)

    bench.hooks = {3: press_again}
    await press(hass, TEST)
    await until(lambda: state_of(hass, OUTCOME) == "passed")
    assert errors == ["write_test_running"]
    await hass.async_block_till_done()
    await limit_to(hass, 500)
    with pytest.raises(HomeAssistantError) as caught:
        await press(hass, TEST)
    assert caught.value.translation_key == "write_test_limited"


async def test_a_limit_that_begins_ends_the_test(
    hass: HomeAssistant, house: MockConfigEntry, bench: TestBench
) -> None:
    """And holds as soon as the device is back; nothing is proven."""
    await set_up(hass, house)
    bench.hooks = {8: lambda: limit_to(hass, 500), 9: lambda: limit_to(hass, 600)}
    await press(hass, TEST)
    await until(lambda: (bench.pump.holding[0], bench.pump.holding[1]) == (600, 1))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(hass, OUTCOME) == "not_tested"
    assert state_of(hass, SOURCE) == "resident"


async def test_the_house_reads_on_during_the_test(
    hass: HomeAssistant, house: MockConfigEntry, bench: TestBench
) -> None:
    """The test's own limit is not taken for that of another system."""
    await set_up(hass, house)
    seen: list[str] = []

    async def read() -> None:
        await pass_time(hass, bench.freezer, 11, settle=False)
        seen.append(state_of(hass, "sensor.heat_pump_electric_power"))

    bench.hooks = {9: read}
    await press(hass, TEST)
    await until(lambda: state_of(hass, OUTCOME) == "passed")
    assert seen == ["725.0"]
    assert state_of(hass, "sensor.heat_pump_limit_status") == "not_limited"


async def test_a_house_that_stops_takes_the_limit_away(
    hass: HomeAssistant, house: MockConfigEntry, bench: TestBench
) -> None:
    """In the middle of a test."""
    await set_up(hass, house)
    unloaded: list[Any] = []

    async def unload() -> None:
        unloaded.append(
            hass.async_create_task(hass.config_entries.async_unload(house.entry_id))
        )
        await asyncio.to_thread(lambda: None)

    bench.hooks = {8: unload}
    await press(hass, TEST)
    await until(lambda: bool(unloaded) and unloaded[0].done())
    assert bench.pump.holding[1] == 0


async def test_a_heat_pump_that_falls_silent_is_told(
    hass: HomeAssistant, house: MockConfigEntry, bench: TestBench
) -> None:
    """The test ends, and says why."""
    await set_up(hass, house)

    async def fall_silent() -> None:
        bench.pump.failures = [ExcCodes.DEVICE_FAILURE] * 20

    bench.hooks = {2: fall_silent}
    await press(hass, TEST)
    await until(lambda: "write_test" in house.subentries[PUMP_ID].data)
    found = house.subentries[PUMP_ID].data["write_test"]
    assert found["outcome"] in {"unreachable", "not_restored"}
    assert found["limited_w"] is None
    bench.pump.failures.clear()
    await hass.async_block_till_done(wait_background_tasks=True)
    # The house is built anew with what was found.
    await hass.async_block_till_done()
