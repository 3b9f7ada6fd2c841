"""What heat costs from the heat pump and from the boiler, in euro, gas and CO2."""

from dataclasses import dataclass
from typing import Final

GAS_KWH_M3: Final = 9.77
"""Upper heating value of Groningen gas (35.17 MJ/m3), which boilers are rated by."""

GAS_CO2_KG_M3: Final = 1.78
"""What a m3 emits when it burns, as Dutch energy labels count it (ISSO 82)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What a house pays, and what its heat is made of.

    Raises ValueError when gas is free, or a boiler makes more than it burns.
    """

    gas_eur_m3: float = 1.24
    electricity_eur_kwh: float = 0.27
    """Below 0 at times; the price ahead is given apart."""

    boiler_efficiency: float = 0.95
    """Heat per upper heating value of gas, 0 to 1."""

    electricity_co2_kg_kwh: float = 0.27
    """A round figure for the Dutch mix; a house can set that of its contract."""

    def __post_init__(self) -> None:
        """Refuse what would divide by nothing."""
        if not 0 < self.gas_eur_m3 < 100:
            raise ValueError(f"gas_eur_m3 {self.gas_eur_m3}: give euro, above 0")
        if not 0.5 <= self.boiler_efficiency <= 1.0:
            raise ValueError(f"boiler_efficiency {self.boiler_efficiency}: 0.5 to 1")

    @property
    def boiler_heat_eur_kwh(self) -> float:
        """Return what a kWh of heat from the boiler costs."""
        return self.gas_eur_m3 / (self.boiler_efficiency * GAS_KWH_M3)


def break_even_cop(electricity_eur_kwh: float, prices: Prices) -> float:
    """Return the COP at which heat pump and boiler are equally cheap.

    Above it the heat pump is cheaper. With free electricity it is 0.
    """
    return max(electricity_eur_kwh, 0.0) / prices.boiler_heat_eur_kwh


def gas_m3_per_kwh(cop: float, prices: Prices) -> float:
    """Return the gas that replaces one kWh of electricity of the heat pump."""
    return cop / (prices.boiler_efficiency * GAS_KWH_M3)


def curtailed_kwh_eur(cop: float, prices: Prices) -> float:
    """Return what one kWh less electricity costs: COP*p_gas/(eta*H) - p_el.

    Below 0 when the boiler is the cheaper one.
    """
    return gas_m3_per_kwh(cop, prices) * prices.gas_eur_m3 - prices.electricity_eur_kwh
