"""The assertions of script/demo --check, measured on the device itself."""

from pymodbus.client import AsyncModbusTcpClient

from .chain import HOME_ASSISTANT, Chain
from .processes import ChainError
from .story import HEADING, Moment, say

# Of the simulated heat pump (heat_pump/profiles/dalen_simulated.json).
STATUS_INPUT = 0
ELECTRIC_W_INPUT = 2
LIMIT_ENABLED_HOLDING = 1
BOILER_BIT = 0b10
# A compressor that swings around its cap has not proven that it obeys.
READINGS = 3


async def prove(chain: Chain) -> None:
    """Prove that the cap reached the heat pump, and that Home Assistant is right."""
    say()
    say(HEADING)
    good = 0
    moment: Moment | None = None

    async def follows() -> bool:
        nonlocal good, moment
        moment = await chain.moment()
        say(moment.line())
        good = good + 1 if moment.obeys else 0
        return good >= READINGS

    await chain.until("the heat pump draws less than its cap", 90, follows)
    assert moment is not None
    await _prove_on_device(chain, moment)
    # The page of Home Assistant asks for this first, and waits for it for ever.
    await chain.home_assistant.command({"type": "get_services"})


async def prove_release(chain: Chain) -> None:
    """Prove that no limit stays behind when Home Assistant stops."""
    await chain.processes.stop(HOME_ASSISTANT)
    async with _device(chain) as client:
        holding = await client.read_holding_registers(LIMIT_ENABLED_HOLDING, count=1)
    _expect(holding.registers == [0], "Home Assistant stopped but left a limit behind")
    say("   Home Assistant stopped: the heat pump is released.")


async def _prove_on_device(chain: Chain, moment: Moment) -> None:
    async with _device(chain) as client:
        reading = await client.read_input_registers(0, count=ELECTRIC_W_INPUT + 1)
    power_w = reading.registers[ELECTRIC_W_INPUT]
    boiler = bool(reading.registers[STATUS_INPUT] & BOILER_BIT)
    assert moment.level_w is not None
    _expect(power_w <= moment.level_w, f"the device draws {power_w} W")
    _expect(boiler, "the boiler did not take over")
    say(f"   On the device: {power_w} W, below its cap of {moment.level_w:.0f} W.")


def _device(chain: Chain) -> AsyncModbusTcpClient:
    return AsyncModbusTcpClient("127.0.0.1", port=chain.ports.heat_pump)


def _expect(holds: bool, otherwise: str) -> None:
    if not holds:
        raise ChainError(f"The chain runs, but {otherwise}.")
