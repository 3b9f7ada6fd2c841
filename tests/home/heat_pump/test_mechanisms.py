"""Levels, contacts, preparations and watchdogs on real registers."""

from dataclasses import replace
import json
import math

from modbus_connection import ModbusDesyncError
from pymodbus.constants import ExcCodes
import pytest

from custom_components.dalen.heat_pump import (
    HeatPumpProfile,
    HeatPumpUnreachableError,
    ImplausibleReadingError,
    LimitKind,
    load_profile,
    parse_profile,
)
from custom_components.dalen.heat_pump.limit_driver import NoDriver
from custom_components.dalen.heat_pump.mechanism import (
    BlockedWhen,
    ContactLimit,
    PercentLimit,
    Watchdog,
)

from .builders import NOW, connected, no_sleep
from .devices import MovingClock, limited, running, tables_of
from .test_profiles import raw_profile

pytestmark = [pytest.mark.asyncio, pytest.mark.usefixtures("socket_enabled")]


def unspaced(profile_id: str) -> HeatPumpProfile:
    """Return a profile without quiet time between requests."""
    found = load_profile(profile_id)
    return replace(found, transport=replace(found.transport, spacing_s=0))


@pytest.fixture
def clock() -> MovingClock:
    """Return a clock that the test moves."""
    return MovingClock()


async def test_a_contact_blocks_below_the_minimum_power_only(
    clock: MovingClock,
) -> None:
    """A limit above it leaves the device free, and that is told."""
    async with limited(unspaced("qube"), clock) as (server, pump):
        await pump.read(clock.now)
        assert await pump.set_limit(900) is None
        assert server.writes == []
        assert await pump.set_limit(499) == 0
        assert server.coils == {65: 1, 66: 0}
        assert pump.capability.kind is LimitKind.CONTACT


async def test_the_installer_may_let_a_contact_block_sooner(
    clock: MovingClock,
) -> None:
    """For a heat pump that hardly ever runs at its minimum."""
    async with limited(unspaced("qube"), clock, block_below_w=1200) as (_, pump):
        await pump.read(clock.now)
        assert await pump.set_limit(1100) == 0


async def test_a_block_is_held_paused_and_ended(clock: MovingClock) -> None:
    """10 minutes, 10 minutes, 2 hours; the resident's release is not held back."""
    async with limited(unspaced("qube"), clock) as (server, pump):
        await pump.read(clock.now)
        await pump.set_limit(300)
        await pump.read(clock.forward(5))
        assert pump.capability.block_below_w == math.inf
        assert await pump.set_limit(2000) == 0
        await pump.read(clock.forward(6))
        assert await pump.set_limit(2000) is None
        assert await pump.set_limit(300) is None
        clock.forward(10)
        assert await pump.set_limit(300) == 0
        await pump.read(clock.forward(120))
        assert await pump.set_limit(300) is None
        assert server.coils == {65: 0, 66: 0}
        clock.forward(10)
        assert await pump.set_limit(300) == 0
        assert await pump.set_limit(None) is None
        assert server.coils == {65: 0, 66: 0}


async def test_another_state_of_the_contacts_is_not_a_block(
    clock: MovingClock,
) -> None:
    """Somebody else asked for more heat."""
    async with limited(unspaced("qube"), clock) as (server, pump):
        server.coils.update({65: 1, 66: 1})
        assert (await pump.read(clock.now)).limit_readback_w is None
        assert await pump.set_limit(300) == 0
        assert server.coils == {65: 1, 66: 0}


async def test_a_device_can_tell_elsewhere_that_it_is_blocked(
    clock: MovingClock,
) -> None:
    """Then its own word counts."""
    stiebel = unspaced("stiebel_wpm")
    assert isinstance(stiebel.limit, ContactLimit)
    state = next(r for r in stiebel.registers if r.key == "sg_state")
    told = replace(
        stiebel,
        limit=replace(
            stiebel.limit, read_back=BlockedWhen(register=state, values=(1,))
        ),
    )
    async with limited(told, clock) as (server, pump):
        await pump.read(clock.now)
        await pump.set_limit(300)
        assert (await pump.read(clock.now)).limit_readback_w is None
        server.input[5000] = 1
        assert (await pump.read(clock.now)).limit_readback_w == 0


async def test_a_preparation_is_written_once_and_waited_for(
    clock: MovingClock,
) -> None:
    """NIBE takes 10 s to switch its AUX function on."""
    waits: list[float] = []

    async def note_wait(seconds: float) -> None:
        waits.append(seconds)

    nibe = unspaced("nibe_s")
    async with limited(nibe, clock, sleep=note_wait) as (server, pump):
        await pump.read(clock.now)
        assert await pump.set_limit(1875) == 1800
        assert server.writes == [(2741, [1]), (6007, [18]), (6012, [1])]
        assert waits == [10, 1]
        assert await pump.set_limit(400) == 1100
        assert server.writes[3:] == [(6007, [11]), (6012, [1])]
        await pump.set_limit(None)
        assert (server.holding[6012], server.holding[2741]) == (0, 0)


async def test_a_preparation_that_cannot_be_read_is_written(
    clock: MovingClock,
) -> None:
    """And then found not to be held."""
    async with limited(unspaced("nibe_s"), clock) as (server, pump):
        server.write_only.add(2741)
        with pytest.raises(Exception, match="register 2741 refused 1"):
            await pump.set_limit(1800)
        assert (2741, [1]) in server.writes


async def test_a_number_with_fractions_is_written_and_released(
    clock: MovingClock,
) -> None:
    """IDM takes kilowatts, low word first, and -1 for no limit."""
    async with limited(unspaced("idm_navigator"), clock) as (server, pump):
        await pump.read(clock.now)
        assert await pump.set_limit(1333.7) == 1333
        assert (await pump.read(clock.now)).limit_readback_w == 1333
        written = len(server.writes)
        await pump.set_limit(1333)
        assert len(server.writes) == written
        await pump.set_limit(None)
        assert (server.holding[4108], server.holding[4109]) == (0, 0xBF80)
        server.holding.update({4108: 1, 4109: 0})
        assert (await pump.read(clock.now)).limit_readback_w is None


async def test_levels_follow_the_measured_power(clock: MovingClock) -> None:
    """Down while it draws too much, one step per minimum run."""
    power = [1500.0]
    async with limited(unspaced("remeha_gtw08"), clock, meter=lambda: power[0]) as (
        server,
        pump,
    ):
        await pump.read(clock.now)
        await pump._driver.step(clock.now)
        assert server.writes == []
        assert await pump.set_limit(1300) == 1300
        assert server.holding[256] == 40
        assert (server.holding[258], server.holding[259]) == (1, 7)
        assert (server.holding[21021], server.holding[21022]) == (0, 15)
        for _ in range(59):
            await pump.read(clock.forward(1 / 6))
        assert server.holding[256] == 40
        await pump.read(clock.forward(1 / 6))
        assert pump.refresh_due(clock.now)
        await pump.refresh()
        assert server.holding[256] == 30
        state = await pump.read(clock.now)
        assert state.limit_readback_w == 1300
        power[0] = 900.0
        for _ in range(61):
            await pump.read(clock.forward(1 / 6))
        await pump.refresh()
        assert server.holding[256] == 30
        server.holding[256] = 90
        seen = (await pump.read(clock.now)).limit_readback_w
        assert seen is not None
        assert seen > 1900
        await pump.set_limit(None)
        assert (server.holding[258], server.holding[259]) == (3, 0)
        assert not pump.refresh_due(clock.forward(60))


async def test_no_level_is_commanded_without_need(clock: MovingClock) -> None:
    """With the gateway in control the device would ignore the house."""
    async with limited(unspaced("remeha_gtw08"), clock) as (server, pump):
        await pump.read(clock.now)
        assert await pump.set_limit(2500) is None
        assert server.writes == []


async def test_levels_without_a_measured_power_go_to_the_lowest(
    clock: MovingClock,
) -> None:
    """The boiler does the rest until the meter is back."""
    async with limited(unspaced("remeha_gtw08"), clock, meter=lambda: None) as (
        server,
        pump,
    ):
        await pump.read(clock.now)
        await pump.set_limit(1300)
        await pump.read(clock.forward(4))
        assert server.holding[256] == 40
        await pump.read(clock.forward(2))
        assert pump.refresh_due(clock.now)
        await pump.refresh()
        assert server.holding[256] == 0


async def test_a_watchdog_of_levels_is_fed(clock: MovingClock) -> None:
    """With the same level."""
    async with limited(unspaced("remeha_gtw08"), clock) as (server, pump):
        await pump.read(clock.now)
        await pump.set_limit(1300)
        await pump.read(clock.forward(4.9))
        assert not pump.refresh_due(clock.now)
        await pump.read(clock.forward(0.2))
        assert pump.refresh_due(clock.now)
        server.writes.clear()
        await pump.refresh()
        assert (21022, [15]) in server.writes
        assert server.holding[256] == 40


async def test_a_ceiling_only_ever_lowers_the_level(clock: MovingClock) -> None:
    """The unit's own controller sets it; Dalen never asks for heat."""
    async with limited(unspaced("quatt_outdoor_unit"), clock) as (server, pump):
        server.holding[1999] = 2
        await pump.read(clock.now)
        assert await pump.set_limit(1000) == 1000
        assert server.writes == []
        assert (await pump.read(clock.now)).limit_readback_w == 1000
        server.holding[1999] = 8
        assert (await pump.read(clock.now)).limit_readback_w is None
        await pump.set_limit(1000)
        assert server.holding[1999] == 3
        await pump.set_limit(300)
        assert server.holding[1999] == 0
        writes = len(server.writes)
        await pump.set_limit(None)
        assert len(server.writes) == writes
        assert (await pump.read(clock.now)).limit_readback_w is None


async def test_a_level_that_lets_the_device_go_is_no_limit(
    clock: MovingClock,
) -> None:
    """Nor is a level that the device says it does not have."""
    remeha = unspaced("remeha_gtw08")
    assert isinstance(remeha.limit, PercentLimit)
    limit = remeha.limit
    plain = replace(
        remeha,
        limit=replace(
            limit,
            register=replace(limit.register, not_available=(255,)),
            prepare=(),
            activate=(),
            release=(replace(limit.release[0], address=256, value=100),),
            pace=replace(limit.pace, watchdog=None),
        ),
    )
    async with limited(plain, clock) as (server, pump):
        server.holding[256] = 100
        assert (await pump.read(clock.now)).limit_readback_w is None
        server.holding[256] = 255
        assert (await pump.read(clock.now)).limit_readback_w is None
        server.holding[256] = 50
        assert (await pump.read(clock.now)).limit_readback_w == 1500
        await pump.set_limit(None)
        assert server.holding[256] == 100


async def test_a_contact_can_have_a_watchdog(clock: MovingClock) -> None:
    """Some inverters let go when nobody writes."""
    qube = unspaced("qube")
    assert isinstance(qube.limit, ContactLimit)
    pace = replace(qube.limit.pace, watchdog=Watchdog(timeout_s=60, address=None))
    watched = replace(qube, limit=replace(qube.limit, pace=pace))
    async with limited(watched, clock) as (server, pump):
        await pump.read(clock.now)
        await pump.set_limit(300)
        server.coils[65] = 0
        assert not pump.refresh_due(clock.forward(0.3))
        assert pump.refresh_due(clock.forward(0.1))
        await pump.refresh()
        assert server.coils[65] == 1


async def test_a_gateway_that_refuses_coils_is_told(clock: MovingClock) -> None:
    """With what to check."""
    async with limited(unspaced("qube"), clock) as (server, pump):
        await pump.read(clock.now)
        server.failures = [ExcCodes.GATEWAY_NO_RESPONSE]
        with pytest.raises(HeatPumpUnreachableError, match="behind its gateway"):
            await pump.set_limit(300)
        server.unknown_functions = {1}
        assert (await pump.read(clock.now)).limit_readback_w is None


async def test_a_device_without_a_mechanism_is_never_written_to() -> None:
    """Whoever asks."""
    driver = NoDriver()
    await driver.limit(500, NOW)
    await driver.step(NOW)
    await driver.release(NOW)
    assert driver.registers == ()
    assert driver.readback_w({}) is None
    assert not driver.step_due(NOW)


async def test_a_power_that_makes_no_sense_is_an_error_wherever_it_comes_from(
    clock: MovingClock,
) -> None:
    """A meter in the wrong unit, or a model with a broken sensor."""
    async with limited(unspaced("qube"), clock, meter=lambda: 1_400_000.0) as (_, pump):
        with pytest.raises(ImplausibleReadingError, match="electricity meter"):
            await pump.read(clock.now)
    quatt = unspaced("quatt_outdoor_unit")
    async with limited(quatt, clock, meter=lambda: None) as (server, pump):
        server.holding[2101] = 9999
        with pytest.raises(ImplausibleReadingError, match="power model"):
            await pump.read(clock.now)
        del server.holding[2101]
        assert (await pump.read(clock.now)).electric_w is None


async def test_an_answer_to_another_request_is_no_success(
    clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The link is out of step: what the device holds is not known."""
    async with limited(unspaced("nibe_s"), clock) as (_, pump):
        await pump.read(clock.now)

        async def out_of_step(*_: object) -> None:
            raise ModbusDesyncError("transaction 7 instead of 8")

        monkeypatch.setattr(pump._io._unit, "write_register", out_of_step)
        with pytest.raises(HeatPumpUnreachableError, match="transaction 7"):
            await pump.set_limit(1800)


async def test_a_variant_is_detected() -> None:
    """By the register that the profile names."""
    data = raw_profile()
    detect = {"register": "seconds_counter", "lowest": 5, "highest": 9}
    data["variants"] = [
        {"id": "seen", "name": "Seen", "detect": detect, "change": {}},
        {"id": "told", "name": "Told", "change": {}},
    ]
    profile = parse_profile(json.dumps(data), "dalen_simulated.json")
    async with (
        running(profile) as server,
        connected(server, profile=profile, sleep=no_sleep) as pump,
    ):
        assert await pump.detected_variant() is None
        server.input[18] = 7
        assert await pump.detected_variant() == "seen"
        assert server.requests[-1] == (4, 18, 1)


async def test_a_counter_that_jumps_is_held_back() -> None:
    """Until it said so three times."""
    profile = load_profile("dalen_simulated")
    tables = tables_of(profile)
    async with (
        running(profile, tables) as server,
        connected(server, profile=profile) as pump,
    ):
        told = []
        for high_word in (0x12, 0, 0, 0):
            server.input[12] = high_word
            told.append((await pump.read(NOW)).electric_energy_kwh)
    assert told[0] == told[1] == told[2]
    assert told[3] is not None
    assert told[3] < 100


async def test_the_firmware_of_a_float_is_short() -> None:
    """2.15, not 2.1500000953674316."""
    profile = unspaced("qube")
    async with running(profile) as server, connected(server, profile=profile) as pump:
        assert (await pump.identity()).firmware == "2.15"
