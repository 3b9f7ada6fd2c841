"""The table of registers, and how well a device answers."""

from collections.abc import Iterator

from pymodbus.constants import ExcCodes
import pytest

from custom_components.dalen.heat_pump import (
    HeatPumpUnreachableError,
    ImplausibleReadingError,
    Verdict,
    communication_test,
    is_plausible,
    load_profile,
)

from .builders import COLD_EVENING, NOW, RELEASED, connected
from .modbus_server import modbus_server

pytestmark = [pytest.mark.asyncio, pytest.mark.usefixtures("socket_enabled")]


async def test_every_register_has_a_row() -> None:
    """With its place, its raw number, its value, and what to think of it."""
    async with (
        modbus_server(COLD_EVENING, RELEASED) as server,
        connected(server) as pump,
    ):
        rows = {row.key: row for row in await pump.probe()}
        assert rows.keys() >= {r.key for r in load_profile("dalen_simulated").registers}
        power = rows["electric_w"]
        assert (power.place, power.raw, power.value) == ("input register 2", 1450, 1450)
        assert (power.verdict, power.lowest) == (Verdict.PLAUSIBLE, 0)
        assert rows["flow_c"].value == pytest.approx(38.5)
        assert rows["status_bits"].verdict is Verdict.UNCHECKED
        assert rows["limit_w"].value == 1500
        assert is_plausible(pump.rows)


async def test_nonsense_is_shown_and_not_raised() -> None:
    """An installer has to see which register is wrong, also after a reading."""
    strange = COLD_EVENING | {2: 65_000}
    async with modbus_server(strange, RELEASED) as server, connected(server) as pump:
        rows = {row.key: row for row in await pump.probe()}
        assert rows["electric_w"].verdict is Verdict.IMPLAUSIBLE
        assert not is_plausible(rows.values())
        with pytest.raises(ImplausibleReadingError):
            await pump.read(NOW)
        assert tuple(rows.values()) == pump.rows


async def test_missing_registers_and_values_are_told_apart() -> None:
    """One is a matter of the model, the other of the moment."""
    profile = load_profile("luxtronik_shi")
    holes = [r for r in profile.registers if r.key == "flow_c"]
    silent = [r for r in profile.registers if r.not_available]
    held = {
        address: 0
        for register in profile.registers
        if register.key != "flow_c"
        for address in range(register.address, register.end)
    }
    held[silent[0].address] = silent[0].not_available[0] & 0xFFFF
    async with (
        modbus_server(held, {10040: 0, 10041: 300}) as server,
        connected(server, "luxtronik_shi") as pump,
    ):
        rows = {row.key: row for row in await pump.probe()}
    assert rows[holes[0].key].verdict is Verdict.MISSING
    assert rows[holes[0].key].raw is None
    assert rows[silent[0].key].verdict is Verdict.NO_VALUE
    assert rows[silent[0].key].raw == silent[0].not_available[0]
    assert rows[silent[0].key].value is None


async def test_heat_taken_while_defrosting_is_plausible() -> None:
    """As in a reading."""
    defrosting = COLD_EVENING | {0: 0b101, 3: -2500 & 0xFFFF}
    async with modbus_server(defrosting, RELEASED) as server, connected(server) as pump:
        rows = {row.key: row for row in await pump.probe()}
    assert rows["thermal_w"].verdict is Verdict.PLAUSIBLE


async def test_a_device_that_is_gone_cannot_be_probed() -> None:
    """That is no matter of registers."""
    async with (
        modbus_server(COLD_EVENING, RELEASED) as server,
        connected(server) as pump,
    ):
        server.silent = True
        with pytest.raises(HeatPumpUnreachableError):
            await pump.probe()
        assert {row.verdict for row in pump.rows} == {Verdict.MISSING}


class Ticks:
    """A timer that tells the times of the test."""

    def __init__(self, *lengths: float) -> None:
        """Take how long each answer takes."""
        self._ticks = self._times(lengths)

    @staticmethod
    def _times(lengths: tuple[float, ...]) -> Iterator[float]:
        now = 0.0
        for length in lengths:
            yield now
            now += length
            yield now

    def __call__(self) -> float:
        """Return the time."""
        return next(self._ticks)


class Answers:
    """A device that answers, or not."""

    def __init__(self, pattern: str) -> None:
        """Take a letter per request: + is an answer."""
        self.left = list(pattern)

    async def ping(self) -> None:
        """Answer or not."""
        if self.left.pop(0) != "+":
            raise HeatPumpUnreachableError("no answer")


async def test_times_and_losses_are_counted() -> None:
    """The 95th percentile is a time that was measured."""
    timer = Ticks(*(number / 100 for number in range(1, 101)))
    result = await communication_test(Answers("+" * 100), timer=timer)
    assert (result.reads, result.lost, result.loss) == (100, 0, 0)
    assert result.median_s == pytest.approx(0.505)
    assert result.p95_s == pytest.approx(0.95)
    assert result.slowest_s == pytest.approx(1.0)


async def test_lost_answers_are_counted() -> None:
    """They have no time."""
    result = await communication_test(Answers("+--+"), reads=4)
    assert (result.reads, result.lost, result.loss) == (4, 2, 0.5)
    assert result.median_s is not None


async def test_a_device_that_is_gone_is_not_asked_a_hundred_times() -> None:
    """Each try can take ten seconds."""
    result = await communication_test(Answers("-" * 100))
    assert (result.reads, result.loss) == (10, 1)
    assert (result.median_s, result.p95_s, result.slowest_s) == (None, None, None)


async def test_a_real_device_is_asked_for_little() -> None:
    """One block each; a hole in it is an answer too."""
    async with (
        modbus_server(COLD_EVENING, RELEASED) as server,
        connected(server) as pump,
    ):
        server.failures = [ExcCodes.ILLEGAL_ADDRESS]
        result = await communication_test(pump, reads=20)
        assert (result.reads, result.lost) == (20, 0)
        assert len(server.requests) == 19
        assert result.p95_s is not None
        assert 0 < result.p95_s < 5
