"""A real Modbus client reads and limits the simulated heat pump."""

import asyncio
from contextlib import suppress

import pytest

from dalen_hub.simulation.errors import HeatPumpServerError
from dalen_hub.simulation.heat_pump_server import serve_heat_pump
from dalen_hub.simulation.register_profile import (
    load_register_profile,
    register_profiles,
)

from .conftest import MakeRig

ELECTRIC_W, THERMAL_W, BOILER_W, ROOM, SECONDS = 2, 3, 4, 8, 18
COMPRESSOR, BOILER, LIMIT_ACTIVE = 1, 2, 16
ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE = 1, 2, 3
NO_SUCH_UNIT = 11


async def test_the_registers_show_a_cold_evening(make_rig: MakeRig) -> None:
    """About a kilowatt of electricity makes more than two of heat."""
    rig = await make_rig()
    registers = await rig.inputs(0, 19)
    assert registers[0] & (COMPRESSOR | BOILER | LIMIT_ACTIVE) == COMPRESSOR
    assert 1000 <= registers[ELECTRIC_W] <= 1400
    assert 2000 <= registers[THERMAL_W] <= 3500
    assert registers[BOILER_W] == 0
    assert registers[7] == 65536 - 40
    assert abs(registers[ROOM] - 200) <= 2
    assert registers[9:12] == [200, 350, 1800]


async def test_a_limit_lowers_the_power_and_the_boiler_takes_over(
    make_rig: MakeRig,
) -> None:
    """After 500 W is written the power falls below it within two minutes."""
    rig = await make_rig()
    response = await rig.client.write_registers(0, [500, 1])
    assert not response.isError()
    assert await rig.holdings(0, 3) == [500, 1, 0]
    rig.wall.now_s += 120.0
    registers = await rig.inputs(0, 19)
    assert registers[0] & (COMPRESSOR | BOILER | LIMIT_ACTIVE) == (
        COMPRESSOR | BOILER | LIMIT_ACTIVE
    )
    assert 350 <= registers[ELECTRIC_W] < 500
    assert registers[BOILER_W] > 1000
    rig.wall.now_s += 3600.0
    assert abs((await rig.inputs(ROOM, 1))[0] - 200) <= 5


async def test_a_limit_below_the_minimum_stops_the_compressor(
    make_rig: MakeRig,
) -> None:
    """Written one register at a time, as simple clients do."""
    rig = await make_rig()
    for address, value in ((0, 200), (1, 1)):
        response = await rig.client.write_register(address, value)
        assert not response.isError()
    rig.wall.now_s += 30.0
    registers = await rig.inputs(0, 5)
    assert registers[0] & (COMPRESSOR | BOILER) == BOILER
    assert registers[ELECTRIC_W] <= 60


async def test_releasing_brings_the_compressor_back(make_rig: MakeRig) -> None:
    """Enable 0 ends the limit whatever its value."""
    rig = await make_rig()
    await rig.client.write_registers(0, [500, 1])
    rig.wall.now_s += 300.0
    await rig.client.write_register(1, 0)
    rig.wall.now_s += 300.0
    registers = await rig.inputs(0, 5)
    assert not registers[0] & LIMIT_ACTIVE
    assert registers[ELECTRIC_W] > 900


async def test_the_watchdog_releases_a_silent_client(make_rig: MakeRig) -> None:
    """The limit lapses that long after the last write, and not before."""
    rig = await make_rig()
    await rig.client.write_registers(0, [500, 1, 60])
    rig.wall.now_s += 50.0
    await rig.client.write_register(0, 500)
    rig.wall.now_s += 50.0
    assert await rig.holdings(1, 1) == [1]
    rig.wall.now_s += 11.0
    assert await rig.holdings(1, 1) == [0]
    assert not (await rig.inputs(0, 1))[0] & LIMIT_ACTIVE


async def test_speed_runs_the_physics_and_not_the_watchdog(make_rig: MakeRig) -> None:
    """Sixty times as fast: a real second is a simulated minute."""
    rig = await make_rig(speed=60.0)
    before = (await rig.inputs(SECONDS, 1))[0]
    await rig.client.write_registers(0, [500, 1, 30])
    rig.wall.now_s += 10.0
    assert (await rig.inputs(SECONDS, 1))[0] - before == 600
    assert await rig.holdings(1, 1) == [1]
    high, low = await rig.inputs(12, 2)
    assert 60 <= (high << 16) + low <= 200


@pytest.mark.parametrize(
    ("address", "count"), [(19, 1), (0, 20), (18, 2), (100, 1), (65535, 1)]
)
async def test_addresses_that_do_not_exist_are_refused(
    make_rig: MakeRig, address: int, count: int
) -> None:
    """A block with one hole is refused as a whole."""
    rig = await make_rig()
    response = await rig.client.read_input_registers(address, count=count)
    assert response.isError()
    assert response.exception_code == ILLEGAL_ADDRESS


@pytest.mark.parametrize(
    ("address", "values", "code"),
    [
        (0, [1801], ILLEGAL_VALUE),
        (0, [500, 2], ILLEGAL_VALUE),
        (2, [5, 5], ILLEGAL_ADDRESS),
        (7, [1], ILLEGAL_ADDRESS),
    ],
)
async def test_a_refused_write_changes_nothing(
    make_rig: MakeRig, address: int, values: list[int], code: int
) -> None:
    """Either all registers of a write are taken over or none."""
    rig = await make_rig()
    before = await rig.holdings(0, 3)
    response = await rig.client.write_registers(address, values)
    assert response.isError()
    assert response.exception_code == code
    assert await rig.holdings(0, 3) == before


async def test_another_unit_does_not_answer(make_rig: MakeRig) -> None:
    """A wrong unit id gets the answer that a gateway gives."""
    rig = await make_rig()
    response = await rig.client.read_input_registers(0, count=1, device_id=7)
    assert response.exception_code == NO_SUCH_UNIT


async def test_coils_are_an_illegal_function(make_rig: MakeRig) -> None:
    """The heat pump has registers only."""
    rig = await make_rig()
    response = await rig.client.read_coils(0, count=1)
    assert response.exception_code == ILLEGAL_FUNCTION


async def test_a_luxtronik_obeys_its_hard_limit(make_rig: MakeRig) -> None:
    """lpc_mode 2 and pc_limit in 0.1 kW, as the vendor's registers have them."""
    rig = await make_rig("luxtronik_shi")
    assert await rig.holdings(10040, 2) == [0, 300]
    assert await rig.inputs(10400, 3) == [3, 92, 0]
    assert (await rig.inputs(10301, 1))[0] in range(10, 15)
    await rig.client.write_registers(10040, [2, 5])
    rig.wall.now_s += 120.0
    heat, electric, minimum = await rig.inputs(10300, 3)
    assert (electric, minimum) == (5, 4)
    assert heat > electric
    assert (await rig.inputs(10000, 1))[0] == 0b101
    await rig.client.write_register(10050, 1)
    rig.wall.now_s += 60.0
    assert (await rig.inputs(10002, 1))[0] == 3
    assert (await rig.inputs(10203, 1))[0] == 9


async def test_a_soft_limit_of_a_luxtronik_gives_way_to_a_cold_room(
    make_rig: MakeRig,
) -> None:
    """lpc_mode 1 holds while the heating keeps up."""
    rig = await make_rig("luxtronik_shi")
    await rig.client.write_registers(10040, [1, 5])
    assert rig.server.control.limit_w(0.0) == 500.0
    assert rig.server.control.limit_w(1.0) == float("inf")


async def test_a_port_in_use_says_what_to_do(make_rig: MakeRig) -> None:
    """One clear line, not a traceback of the Modbus library."""
    rig = await make_rig()
    with pytest.raises(HeatPumpServerError, match="choose another one with --port"):
        await serve_heat_pump(port=rig.server.port)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"profile": "nonsense"}, "dalen_simulated, luxtronik_shi"),
        ({"speed": 0.0}, "use a number above 0"),
        ({"speed": float("nan")}, "use a number above 0"),
        ({"outdoor_c": 60.0}, "between -30 and 40"),
        ({"port": 70000}, "use 0 to 65535"),
        ({"host": "nowhere.invalid", "port": 0}, "no host nowhere.invalid"),
    ],
)
async def test_bad_options_say_what_to_do(
    socket_enabled: None, change: dict[str, float | str], message: str
) -> None:
    """Each bad option is one clear error."""
    with pytest.raises(HeatPumpServerError, match=message):
        await serve_heat_pump(**change)  # type: ignore[arg-type]


async def test_serving_announces_itself_and_stops_cleanly(
    socket_enabled: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """The start line names profile, host, unit and speed."""
    ready = asyncio.Event()
    task = asyncio.create_task(
        serve_heat_pump(port=0, speed=5.0, outdoor_c=-4.0, ready=ready)
    )
    await asyncio.wait_for(ready.wait(), 5)
    line = capsys.readouterr().out
    assert "profile dalen_simulated" in line
    assert "127.0.0.1:" in line
    assert "unit 1, 5 times real time" in line
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def test_every_profile_loads_and_its_registers_do_not_overlap() -> None:
    """The data files fit the code."""
    assert register_profiles() == ("dalen_simulated", "luxtronik_shi")
    for profile in map(load_register_profile, register_profiles()):
        taken = [
            register.address + word
            for register in profile.inputs
            for word in range(register.words)
        ]
        assert len(taken) == len(set(taken))
        assert {"limit", "enable"} <= {holding.setting for holding in profile.holdings}
