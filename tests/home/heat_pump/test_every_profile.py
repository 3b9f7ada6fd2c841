"""Every shipped profile against a real server: read, limit, read back, release."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace

from pymodbus.constants import ExcCodes
import pytest

from custom_components.dalen.heat_pump import (
    HeatPumpProfile,
    HeatPumpUnreachableError,
    LimitKind,
    LimitNotAcceptedError,
    WrongWordOrderError,
    load_profile,
    profile_ids,
)
from custom_components.dalen.heat_pump.mechanism import PercentLimit
from custom_components.dalen.heat_pump.profile import MeterNeed
from custom_components.dalen.heat_pump.register import Table

from .builders import NOW, connected
from .devices import VALUES, MovingClock, limited, running, tables_of
from .half_open import network
from .modbus_server import ModbusServer

pytestmark = [pytest.mark.asyncio, pytest.mark.usefixtures("socket_enabled")]


def with_variants(profile_id: str) -> list[tuple[str, str | None]]:
    """Return a profile and all of its variants."""
    variants = load_profile(profile_id).variants
    return [(profile_id, None), *((profile_id, one.id) for one in variants)]


EVERY = [case for profile_id in profile_ids() for case in with_variants(profile_id)]
LIMITABLE = [
    case for case in EVERY if load_profile(*case).limit.kind is not LimitKind.MONITOR
]
SWAPPABLE = [case for case in EVERY if load_profile(*case).word_order_test]
TELLS_RETURN = [
    c for c in EVERY if any(r.key == "return_c" for r in load_profile(*c).registers)
]
TELLS_BITS = [
    c
    for c in EVERY
    if any(r.table is Table.DISCRETE for r in load_profile(*c).registers)
]

# All profiles at once keep a busy machine longer than one of them.
ALL_S = 1.0


def name(case: tuple[str, str | None]) -> str:
    """Return the name of a case."""
    return "-".join(part for part in case if part)


@pytest.fixture
def clock() -> MovingClock:
    """Return a clock that the test moves."""
    return MovingClock()


@pytest.fixture
def profile(request: pytest.FixtureRequest) -> HeatPumpProfile:
    """Return the profile of the case, without its waits."""
    return unspaced(request.param)


def unspaced(case: tuple[str, str | None]) -> HeatPumpProfile:
    """Return a profile without quiet time between requests."""
    found = load_profile(*case)
    return replace(found, transport=replace(found.transport, spacing_s=0))


every = pytest.mark.parametrize("profile", EVERY, indirect=True, ids=name)
limitable = pytest.mark.parametrize("profile", LIMITABLE, indirect=True, ids=name)


@every
async def test_it_is_read(profile: HeatPumpProfile) -> None:
    """Every value in its unit; nothing looks strange."""
    async with running(profile) as server, connected(server, profile=profile) as pump:
        state = await pump.read(NOW)
        first = len(server.requests)
        await pump.read(NOW)
        # Gaps that the device does not have are found once.
        assert len(server.requests) - first <= first
        assert await pump.detected_variant() is None
    assert state.implausible == ()
    assert pump.holes == frozenset()
    keys = {register.key for register in profile.registers}
    for key in keys & {"flow_c", "return_c", "outdoor_c", "room_c", "thermal_w"}:
        assert getattr(state, key) == pytest.approx(VALUES[key], abs=0.05)
    if profile.meter is MeterNeed.NEEDED:
        assert state.electric_w is None
    elif profile.power_model is None:
        assert state.electric_w == pytest.approx(1400)
    else:
        assert state.electric_w == pytest.approx(1360, abs=10)
    flags = {flag.key for flag in profile.flags}
    assert state.compressor_on is (True if "compressor_on" in flags else None)
    for key in flags - {"compressor_on"}:
        assert getattr(state, key) is False
    assert state.limit_readback_w is None


@every
async def test_a_separate_meter_tells_the_power(profile: HeatPumpProfile) -> None:
    """In the place of the device; without a value the device tells it again."""
    measured: list[float | None] = [777.0, None, 99_999.0]
    async with (
        running(profile) as server,
        connected(server, profile=profile, meter=lambda: measured[0]) as pump,
    ):
        assert (await pump.read(NOW)).electric_w == 777
        del measured[0]
        own = (await pump.read(NOW)).electric_w
        assert (own is None) is (profile.meter is MeterNeed.NEEDED)


@pytest.mark.parametrize("profile", TELLS_RETURN, indirect=True, ids=name)
async def test_holes_are_left_out(profile: HeatPumpProfile) -> None:
    """One register that this device lacks costs the others nothing."""
    tables = tables_of(profile)
    missing = next(r for r in profile.registers if r.key == "return_c")
    for address in range(missing.address, missing.end):
        del tables[missing.table][address]
    async with (
        running(profile, tables) as server,
        connected(server, profile=profile) as pump,
    ):
        state = await pump.read(NOW)
        assert pump.holes == {"return_c"}
        assert state.return_c is None
        assert state.flow_c == pytest.approx(38)
        first = len(server.requests)
        await pump.read(NOW)
        assert len(server.requests) - first < first


async def on_every_profile(
    check: Callable[[HeatPumpProfile], Coroutine[None, None, None]],
) -> None:
    """Run a check that has to wait for all profiles at the same time."""
    async with asyncio.TaskGroup() as group:
        for case in EVERY:
            group.create_task(check(unspaced(case)), name=name(case))


async def test_a_busy_or_silent_device_comes_back() -> None:
    """Busy is tried again by the library; silence is told, then forgotten."""

    async def check(profile: HeatPumpProfile) -> None:
        async with (
            running(profile) as server,
            connected(server, profile=profile, timeout_s=ALL_S) as pump,
        ):
            server.failures = [ExcCodes.DEVICE_BUSY]
            state = await pump.read(NOW)
            server.silent = True
            with pytest.raises(HeatPumpUnreachableError, match="not answer in time"):
                await pump.read(NOW)
            server.silent = False
            assert await pump.read(NOW) == state

    await on_every_profile(check)


async def test_a_connection_that_died_is_opened_anew() -> None:
    """A gateway that restarted does not say so."""

    async def check(profile: HeatPumpProfile) -> None:
        async with running(profile) as server, network(server.port) as between:
            through = ModbusServer(port=between.port, input={}, holding={})
            async with connected(through, profile=profile, timeout_s=ALL_S) as pump:
                state = await pump.read(NOW)
                between.cut()
                for _ in range(2):
                    with pytest.raises(HeatPumpUnreachableError, match="in time"):
                        await pump.read(NOW)
                assert await pump.read(NOW) == state
                assert between.connections == 2

    await on_every_profile(check)


@pytest.mark.parametrize("profile", SWAPPABLE, indirect=True, ids=name)
async def test_swapped_words_stop_everything(profile: HeatPumpProfile) -> None:
    """The error says which order is right."""
    tables = tables_of(profile, swapped=True)
    async with (
        running(profile, tables) as server,
        connected(server, profile=profile) as pump,
    ):
        with pytest.raises(WrongWordOrderError, match="word first"):
            await pump.read(NOW)


def wanted_w(profile: HeatPumpProfile) -> float:
    """Return a limit that this kind of device can hold."""
    return 400 if profile.limit.kind is LimitKind.CONTACT else 1300


@limitable
async def test_it_is_limited_read_back_and_released(
    profile: HeatPumpProfile, clock: MovingClock
) -> None:
    """With its own registers; released, it is as it was found."""
    async with limited(profile, clock) as (server, pump):
        await pump.read(clock.now)
        before = (dict(server.holding), dict(server.coils))
        applied_w = await pump.set_limit(wanted_w(profile))
        assert applied_w == (0 if profile.limit.kind is LimitKind.CONTACT else 1300)
        assert (server.holding, server.coils) != before
        assert (await pump.read(clock.forward(0.2))).limit_readback_w == applied_w
        written = len(server.writes)
        await pump.set_limit(wanted_w(profile))
        assert len(server.writes) == written
        assert await pump.set_limit(None) is None
        state = await pump.read(clock.forward(0.2))
    if isinstance(profile.limit, PercentLimit) and profile.limit.is_ceiling:
        assert server.holding[1999] < before[0][1999]
        return
    assert state.limit_readback_w is None
    assert server.coils == before[1]
    for write in getattr(profile.limit, "prepare", ()):
        if write.where not in {w.where for w in profile.limit.release}:  # type: ignore[union-attr]
            assert server.holding[write.address] == write.value


@limitable
async def test_a_foreign_writer_and_a_reboot_are_seen(
    profile: HeatPumpProfile, clock: MovingClock
) -> None:
    """And the limit is written again."""
    async with limited(profile, clock) as (server, pump):
        await pump.read(clock.now)
        rebooted = (dict(server.holding), dict(server.coils))
        applied_w = await pump.set_limit(wanted_w(profile))
        server.holding.update(rebooted[0])
        server.coils.update(rebooted[1])
        assert (await pump.read(clock.forward(0.2))).limit_readback_w != applied_w
        assert pump.capability.block_below_w in {None, 0}
        clock.forward(10)
        assert await pump.set_limit(wanted_w(profile)) == applied_w
        assert (await pump.read(clock.forward(0.2))).limit_readback_w == applied_w


@limitable
async def test_a_write_that_is_refused_is_told(
    profile: HeatPumpProfile, clock: MovingClock
) -> None:
    """Some devices have the register and do not let it be written."""
    async with limited(profile, clock) as (server, pump):
        await pump.read(clock.now)
        places = {*server.holding, *server.coils}
        server.refused_writes = dict.fromkeys(places, ExcCodes.ILLEGAL_VALUE)
        with pytest.raises(LimitNotAcceptedError, match="refused"):
            await pump.set_limit(wanted_w(profile))
        assert (await pump.read(clock.now)).limit_readback_w is None


@every
async def test_nothing_is_written_that_was_not_proven(
    profile: HeatPumpProfile, clock: MovingClock
) -> None:
    """Neither to a device that is monitored, nor before the write test."""
    async with running(profile) as server, connected(server, profile=profile) as pump:
        await pump.read(NOW)
        if profile.limit.kind is LimitKind.MONITOR or profile.needs_write_test:
            assert pump.capability.kind is LimitKind.MONITOR
            assert await pump.set_limit(300) is None
            assert await pump.set_limit(None) is None
            assert not pump.refresh_due(NOW)
            await pump.refresh()
            assert server.writes == []
        else:
            assert pump.capability.kind is profile.limit.kind


@pytest.mark.parametrize("profile", TELLS_BITS, indirect=True, ids=name)
async def test_a_device_without_one_of_the_tables_is_read(
    profile: HeatPumpProfile,
) -> None:
    """It says so with another error; only bits may be missing altogether."""
    bits = {r.key for r in profile.registers if r.table is Table.DISCRETE}
    async with running(profile) as server, connected(server, profile=profile) as pump:
        server.unknown_functions = {2}
        await pump.read(NOW)
        assert pump.holes == bits
