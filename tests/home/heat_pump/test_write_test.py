"""The limit write test: lower, measure, restore, whatever the heat pump does."""

import asyncio
from dataclasses import replace

import pytest

from custom_components.dalen.heat_pump import (
    HeatPumpState,
    HeatPumpUnreachableError,
    LimitNotAcceptedError,
    WriteTestOutcome,
    load_profile,
    run_write_test,
)
from custom_components.dalen.heat_pump.write_test_limit import choose_limit_w

from .devices import MovingClock, limited
from .fake_pump import CONTACT, MONITOR, WATTS, Change, FakePump
from .modbus_server import ModbusServer

GONE = HeatPumpUnreachableError("no answer")
REFUSED = LimitNotAcceptedError("holding register 1", 1, None)

pytestmark = pytest.mark.asyncio


async def outcome(pump: FakePump) -> WriteTestOutcome:
    """Run the test and return how it ended."""
    return (await run_write_test(pump, pump.clock, pump.wait)).outcome


def changed(**fields: object) -> Change:
    """Return a change of some fields of every reading."""
    return lambda state: replace(state, **fields)  # type: ignore[arg-type]


def first(reads: int, change: Change) -> Change:
    """Return a change of the first readings only."""
    left = [reads]

    def apply(state: HeatPumpState) -> HeatPumpState:
        left[0] -= 1
        return change(state) if left[0] >= 0 else state

    return apply


def after(reads: int, change: Change) -> Change:
    """Return a change of all but the first readings."""
    left = [reads]

    def apply(state: HeatPumpState) -> HeatPumpState:
        left[0] -= 1
        return change(state) if left[0] < 0 else state

    return apply


async def test_a_limit_in_watts_that_works() -> None:
    """Half of the power, seen after the delay of the heat pump, and restored."""
    pump = FakePump()
    shares: list[float] = []
    result = await run_write_test(pump, pump.clock, pump.wait, shares.append)
    assert result.outcome is WriteTestOutcome.PASSED
    assert result.has_passed
    assert (result.before_w, result.limit_w, result.limited_w) == (1400, 700, 700)
    assert (result.drop_w, result.readback_w, result.after_w) == (700, 700, 1400)
    assert result.response_s == 20
    assert 60 <= result.duration_s <= 120
    assert pump.limits == [700, None]
    assert shares == sorted(shares)
    assert shares[-1] == 1


async def test_a_contact_is_blocked_and_freed() -> None:
    """It knows no watts: it has to fall to standby."""
    pump = FakePump(how=CONTACT)
    result = await run_write_test(pump, pump.clock, pump.wait)
    assert result.outcome is WriteTestOutcome.PASSED
    assert (result.limit_w, result.limited_w) == (0, 20)
    assert pump.limits == [0, None]


async def test_a_limit_that_was_there_is_taken_away_first() -> None:
    """Else the power before would be a limited one."""
    pump = FakePump()
    await pump.set_limit(500)
    result = await run_write_test(pump, pump.clock, pump.wait)
    assert result.outcome is WriteTestOutcome.PASSED
    assert pump.limits == [500, None, 700, None]


async def test_a_heat_pump_that_is_only_monitored_is_left_alone() -> None:
    """Nothing is written, not even a release."""
    pump = FakePump(how=MONITOR)
    assert await outcome(pump) is WriteTestOutcome.NOT_POSSIBLE
    assert pump.limits == []
    assert (await run_write_test(pump, pump.clock, pump.wait)).drop_w is None


@pytest.mark.parametrize(
    ("pump", "expected"),
    [
        (FakePump(obeys=False), WriteTestOutcome.NO_EFFECT),
        (FakePump(wants_w=240), WriteTestOutcome.TOO_LITTLE_POWER),
        (FakePump(how=CONTACT, wants_w=200), WriteTestOutcome.TOO_LITTLE_POWER),
        (
            FakePump(how=replace(CONTACT, block_below_w=0)),
            WriteTestOutcome.NOT_NOW,
        ),
        (FakePump(wants_w=None), WriteTestOutcome.READ_BACK_ONLY),
        (FakePump(how=CONTACT, wants_w=None), WriteTestOutcome.READ_BACK_ONLY),
        (
            FakePump(wants_w=None, change=changed(limit_readback_w=None)),
            WriteTestOutcome.NOT_HELD,
        ),
        (
            FakePump(obeys=False, change=changed(limit_readback_w=None)),
            WriteTestOutcome.NOT_HELD,
        ),
        (FakePump(change=changed(defrost=True)), WriteTestOutcome.DISTURBED),
        (
            FakePump(change=after(20, changed(oil_return=True)), delay_s=200),
            WriteTestOutcome.DISTURBED,
        ),
        (
            FakePump(change=after(8, changed(electric_w=10.0))),
            WriteTestOutcome.STOPPED,
        ),
        (FakePump(errors=[GONE] * 3), WriteTestOutcome.UNREACHABLE),
        (FakePump(refusals=[REFUSED]), WriteTestOutcome.NOT_ACCEPTED),
        (FakePump(refusals=[None, *[GONE] * 3]), WriteTestOutcome.NOT_RESTORED),
    ],
)
async def test_what_can_go_wrong_is_told(
    pump: FakePump, expected: WriteTestOutcome
) -> None:
    """Each has its own word, and the limit is taken away again."""
    assert await outcome(pump) is expected
    if expected is not WriteTestOutcome.NOT_RESTORED:
        assert pump.limits[-1] is None


async def test_some_missed_readings_do_no_harm() -> None:
    """A gateway can be busy; the restore is tried again too."""
    pump = FakePump(errors=[None, GONE, GONE, None, GONE])
    pump.refusals = [None, GONE, GONE]
    result = await run_write_test(pump, pump.clock, pump.wait)
    assert result.outcome is WriteTestOutcome.PASSED
    assert pump.limits == [700, None]


async def test_a_power_that_is_missing_now_and_then_does_no_harm() -> None:
    """Only readings with a power count."""
    pump = FakePump(change=first(3, changed(electric_w=None)))
    assert await outcome(pump) is WriteTestOutcome.PASSED
    held_back = after(9, first(2, changed(electric_w=None)))
    assert await outcome(FakePump(change=held_back)) is WriteTestOutcome.PASSED


async def test_a_limit_that_stays_behind_is_told() -> None:
    """Somebody has to look at the heat pump then."""
    pump = FakePump(change=after(13, changed(limit_readback_w=700.0)))
    result = await run_write_test(pump, pump.clock, pump.wait)
    assert result.outcome is WriteTestOutcome.NOT_RESTORED
    assert "700 W" in result.detail
    assert pump.limits == [700, None, None, None]


async def test_a_limit_that_lapses_is_written_again() -> None:
    """As in daily life."""
    pump = FakePump(delay_s=40, refresh_every_s=15)
    # A refresh starts the delay anew here, so that it never gets there.
    assert await outcome(pump) is WriteTestOutcome.NO_EFFECT
    assert pump.refreshes > 10


async def test_a_test_that_is_cancelled_leaves_no_limit_behind() -> None:
    """The installer closes the screen."""
    pump = FakePump()
    limited_now = asyncio.Event()

    async def wait(seconds: float) -> None:
        await pump.wait(seconds)
        if pump.limits == [700]:
            limited_now.set()
            await asyncio.sleep(0)

    task = asyncio.create_task(run_write_test(pump, pump.clock, wait))
    await limited_now.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert pump.limits == [700, None]


@pytest.mark.parametrize(
    ("capability", "before_w", "limit_w"),
    [
        (WATTS, 1400, 700),
        (WATTS, 700, 400),
        (WATTS, 549, 0),
        (replace(WATTS, lowest_w=1100, minimum_w=1100), 1300, 1100),
        (replace(WATTS, lowest_w=1100, minimum_w=1100), 1200, None),
        (CONTACT, 1400, 0),
        (CONTACT, 249, None),
    ],
)
async def test_the_limit_of_the_test(
    capability: object, before_w: float, limit_w: float | None
) -> None:
    """Half of the power, the minimum power, or a stop."""
    assert choose_limit_w(capability, before_w) == limit_w  # type: ignore[arg-type]


@pytest.mark.usefixtures("socket_enabled")
@pytest.mark.parametrize("profile_id", ["luxtronik_shi", "qube"])
async def test_a_device_on_real_modbus(profile_id: str) -> None:
    """What it wrote is undone; the power falls only because of the limit."""
    profile = load_profile(profile_id)
    transport = replace(profile.transport, spacing_s=0)
    clock = MovingClock()
    servers: list[ModbusServer] = []

    def meter() -> float:
        """Measure what the device draws: it obeys at once."""
        server = servers[0]
        is_blocked = bool(server.coils.get(65))
        is_limited = bool(server.holding.get(10040))
        return 20.0 if is_blocked else 700.0 if is_limited else 1400.0

    async def wait(seconds: float) -> None:
        clock.forward(seconds / 60)

    async with limited(replace(profile, transport=transport), clock, meter=meter) as (
        server,
        pump,
    ):
        servers.append(server)
        result = await run_write_test(pump, clock, wait)
        assert result.outcome is WriteTestOutcome.PASSED
        assert result.kind is profile.limit.kind
        assert (result.before_w, result.after_w) == (1400, 1400)
        assert server.writes
        assert (await pump.read(clock.now)).limit_readback_w is None
