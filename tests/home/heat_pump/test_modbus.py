"""The Modbus heat pump against a real server over real TCP."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
import json

from modbus_connection import ModbusTcpParams
from modbus_connection.tmodbus import ModbusConnection
from pymodbus.constants import ExcCodes
import pytest

from custom_components.dalen.heat_pump import (
    HeatPumpIdentity,
    HeatPumpUnreachableError,
    ImplausibleReadingError,
    LimitKind,
    LimitNotAcceptedError,
    ModbusHeatPump,
    load_profile,
    parse_profile,
)
from custom_components.dalen.heat_pump.profile_loader import PROFILES

from .builders import (
    COLD_EVENING,
    LUXTRONIK_HOLDING,
    LUXTRONIK_INPUT,
    NOW,
    RELEASED,
    connected,
    no_sleep,
    quick,
)
from .modbus_server import HOST, free_port, modbus_server

pytestmark = [pytest.mark.asyncio, pytest.mark.usefixtures("socket_enabled")]


async def test_a_reading_takes_two_requests() -> None:
    """One per table, with every value in its own unit."""
    async with (
        modbus_server(COLD_EVENING, RELEASED) as server,
        connected(server) as pump,
    ):
        state = await pump.read(NOW)
        assert server.requests == [(3, 0, 2), (4, 0, 19)]
    assert state.time == NOW
    assert (state.electric_w, state.thermal_w, state.boiler_w) == (1450, 5075, 0)
    assert state.cop == pytest.approx(3.5)
    assert state.flow_c == pytest.approx(38.5)
    assert state.outdoor_c == pytest.approx(-5.0)
    assert state.room_set_c == pytest.approx(20.5)
    assert (state.compressor_on, state.boiler_on, state.defrost) == (True, False, False)
    assert state.fault == 0
    assert state.limit_readback_w is None
    assert state.electric_energy_kwh == pytest.approx(123.456)
    assert state.gas_m3 == pytest.approx(42.5)
    assert state.implausible == ()


async def test_the_capability_comes_from_the_device_unless_the_installer_says() -> None:
    """From the profile until the first reading."""
    async with modbus_server(COLD_EVENING, RELEASED) as server:
        async with connected(server) as pump:
            assert pump.capability.maximum_w == 2000
            await pump.read(NOW)
            capability = pump.capability
        async with connected(server, nameplate_w=1200, minimum_w=300) as told:
            await told.read(NOW)
            assert told.capability.maximum_w == 1200
            assert told.capability.minimum_w == 300
    assert capability.kind is LimitKind.WATTS
    assert (capability.minimum_w, capability.maximum_w) == (410, 1500)
    assert (capability.step_w, capability.watchdog_s) == (1, 900)


async def test_a_limit_is_written_switched_on_and_read_back() -> None:
    """Watchdog first, then the limit, then the switch."""
    async with (
        modbus_server(COLD_EVENING, RELEASED) as server,
        connected(server) as pump,
    ):
        assert await pump.set_limit(520.9) == 520
        assert server.writes == [(2, [900]), (0, [520]), (1, [1])]
        assert (await pump.read(NOW)).limit_readback_w == 520
        assert await pump.set_limit(None) is None
        assert server.writes[3:] == [(1, [0])]
        assert (await pump.read(NOW)).limit_readback_w is None


async def test_only_changes_are_written() -> None:
    """A release is written once without knowing the device, then no more."""
    async with (
        modbus_server(COLD_EVENING, RELEASED) as server,
        connected(server) as pump,
    ):
        await pump.set_limit(None)
        await pump.set_limit(None)
        assert server.writes == [(1, [0])]
        await pump.set_limit(600)
        await pump.set_limit(600.7)
        assert len(server.writes) == 4


async def test_a_device_that_already_holds_the_limit_is_not_written_to() -> None:
    """After a restart of the home, once it was read."""
    holding = {0: 700, 1: 1, 2: 900}
    async with (
        modbus_server(COLD_EVENING, holding) as server,
        connected(server) as pump,
    ):
        assert (await pump.read(NOW)).limit_readback_w == 700
        assert await pump.set_limit(700) == 700
        assert server.writes == []


async def test_a_foreign_change_is_seen_and_overwritten() -> None:
    """Somebody else wrote after us."""
    async with (
        modbus_server(COLD_EVENING, RELEASED) as server,
        connected(server) as pump,
    ):
        await pump.set_limit(600)
        server.holding[0] = 900
        assert (await pump.read(NOW)).limit_readback_w == 900
        server.writes.clear()
        assert await pump.set_limit(600) == 600
        assert (0, [600]) in server.writes


@pytest.mark.parametrize("echoes_taken", [True, False])
async def test_a_limit_that_is_overruled_at_once_is_not_accepted(
    echoes_taken: bool,
) -> None:
    """The message names the register and both values; the next try writes all."""
    async with (
        modbus_server(COLD_EVENING, RELEASED) as server,
        connected(server) as pump,
    ):
        server.overruled[0] = 900
        server.echoes_taken = echoes_taken
        with pytest.raises(
            LimitNotAcceptedError, match="register 0 holds 900 instead of the 600"
        ) as caught:
            await pump.set_limit(600)
        assert (caught.value.wanted, caught.value.found) == (600, 900)
        server.overruled.clear()
        assert await pump.set_limit(600) == 600


@pytest.mark.parametrize(
    "code",
    [ExcCodes.ILLEGAL_ADDRESS, ExcCodes.ILLEGAL_VALUE, ExcCodes.ILLEGAL_FUNCTION],
)
async def test_a_refused_write_is_not_accepted(code: ExcCodes) -> None:
    """The message says to allow limits in the menu."""
    async with (
        modbus_server(COLD_EVENING, RELEASED) as server,
        connected(server) as pump,
    ):
        server.refused_writes[0] = code
        with pytest.raises(LimitNotAcceptedError, match="refused 600.*in its menu"):
            await pump.set_limit(600)


async def test_a_limit_that_cannot_be_read_back_is_not_accepted() -> None:
    """Never trust a write."""
    async with (
        modbus_server(COLD_EVENING, RELEASED) as server,
        connected(server) as pump,
    ):
        server.write_only.add(1)
        with pytest.raises(LimitNotAcceptedError, match="register 1 refused 1"):
            await pump.set_limit(600)
        assert (await pump.read(NOW)).limit_readback_w is None


async def test_holes_are_left_out() -> None:
    """Fields of registers that this device lacks are None."""
    registers = {a: v for a, v in COLD_EVENING.items() if a not in {4, 8}}
    async with modbus_server(registers, RELEASED) as server, connected(server) as pump:
        state = await pump.read(NOW)
        assert pump.holes == {"boiler_w", "room_c"}
        first = len(server.requests)
        await pump.read(NOW)
        assert len(server.requests) - first < first
    assert (state.boiler_w, state.room_c) == (None, None)
    assert (state.electric_w, state.room_set_c) == (1450, 20.5)


async def test_a_device_without_any_of_the_registers_is_the_wrong_one() -> None:
    """The message says to check the profile and the unit id."""
    async with (
        modbus_server({500: 1}, {500: 1}) as server,
        connected(server) as pump,
    ):
        with pytest.raises(HeatPumpUnreachableError, match="profile and the unit id"):
            await pump.read(NOW)


async def test_a_busy_device_is_asked_again() -> None:
    """The library waits a moment by itself."""
    async with (
        modbus_server(COLD_EVENING, RELEASED) as server,
        connected(server) as pump,
    ):
        server.failures = [ExcCodes.DEVICE_BUSY]
        assert (await pump.read(NOW)).electric_w == 1450


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (ExcCodes.GATEWAY_NO_RESPONSE, "Check the unit id and the bus wiring"),
        (ExcCodes.GATEWAY_PATH_UNAVIABLE, "is not known to its gateway"),
        (ExcCodes.ILLEGAL_FUNCTION, "Check the device profile"),
        (ExcCodes.DEVICE_FAILURE, "answers with an error"),
    ],
)
async def test_an_error_answer_says_what_to_check(code: ExcCodes, message: str) -> None:
    """For reads and for writes."""
    async with (
        modbus_server(COLD_EVENING, RELEASED) as server,
        connected(server) as pump,
    ):
        server.failures = [code]
        with pytest.raises(HeatPumpUnreachableError, match=message):
            await pump.read(NOW)
        assert (await pump.read(NOW)).electric_w == 1450


async def test_a_silent_server_is_unreachable_and_comes_back() -> None:
    """Without a restart of anything."""
    async with (
        modbus_server(COLD_EVENING, RELEASED) as server,
        connected(server) as pump,
    ):
        server.silent = True
        with pytest.raises(HeatPumpUnreachableError, match="does not answer in time"):
            await pump.read(NOW)
        with pytest.raises(HeatPumpUnreachableError, match="does not answer in time"):
            await pump.set_limit(600)
        server.silent = False
        assert (await pump.read(NOW)).electric_w == 1450
        assert await pump.set_limit(600) == 600


async def test_nothing_at_the_address_is_unreachable() -> None:
    """The message says to check address and port."""
    connection = ModbusConnection(ModbusTcpParams(host=HOST, port=free_port()))
    profile = quick(load_profile("dalen_simulated"))
    pump = ModbusHeatPump(connection.for_unit(1), profile)
    with pytest.raises(HeatPumpUnreachableError, match="Check its address and port"):
        await pump.read(NOW)
    await connection.close()


async def test_electric_power_that_makes_no_sense_is_an_error() -> None:
    """It names register, raw value and what to check."""
    registers = COLD_EVENING | {2: 65535}
    async with modbus_server(registers, RELEASED) as server, connected(server) as pump:
        with pytest.raises(ImplausibleReadingError) as caught:
            await pump.read(NOW)
    assert "electric_w is 65535 (input register 2, raw value 65535)" in str(
        caught.value
    )
    assert "Check that the device profile (dalen_simulated)" in str(caught.value)


async def test_another_value_that_makes_no_sense_is_left_out_and_noted() -> None:
    """The rest of the reading holds."""
    registers = COLD_EVENING | {5: 0x7FFF, 7: 0x8000}
    async with modbus_server(registers, RELEASED) as server, connected(server) as pump:
        state = await pump.read(NOW)
    assert (state.flow_c, state.outdoor_c) == (None, None)
    assert state.electric_w == 1450
    assert [value.key for value in state.implausible] == ["flow_c", "outdoor_c"]
    assert str(state.implausible[0]) == (
        "flow_c is 3276.7 (input register 5, raw value 32767), expected -20 to 80"
    )


async def test_only_nonsense_is_an_error() -> None:
    """Even if the electric power is not among it."""
    async with (
        modbus_server({5: 0x7FFF}, RELEASED) as server,
        connected(server) as pump,
    ):
        with pytest.raises(ImplausibleReadingError, match="flow_c is 3276.7"):
            await pump.read(NOW)


async def test_heat_taken_back_in_defrost_is_not_nonsense() -> None:
    """Outside defrost it is; a COP is told for neither."""
    cold = COLD_EVENING | {3: 0x10000 - 2000}
    async with modbus_server(cold, RELEASED) as server, connected(server) as pump:
        assert (await pump.read(NOW)).thermal_w is None
        server.input[0] = 0b101
        state = await pump.read(NOW)
    assert (state.thermal_w, state.defrost, state.cop) == (-2000, True, None)
    assert state.implausible == ()


async def test_a_cop_that_makes_no_sense_is_noted_once_the_pump_runs_steadily() -> None:
    """At a start anything can be true."""
    cold = COLD_EVENING | {3: 15_000}
    async with modbus_server(cold, RELEASED) as server, connected(server) as pump:
        starting = await pump.read(NOW)
        steady = await pump.read(NOW)
    assert (starting.cop, starting.implausible) == (None, ())
    assert steady.cop is None
    assert [value.key for value in steady.implausible] == ["cop"]


async def test_a_limit_is_refreshed_after_a_third_of_the_watchdog() -> None:
    """And written whole, since the device can have dropped it."""
    async with (
        modbus_server(COLD_EVENING, RELEASED) as server,
        connected(server) as pump,
    ):
        assert not pump.refresh_due(NOW)
        await pump.refresh()
        assert server.writes == []
        await pump.set_limit(600)
        assert not pump.refresh_due(NOW + timedelta(seconds=299))
        assert pump.refresh_due(NOW + timedelta(seconds=300))
        assert pump.refresh_due(NOW - timedelta(seconds=1))
        server.holding[1] = 0
        await pump.refresh()
        assert server.holding == {0: 600, 1: 1, 2: 900}
        await pump.set_limit(None)
        assert not pump.refresh_due(NOW + timedelta(hours=1))


async def test_the_words_of_long_numbers_can_come_in_either_order() -> None:
    """As the profile says."""
    path = PROFILES / "dalen_simulated.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    data["word_order"] = "little"
    swapped = parse_profile(json.dumps(data), path.name)
    registers = COLD_EVENING | {12: 0xE240, 13: 0x0001}
    async with (
        modbus_server(registers, RELEASED) as server,
        connected(server, profile=swapped) as pump,
    ):
        state = await pump.read(NOW)
    assert state.electric_energy_kwh == pytest.approx(123.456)


async def test_a_luxtronik_is_read_and_limited() -> None:
    """With its own registers, steps and waits."""
    waits: list[float] = []

    async def note_wait(seconds: float) -> None:
        waits.append(seconds)

    async with (
        modbus_server(LUXTRONIK_INPUT, LUXTRONIK_HOLDING) as server,
        connected(server, "luxtronik_shi", nameplate_w=3500, sleep=note_wait) as pump,
    ):
        state = await pump.read(NOW)
        assert (state.electric_w, state.thermal_w) == (1500, 5200)
        assert state.outdoor_c == pytest.approx(-3.5)
        assert state.room_c is None
        assert (state.compressor_on, state.boiler_on) == (True, True)
        assert (state.defrost, state.oil_return) == (False, None)
        assert state.electric_energy_kwh == pytest.approx(6605.1)
        assert state.thermal_energy_kwh is None
        assert pump.holes == {"thermal_energy_kwh"}
        assert (pump.capability.minimum_w, pump.capability.maximum_w) == (900, 3500)
        assert await pump.set_limit(1555) == 1500
        assert server.holding == {10040: 2, 10041: 15}
        assert waits == [1]
        assert (await pump.read(NOW)).limit_readback_w == 1500
        assert not pump.refresh_due(NOW + timedelta(days=1))
        await pump.set_limit(None)
        assert server.holding == {10040: 0, 10041: 15}
        identity = await pump.identity()
    assert identity == HeatPumpIdentity(serial=None, firmware="3.92.1")


async def test_a_clock_of_its_own_is_not_needed() -> None:
    """Outside tests the adapter takes the time of the machine."""
    profile = load_profile("dalen_simulated")
    async with modbus_server(COLD_EVENING, RELEASED) as server:
        connection = ModbusConnection(ModbusTcpParams(host=HOST, port=server.port))
        pump = ModbusHeatPump(connection.for_unit(1), profile)
        await pump.set_limit(600)
        assert not pump.refresh_due(datetime.now(UTC))
        await connection.close()


async def test_a_short_answer_is_not_taken_for_a_reading() -> None:
    """A gateway can mix up two requests."""

    class ShortAnswers:
        """A unit that answers one register too few."""

        async def read_holding_registers(self, address: int, count: int) -> list[int]:
            """Answer too few."""
            return [0] * (count - 1)

        read_input_registers = read_holding_registers

        async def read_coils(self, address: int, count: int) -> list[bool]:
            """Answer too few."""
            return [False] * (count - 1)

        read_discrete_inputs = read_coils

        async def write_register(self, address: int, value: int) -> None:
            """Take the value."""

        async def write_coil(self, address: int, value: bool) -> None:
            """Take the value."""

        async def write_registers(self, address: int, values: list[int]) -> None:
            """Take the values."""

        async def disconnect(self) -> None:
            """Have no link."""

        def set_message_spacing(self, seconds: float) -> None:
            """Need none."""

        def require_timeout(self, seconds: float | None) -> None:
            """Need none."""

    pump = ModbusHeatPump(ShortAnswers(), load_profile("dalen_simulated"))
    with pytest.raises(HeatPumpUnreachableError, match="answered 1 values instead"):
        await pump.read(NOW)


async def test_a_device_without_names_has_no_identity() -> None:
    """And is not asked for one."""
    async with (
        modbus_server(COLD_EVENING, RELEASED) as server,
        connected(server) as pump,
    ):
        identity = await pump.identity()
        assert server.requests == []
    assert identity == HeatPumpIdentity(serial=None, firmware=None)


async def test_a_device_that_wants_function_16_gets_it() -> None:
    """For single registers too; and quiet time between requests."""
    simulated = load_profile("dalen_simulated")
    profile = replace(
        simulated,
        limit=replace(
            simulated.limit, pace=replace(simulated.limit.pace, write_multiple=True)
        ),
        transport=replace(simulated.transport, spacing_s=0.001),
    )
    async with (
        modbus_server(COLD_EVENING, RELEASED) as server,
        connected(server, profile=profile, sleep=no_sleep) as pump,
    ):
        assert await pump.set_limit(600) == 600
        assert server.holding == {0: 600, 1: 1, 2: 900}
