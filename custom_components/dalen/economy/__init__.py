"""What limiting brings and costs one house, with no hub needed. Pure: no I/O."""

from .account import Account, Comparison, Entry
from .cost import Prices, break_even_cop, curtailed_kwh_eur, gas_m3_per_kwh
from .forecast_attributes import slots_in
from .heat_pump_map import HeatPumpMap, Wanted
from .price import CheapestHeat, CheapestHeatSettings, PriceSlot
from .savings import Estimate, Savings, SavingsLog

__all__ = [
    "Account",
    "CheapestHeat",
    "CheapestHeatSettings",
    "Comparison",
    "Entry",
    "Estimate",
    "HeatPumpMap",
    "PriceSlot",
    "Prices",
    "Savings",
    "SavingsLog",
    "Wanted",
    "break_even_cop",
    "curtailed_kwh_eur",
    "gas_m3_per_kwh",
    "slots_in",
]
