"""What it costs a household when its heat pump does less and its boiler more.

Figures of the pilot in Dalen (averages of 2025): 0.27 EUR/kWh, 1.24 EUR/m3. Per
curtailed kWh of electricity the boiler makes COP kWh of heat:
c = COP * gas price / (efficiency * heating value) - electricity price.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from dalen_hub.homes.thermal.arrays import Floats

# Typical for an air-water heat pump of the 5 kW class on radiators with a heating
# curve of 35 C at 7 C outdoors, where no heat meter tells better.
_OUTDOOR_C: Final = (-10.0, -5.0, 0.0, 7.0, 12.0)
_COP: Final = (2.0, 2.3, 2.7, 3.6, 4.7)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyPrices:
    """Prices with taxes, and what a boiler makes of a cubic metre of gas."""

    electricity_eur_per_kwh: float = 0.27
    gas_eur_per_m3: float = 1.24
    heating_value_kwh_per_m3: float = 9.77
    """Upper value, of Groningen gas."""
    boiler_efficiency: float = 0.95
    """Related to the upper value."""

    def __post_init__(self) -> None:
        """Refuse prices that cannot be."""
        if min(self.electricity_eur_per_kwh, self.gas_eur_per_m3) < 0.0:
            raise ValueError("A price is below 0. Give EUR/kWh and EUR/m3 with taxes.")
        if not 0.0 < self.boiler_efficiency <= 1.2:
            raise ValueError("The efficiency must be a share, such as 0.95.")
        if self.heating_value_kwh_per_m3 <= 0.0:
            raise ValueError("The heating value must be above 0 kWh/m3, such as 9.77.")

    @property
    def boiler_kwh_per_m3(self) -> float:
        """Return the heat that a boiler makes of a cubic metre."""
        return self.boiler_efficiency * self.heating_value_kwh_per_m3

    def gas_m3_per_kwh(self, cop: Floats | float) -> Floats:
        """Return the extra gas of one curtailed kWh of electricity."""
        return np.asarray(cop, dtype=np.float64) / self.boiler_kwh_per_m3

    def cost_eur_per_kwh(self, cop: Floats | float) -> Floats:
        """Return the extra cost of one curtailed kWh; below 0 the boiler is cheaper."""
        gas_eur = self.gas_m3_per_kwh(cop) * self.gas_eur_per_m3
        return gas_eur - self.electricity_eur_per_kwh

    @property
    def break_even_cop(self) -> float:
        """Return the COP below which the boiler is the cheaper of the two."""
        price_of_heat = self.gas_eur_per_m3 / self.boiler_kwh_per_m3
        if price_of_heat == 0.0:
            return float("inf")
        return self.electricity_eur_per_kwh / price_of_heat


def typical_cop(outdoor_c: Floats | float) -> Floats:
    """Return the COP to reckon with where none is measured."""
    return np.asarray(np.interp(outdoor_c, _OUTDOOR_C, _COP), dtype=np.float64)
