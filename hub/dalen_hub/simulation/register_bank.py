"""The registers of a simulated heat pump, computed from its physics."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from .limit_control import LimitControl
from .modbus_server import IllegalAddressError, IllegalValueError
from .register_profile import HoldingRegister, RegisterProfile
from .simulated_heat_pump import SimulatedHeatPump


@dataclass(slots=True, kw_only=True)
class HeatPumpRegisters:
    """A register bank that brings the heat pump up to date before each access."""

    profile: RegisterProfile
    heat_pump: SimulatedHeatPump
    control: LimitControl
    catch_up: Callable[[], None]
    _holdings: dict[int, HoldingRegister] = field(init=False)

    def __post_init__(self) -> None:
        """Index the settings by their address."""
        self._holdings = {holding.address: holding for holding in self.profile.holdings}

    def read_inputs(self, address: int, count: int) -> list[int]:
        """Return input registers as they are now."""
        self.catch_up()
        values = self._values()
        registers = {
            register.address + word: raw
            for register in self.profile.inputs
            for word, raw in enumerate(register.encode(values[register.quantity]))
        }
        return _pick(registers, address, count)

    def read_holdings(self, address: int, count: int) -> list[int]:
        """Return the settings as they are now, after a watchdog too."""
        self.catch_up()
        registers = {
            holding.address: round(
                self.control.settings[holding.setting] / holding.scale
            )
            for holding in self.profile.holdings
        }
        return _pick(registers, address, count)

    def write_holdings(self, address: int, values: Sequence[int]) -> None:
        """Take over settings; from now on, not for the time that has passed."""
        self.catch_up()
        self.control.write(
            dict(
                self._setting(address + offset, value)
                for offset, value in enumerate(values)
            )
        )

    def _setting(self, address: int, raw: int) -> tuple[str, float]:
        """Return the name and value of one written register."""
        holding = self._holdings.get(address)
        if holding is None:
            raise IllegalAddressError(address)
        value = raw * holding.scale
        if not holding.minimum <= value <= holding.maximum:
            raise IllegalValueError(value)
        return holding.setting, value

    def _values(self) -> dict[str, float]:
        """Return all quantities, with the flags packed into status registers."""
        flags = self.heat_pump.flags()
        packed = {
            quantity: float(
                sum(
                    1 << bit
                    for bit, flag in enumerate(names)
                    if flag is not None and flags[flag]
                )
            )
            for quantity, names in self.profile.status_bits.items()
        }
        return {**self.heat_pump.quantities(), **packed, **self.profile.constants}


def _pick(registers: dict[int, int], address: int, count: int) -> list[int]:
    """Return a block of registers, or raise IllegalAddressError on a hole."""
    block = range(address, address + count)
    missing = [number for number in block if number not in registers]
    if missing:
        raise IllegalAddressError(missing[0])
    return [registers[number] for number in block]
