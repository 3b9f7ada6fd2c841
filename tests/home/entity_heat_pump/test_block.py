"""Contacts, options and set points: a heat pump that can only be stopped."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.dalen.entity_heat_pump.errors import ActionFailedError
from custom_components.dalen.entity_heat_pump.factory import make_heat_pump
from custom_components.dalen.entity_heat_pump.heat_pump import EntityHeatPump
from custom_components.dalen.entity_heat_pump.limiter import Powers
from custom_components.dalen.heat_pump.model import LimitKind

from .fake_house import FakeHouse

ONE, TWO = "switch.sg_1", "switch.sg_2"
BLOCK_BELOW_W = 800


def set_to(**values: str) -> list[dict[str, str]]:
    """Return settings of switches."""
    return [{"entity_id": f"switch.{name}", "value": v} for name, v in values.items()]


SG_READY = {
    "type": "block",
    "kind": "contact",
    "block": set_to(sg_1="on", sg_2="off"),
    "free": set_to(sg_1="off", sg_2="off"),
}
RELAY = {
    "type": "block",
    "kind": "contact",
    "block": set_to(sg_1="on"),
    "free": set_to(sg_1="off"),
}


def pump(house: FakeHouse, limit: dict[str, Any]) -> EntityHeatPump:
    """Return a heat pump behind a contact, without a meter."""
    powers = Powers(nameplate_w=2000, minimum_w=BLOCK_BELOW_W)
    return make_heat_pump(house, {"limit": limit}, powers, lambda: house.now)


def contacts(house: FakeHouse) -> tuple[str, ...]:
    """Return the positions of the switches that there are."""
    return tuple(house.entities[e].state for e in (ONE, TWO) if e in house.entities)


@pytest.fixture
def house() -> FakeHouse:
    """Return a house with two switches that have been off for a day."""
    house = FakeHouse()
    for entity_id in (ONE, TWO):
        house.put(entity_id, "off")
        house.age(entity_id, days=1)
    return house


async def test_two_contacts(house: FakeHouse) -> None:
    """1,0 stops it and 0,0 lets it go, as SG-Ready says."""
    heat_pump = pump(house, SG_READY)
    assert heat_pump.capability.kind is LimitKind.CONTACT
    assert (await heat_pump.read(house.now)).limit_readback_w is None
    assert await heat_pump.set_limit(500) == 0
    assert contacts(house) == ("on", "off")
    assert (await heat_pump.read(house.now)).limit_readback_w == 0
    assert await heat_pump.set_limit(None) is None
    assert contacts(house) == ("off", "off")
    assert not heat_pump.refresh_due(house.now)
    await heat_pump.refresh()


async def test_a_limit_above_the_threshold_lets_it_run(house: FakeHouse) -> None:
    """A contact cannot hold a power."""
    heat_pump = pump(house, SG_READY)
    await heat_pump.read(house.now)
    assert await heat_pump.set_limit(BLOCK_BELOW_W) is None
    assert contacts(house) == ("off", "off")


async def test_forced_on_is_never_passed(house: FakeHouse) -> None:
    """From "recommended on" (0,1) to "stop" (1,0) the second opens first."""
    heat_pump = pump(house, SG_READY)
    house.put(TWO, "on")
    house.age(TWO, hours=1)
    await heat_pump.read(house.now)
    seen = []
    original = house.act

    async def act(action: Any) -> None:
        await original(action)
        seen.append(contacts(house))

    house.act = act  # type: ignore[method-assign]
    await heat_pump.set_limit(0)
    assert seen == [("off", "off"), ("on", "off")]


async def test_what_others_recommend_is_left_alone(house: FakeHouse) -> None:
    """A release does not end "recommended on" of a solar manager."""
    house.put(TWO, "on")
    house.age(TWO, hours=1)
    heat_pump = pump(house, SG_READY)
    await heat_pump.read(house.now)
    await heat_pump.set_limit(None)
    assert contacts(house) == ("off", "on")
    assert not house.actions


async def test_a_stop_that_was_left_behind_is_released(house: FakeHouse) -> None:
    """And then counts as a stop: a pause follows."""
    house.put(ONE, "on")
    house.age(ONE, minutes=30)
    heat_pump = pump(house, RELAY)
    await heat_pump.set_limit(None)
    assert contacts(house)[0] == "off"
    house.later(minutes=9)
    await heat_pump.read(house.now)
    assert await heat_pump.set_limit(0) is None
    house.later(minutes=1)
    assert await heat_pump.set_limit(0) == 0


async def test_a_reload_does_not_cut_the_pause_short(house: FakeHouse) -> None:
    """A new adapter sees when the switch changed."""
    house.put(ONE, "off")
    house.age(ONE, minutes=4)
    heat_pump = pump(house, RELAY)
    await heat_pump.read(house.now)
    assert await heat_pump.set_limit(0) is None
    house.later(minutes=6)
    assert await heat_pump.set_limit(0) == 0


async def test_an_unknown_switch_is_released(house: FakeHouse) -> None:
    """Nobody knows what it holds: free is the safe side."""
    house.put(ONE, "unknown")
    heat_pump = pump(house, RELAY)
    assert (await heat_pump.read(house.now)).limit_readback_w is None
    await heat_pump.set_limit(None)
    assert contacts(house)[0] == "off"


async def test_a_stop_that_fails_half_way(house: FakeHouse) -> None:
    """The next try does the rest; until then nothing is claimed."""
    heat_pump = pump(house, SG_READY)
    await heat_pump.read(house.now)
    house.broken = True
    with pytest.raises(ActionFailedError):
        await heat_pump.set_limit(0)
    assert (await heat_pump.read(house.now)).limit_readback_w is None
    house.broken = False
    await heat_pump.set_limit(0)
    assert contacts(house) == ("on", "off")


async def test_someone_else_frees_it(house: FakeHouse) -> None:
    """The read-back shows it, and a release then has nothing to do."""
    heat_pump = pump(house, RELAY)
    await heat_pump.read(house.now)
    await heat_pump.set_limit(0)
    house.later(seconds=10)
    house.put(ONE, "off")
    assert (await heat_pump.read(house.now)).limit_readback_w is None
    done = len(house.actions)
    await heat_pump.set_limit(None)
    assert len(house.actions) == done


async def test_slow_switches_count_as_set(house: FakeHouse) -> None:
    """A relay over the air takes a moment to show it."""
    heat_pump = pump(house, RELAY)
    await heat_pump.read(house.now)
    house.delay = timedelta(seconds=30)
    await heat_pump.set_limit(0)
    house.later(seconds=10)
    assert (await heat_pump.read(house.now)).limit_readback_w == 0
    house.later(seconds=30)
    assert (await heat_pump.read(house.now)).limit_readback_w == 0


async def test_an_option(house: FakeHouse) -> None:
    """The SG-Ready select of a Qube."""
    house.put("select.sg", "off", options=["off", "block", "plus", "max"])
    heat_pump = pump(
        house,
        {
            "type": "block",
            "kind": "contact",
            "block": [{"entity_id": "select.sg", "value": "block"}],
            "free": [{"entity_id": "select.sg", "value": "off"}],
        },
    )
    house.age("select.sg", days=1)
    await heat_pump.read(house.now)
    await heat_pump.set_limit(0)
    assert house.entities["select.sg"].state == "block"
    await heat_pump.set_limit(None)
    assert house.entities["select.sg"].state == "off"


async def test_the_set_point_of_the_resident_comes_back(house: FakeHouse) -> None:
    """Not the one that was kept when Dalen was set up."""
    house.put("climate.room", "heat", "°C", temperature=20.5, current_temperature=20)
    house.age("climate.room", days=1)
    limit = {
        "type": "block",
        "kind": "setpoint",
        "block": [{"entity_id": "climate.room", "value": 18}],
        "free": [{"entity_id": "climate.room", "value": 20}],
    }
    heat_pump = pump(house, limit)
    assert heat_pump.capability.kind is LimitKind.SETPOINT
    await heat_pump.read(house.now)
    await heat_pump.set_limit(0)
    assert house.entities["climate.room"].attributes["temperature"] == 18
    await heat_pump.set_limit(0)
    await heat_pump.set_limit(None)
    assert house.entities["climate.room"].attributes["temperature"] == 20.5
    # After a restart nobody remembers: then it is the kept one.
    house.put("climate.room", "heat", temperature=18, current_temperature=20)
    await pump(house, limit).set_limit(None)
    assert house.entities["climate.room"].attributes["temperature"] == 20


@dataclass
class Spells:
    """When a relay was on and off, as a bystander sees it."""

    spells: list[tuple[str, datetime, datetime | None]] = field(default_factory=list)

    def see(self, position: str, now: datetime) -> None:
        """Note the position of the relay."""
        if self.spells and self.spells[-1][0] == position:
            return
        if self.spells:
            self.spells[-1] = (*self.spells[-1][:2], now)
        self.spells.append((position, now, None))

    def lasted(self, position: str) -> list[timedelta]:
        """Return how long the finished spells in a position lasted."""
        return [end - at for p, at, end in self.spells if p == position and end]


limits = st.one_of(st.floats(0, 2000), st.just(0.0), st.just(500.0))
wishes = st.lists(st.tuples(limits, st.integers(1, 150)), max_size=40)


@settings(deadline=None)
@given(wishes)
async def test_stops_and_pauses_last_as_long_as_they_must(
    asked: list[tuple[float, int]],
) -> None:
    """Whatever limits come: 10 minutes at least, 2 hours at most, 10 in between."""
    house = FakeHouse()
    house.put(ONE, "off")
    house.age(ONE, days=1)
    heat_pump = pump(house, RELAY)
    spells = Spells()
    for limit_w, minutes in asked:
        for _ in range(minutes):
            house.later(minutes=1)
            await heat_pump.read(house.now)
            await heat_pump.set_limit(limit_w)
            spells.see(contacts(house)[0], house.now)
    assert all(
        timedelta(minutes=10) <= lasted <= timedelta(minutes=120)
        for lasted in spells.lasted("on")
    )
    assert all(lasted >= timedelta(minutes=10) for lasted in spells.lasted("off")[1:])


@settings(deadline=None)
@given(wishes, st.integers(0, 9))
async def test_a_release_is_never_held_back(
    asked: list[tuple[float, int]], minutes: int
) -> None:
    """The resident and the safe way out do not wait for a shortest stop."""
    house = FakeHouse()
    house.put(ONE, "off")
    house.age(ONE, days=1)
    heat_pump = pump(house, RELAY)
    for limit_w, passed in asked:
        house.later(minutes=passed)
        await heat_pump.read(house.now)
        await heat_pump.set_limit(limit_w)
    house.later(minutes=minutes)
    await heat_pump.set_limit(None)
    assert contacts(house)[0] == "off"
    assert (await heat_pump.read(house.now)).limit_readback_w is None
