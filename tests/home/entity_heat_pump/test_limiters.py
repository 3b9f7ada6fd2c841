"""Numbers, percentages and gateways that hold a limit."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.dalen.entity_heat_pump.errors import (
    ActionFailedError,
    EntityUnavailableError,
    ImplausibleEntityError,
)
from custom_components.dalen.entity_heat_pump.factory import make_heat_pump
from custom_components.dalen.entity_heat_pump.heat_pump import EntityHeatPump
from custom_components.dalen.entity_heat_pump.level_target import demand_count
from custom_components.dalen.entity_heat_pump.limiter import Powers
from custom_components.dalen.heat_pump.model import LimitKind

from .fake_house import FakeHouse

POWERS = Powers(nameplate_w=2000, minimum_w=400)
WATTS = {"unit": "W", "low": 0, "high": 3000, "step": 10}
KILOWATTS = {"unit": "kW", "low": 1.1, "high": 100, "step": 0.1}
PERCENT = {"unit": "%", "low": 20, "high": 100, "step": 10}


@pytest.fixture
def house() -> FakeHouse:
    """Return a house with a heat pump that draws 1450 W."""
    house = FakeHouse()
    house.put("sensor.power", 1450, "W")
    return house


def pump(house: FakeHouse, powers: Powers = POWERS, **limit: Any) -> EntityHeatPump:
    """Return a heat pump with a control."""
    data = {"power_entity": "sensor.power", "limit": limit}
    return make_heat_pump(house, data, powers, lambda: house.now)


def watts_pump(house: FakeHouse, **changed: Any) -> EntityHeatPump:
    """Return a heat pump with a number in watts, at its highest."""
    house.put("number.limit", 3000, "W", min=0, max=3000, step=10)
    limit = {"type": "watts", "entity_id": "number.limit", "range": WATTS, "free": 3000}
    return pump(house, **limit | changed)


async def test_a_number_in_watts(house: FakeHouse) -> None:
    """Rounded down, read back, and set back to what it was."""
    heat_pump = watts_pump(house)
    capability = heat_pump.capability
    assert capability.kind is LimitKind.WATTS
    assert (capability.lowest_w, capability.maximum_w, capability.step_w) == (
        0,
        2000,
        10,
    )
    assert (await heat_pump.read(house.now)).limit_readback_w is None
    assert await heat_pump.set_limit(1234) == 1230
    assert house.entities["number.limit"].state == "1230.0"
    house.later(seconds=10)
    assert (await heat_pump.read(house.now)).limit_readback_w == 1230
    await heat_pump.set_limit(1230)
    assert len(house.actions) == 1
    assert not heat_pump.refresh_due(house.now)
    await heat_pump.refresh()
    assert await heat_pump.set_limit(None) is None
    assert float(house.entities["number.limit"].state) == 3000
    assert (await heat_pump.read(house.now)).limit_readback_w is None


async def test_a_number_in_kilowatts_with_a_switch(house: FakeHouse) -> None:
    """The limit of a NIBE: a number that is heeded while a switch is on."""
    house.put("number.limit", 4.2, "kW", min=1.1, max=100, step=0.1)
    house.put("switch.activate", "off")
    heat_pump = pump(
        house,
        type="watts",
        entity_id="number.limit",
        range=KILOWATTS,
        free=4.2,
        enable={"entity_id": "switch.activate", "value": "on"},
        enable_free={"entity_id": "switch.activate", "value": "off"},
    )
    assert heat_pump.capability.lowest_w == pytest.approx(1100)
    assert (await heat_pump.read(house.now)).limit_readback_w is None
    assert await heat_pump.set_limit(1576) == pytest.approx(1500)
    assert house.entities["number.limit"].state == "1.5"
    assert house.entities["switch.activate"].state == "on"
    house.later(seconds=1)
    house.put("number.limit", 1.5)
    assert (await heat_pump.read(house.now)).limit_readback_w == pytest.approx(1500)
    await heat_pump.set_limit(None)
    assert house.entities["switch.activate"].state == "off"
    assert house.entities["number.limit"].state == "1.5"
    assert (await heat_pump.read(house.now)).limit_readback_w is None


async def test_a_device_whose_lowest_value_is_no_limit(house: FakeHouse) -> None:
    """Then the lowest limit is one step higher."""
    heat_pump = watts_pump(house, free=0)
    assert heat_pump.capability.lowest_w == 10
    await heat_pump.set_limit(0)
    assert float(house.entities["number.limit"].state) == 10
    await heat_pump.set_limit(None)
    assert float(house.entities["number.limit"].state) == 0


async def test_the_unit_of_a_number_can_change(house: FakeHouse) -> None:
    """Its owner can show it in kilowatts; a limit stays the same power."""
    heat_pump = watts_pump(house)
    house.put("number.limit", 3, "kW", min=0, max=3, step=0.01)
    assert (await heat_pump.read(house.now)).limit_readback_w is None
    await heat_pump.set_limit(500)
    assert house.entities["number.limit"].state == "0.5"
    await heat_pump.set_limit(None)
    assert house.entities["number.limit"].state == "3.0"


async def test_an_entity_needs_time_to_show_a_limit(house: FakeHouse) -> None:
    """Until it reports, what was written counts; after five minutes no more."""
    heat_pump = watts_pump(house)
    house.delay = timedelta(seconds=40)
    await heat_pump.set_limit(700)
    house.later(seconds=10)
    house.put("sensor.power", 1450)
    assert (await heat_pump.read(house.now)).limit_readback_w == 700
    house.later(seconds=40)
    assert (await heat_pump.read(house.now)).limit_readback_w == 700
    house.delay = timedelta(hours=9)
    await heat_pump.set_limit(500)
    house.later(minutes=6)
    house.put("sensor.power", 1450)
    assert (await heat_pump.read(house.now)).limit_readback_w == 700


async def test_a_foreign_writer_is_seen(house: FakeHouse) -> None:
    """The read-back is what the entity says."""
    heat_pump = watts_pump(house)
    await heat_pump.set_limit(700)
    house.later(seconds=10)
    house.put("number.limit", 1800)
    assert (await heat_pump.read(house.now)).limit_readback_w == 1800


@pytest.mark.parametrize("gone", ["sensor.power", "number.limit"])
async def test_without_its_power_or_control_it_is_unreachable(
    house: FakeHouse, gone: str
) -> None:
    """Home Assistant would skip a write to it without a word."""
    heat_pump = watts_pump(house)
    house.put(gone, "unavailable")
    with pytest.raises(EntityUnavailableError, match=gone):
        await heat_pump.read(house.now)
    del house.entities[gone]
    with pytest.raises(EntityUnavailableError, match=gone):
        await heat_pump.read(house.now)


async def test_a_write_to_an_unavailable_entity_fails(house: FakeHouse) -> None:
    """And one that the integration cannot do fails too."""
    heat_pump = watts_pump(house)
    house.broken = True
    with pytest.raises(ActionFailedError, match=r"number\.set_value"):
        await heat_pump.set_limit(500)
    house.put("number.limit", "unavailable")
    for limit_w in (500, None):
        with pytest.raises(EntityUnavailableError):
            await heat_pump.set_limit(limit_w)


async def test_an_unknown_power_is_none(house: FakeHouse) -> None:
    """It is there, but has no value yet."""
    heat_pump = watts_pump(house)
    house.put("sensor.power", "unknown")
    house.put("number.limit", "unknown")
    state = await heat_pump.read(house.now)
    assert (state.electric_w, state.limit_readback_w) == (None, None)


async def test_a_power_out_of_bounds(house: FakeHouse) -> None:
    """Is refused as a reading."""
    heat_pump = watts_pump(house)
    house.put("sensor.power", 145_000)
    with pytest.raises(ImplausibleEntityError):
        await heat_pump.read(house.now)


async def test_stale_entities_are_noted(house: FakeHouse) -> None:
    """Their value is used all the same: many report only a change."""
    heat_pump = watts_pump(house)
    await heat_pump.read(house.now)
    assert heat_pump.stale == ()
    house.later(minutes=6)
    state = await heat_pump.read(house.now)
    assert heat_pump.stale == ("sensor.power",)
    assert state.electric_w == 1450
    identity = await heat_pump.identity()
    assert (identity.serial, identity.firmware) == (None, None)


@given(st.floats(0, 5000), st.sampled_from([1, 10, 50, 250]))
async def test_a_number_is_never_set_above_the_limit(limit_w: float, step: int) -> None:
    """Whatever the step is."""
    house = FakeHouse()
    house.put("sensor.power", 1450, "W")
    house.put("number.limit", 3000, "W", min=0, max=3000, step=step)
    heat_pump = pump(
        house,
        type="watts",
        entity_id="number.limit",
        range=WATTS | {"step": step},
        free=3000,
    )
    applied_w = await heat_pump.set_limit(limit_w)
    assert applied_w is not None
    assert applied_w <= limit_w
    held = float(house.entities["number.limit"].state)
    assert held <= limit_w


def percent_pump(house: FakeHouse) -> EntityHeatPump:
    """Return a heat pump with a percentage."""
    house.put("number.percent", 100, "%", min=20, max=100, step=10)
    return pump(
        house, type="percent", entity_id="number.percent", range=PERCENT, free=100
    )


async def run(
    heat_pump: EntityHeatPump,
    house: FakeHouse,
    minutes: float,
    watts_per_percent: float,
) -> list[datetime]:
    """Let it run as the house does; its power follows the percentage."""
    steps = []
    for _ in range(round(minutes * 6)):
        house.later(seconds=10)
        percent = float(house.entities["number.percent"].state)
        house.put("sensor.power", percent * watts_per_percent)
        await heat_pump.read(house.now)
        if heat_pump.refresh_due(house.now):
            await heat_pump.refresh()
            steps.append(house.now)
    return steps


async def test_a_percentage_follows_the_measured_power(house: FakeHouse) -> None:
    """It starts from a guess and steps until the power is below the limit."""
    heat_pump = percent_pump(house)
    capability = heat_pump.capability
    assert (capability.kind, capability.lowest_w) == (LimitKind.PERCENT, 400)
    await heat_pump.read(house.now)
    await heat_pump.set_limit(1000)
    first = float(house.entities["number.percent"].state)
    assert first < 100
    # It draws more than the straight line between minimum and nameplate.
    steps = await run(heat_pump, house, 60, 25)
    assert steps
    assert all(b - a >= timedelta(minutes=10) for a, b in pairwise(steps))
    assert float(house.entities["number.percent"].state) * 25 <= 1050
    assert (await heat_pump.read(house.now)).limit_readback_w == 1000
    await heat_pump.set_limit(None)
    assert float(house.entities["number.percent"].state) == 100
    assert (await heat_pump.read(house.now)).limit_readback_w is None
    assert not heat_pump.refresh_due(house.now)
    await heat_pump.refresh()


async def test_a_percentage_that_someone_raises(house: FakeHouse) -> None:
    """Is no longer our limit; a lower one is."""
    heat_pump = percent_pump(house)
    await heat_pump.read(house.now)
    await heat_pump.set_limit(1000)
    house.later(seconds=10)
    house.put("number.percent", 100)
    assert (await heat_pump.read(house.now)).limit_readback_w is None
    house.put("number.percent", 20)
    assert (await heat_pump.read(house.now)).limit_readback_w == 1000


async def test_a_silent_meter_means_the_lowest_percentage(house: FakeHouse) -> None:
    """A value that never changes proves nothing."""
    heat_pump = percent_pump(house)
    await heat_pump.read(house.now)
    await heat_pump.set_limit(1500)
    house.later(minutes=12)
    house.put("number.percent", house.entities["number.percent"].state)
    await heat_pump.read(house.now)
    assert heat_pump.stale == ("sensor.power",)
    assert heat_pump.refresh_due(house.now)
    await heat_pump.refresh()
    assert float(house.entities["number.percent"].state) == 20


async def test_heishamon(house: FakeHouse) -> None:
    """Its percentage goes over MQTT, and again every five minutes."""
    heat_pump = pump(house, type="heishamon", topic="panasonic_heat_pump")
    await heat_pump.read(house.now)
    await heat_pump.set_limit(1000)
    sent = house.actions[-1]
    assert sent.name == "mqtt.publish"
    assert sent.data["topic"] == "panasonic_heat_pump/commands/SetDemandControl"
    assert 43 <= int(sent.data["payload"]) < 234
    assert (await heat_pump.read(house.now)).limit_readback_w == 1000
    house.later(minutes=4)
    house.put("sensor.power", 1000)
    await heat_pump.read(house.now)
    assert not heat_pump.refresh_due(house.now)
    house.later(minutes=1)
    assert heat_pump.refresh_due(house.now)
    await heat_pump.refresh()
    assert house.actions[-1] == sent
    await heat_pump.set_limit(None)
    assert house.actions[-1].data["payload"] == "234"
    assert not heat_pump.refresh_due(house.now)


async def test_a_broker_that_is_gone(house: FakeHouse) -> None:
    """What HeishaMon holds is unknown then: nothing is claimed."""
    heat_pump = pump(house, type="heishamon", topic="hp")
    await heat_pump.set_limit(1000)
    house.broken = True
    with pytest.raises(ActionFailedError):
        await heat_pump.set_limit(500)
    assert (await heat_pump.read(house.now)).limit_readback_w is None


@given(st.integers(5, 100))
def test_the_counts_of_heishamon(percent: int) -> None:
    """43 is 5 %, 234 is 100 %."""
    count = demand_count(percent)
    assert 43 <= count <= 234
    assert (demand_count(5), demand_count(100)) == (43, 234)


async def test_monitor_only(house: FakeHouse) -> None:
    """It is never set, whatever is asked."""
    heat_pump = pump(house, type="none")
    capability = heat_pump.capability
    assert capability.kind is LimitKind.MONITOR
    assert await heat_pump.set_limit(0) is None
    assert await heat_pump.set_limit(None) is None
    state = await heat_pump.read(house.now)
    assert (state.electric_w, state.limit_readback_w) == (1450, None)
    assert not heat_pump.refresh_due(house.now)
    await heat_pump.refresh()
    assert not house.actions


OPENTHERM = {"type": "opentherm", "gateway_id": "gw"}


async def test_the_modulation_of_an_opentherm_gateway(house: FakeHouse) -> None:
    """It is set once and cleared with -1; a fresh start clears what was left."""
    heat_pump = pump(house, **OPENTHERM, method="max_modulation", block=0)
    assert heat_pump.capability.kind is LimitKind.SETPOINT
    assert heat_pump.capability.watchdog_s is None
    await heat_pump.set_limit(None)
    assert house.actions[-1].data == {"gateway_id": "gw", "level": -1}
    await heat_pump.set_limit(None)
    assert len(house.actions) == 1
    assert await heat_pump.set_limit(300) == 0
    assert house.actions[-1].name == "opentherm_gw.set_max_modulation"
    assert house.actions[-1].data == {"gateway_id": "gw", "level": 0}
    await heat_pump.set_limit(300)
    assert len(house.actions) == 2
    assert (await heat_pump.read(house.now)).limit_readback_w == 0
    house.later(hours=1)
    assert not heat_pump.refresh_due(house.now)


async def test_the_set_point_of_an_opentherm_gateway(house: FakeHouse) -> None:
    """The gateway drops it after a minute: it is sent again in time."""
    heat_pump = pump(house, **OPENTHERM, method="control_setpoint", block=25)
    assert heat_pump.capability.watchdog_s == 60
    await heat_pump.set_limit(300)
    assert house.actions[-1].data == {"gateway_id": "gw", "temperature": 25}
    house.later(seconds=10)
    assert not heat_pump.refresh_due(house.now)
    house.later(seconds=10)
    assert heat_pump.refresh_due(house.now)
    await heat_pump.refresh()
    assert len(house.actions) == 2
    assert heat_pump.refresh_due(house.now - timedelta(hours=1))
    await heat_pump.set_limit(None)
    assert house.actions[-1].data == {"gateway_id": "gw", "temperature": 0}
    assert not heat_pump.refresh_due(house.now)
    await heat_pump.refresh()
    assert len(house.actions) == 3


async def test_a_gateway_that_fails_is_tried_again(house: FakeHouse) -> None:
    """What it holds is unknown: it is neither claimed nor left."""
    heat_pump = pump(house, **OPENTHERM, method="control_setpoint", block=25)
    await heat_pump.set_limit(300)
    house.broken = True
    with pytest.raises(ActionFailedError):
        await heat_pump.set_limit(None)
    house.broken = False
    await heat_pump.set_limit(None)
    assert house.actions[-1].data["temperature"] == 0
