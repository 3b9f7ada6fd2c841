"""The books of one heat pump: what it wants, uses and would have used."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from ..limits import Limit
from ..limits.stored import number, reading
from .cost import Prices, break_even_cop
from .energy_meter import EnergyMeter
from .heat_pump_map import HeatPumpMap, Wanted
from .measured_cop import MeasuredCop
from .price import CheapestHeat, CheapestHeatSettings, PriceSlot
from .savings import Savings, SavingsLog

OUTDOOR_KEPT: Final = timedelta(minutes=30)
"""How long an outdoor temperature is good when no new one comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One reading with what held when it was taken."""

    time: datetime
    electric_w: float | None
    thermal_w: float | None
    outdoor_c: float | None
    cop: float | None
    is_limited: bool
    is_normal: bool
    """False while it protects itself or people: that is not what it wants."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Who heats for less now, and by what numbers."""

    by_boiler: bool
    cop: float
    break_even_cop: float
    electricity_eur_kwh: float
    gas_eur_m3: float


class Account:
    """Keep the books from reading to reading."""

    def __init__(self, nameplate_w: float, choice: CheapestHeatSettings) -> None:
        """Start with empty books."""
        self.map = HeatPumpMap(nameplate_w)
        self.savings = SavingsLog(choice.prices)
        self.electric = EnergyMeter()
        self.thermal = EnergyMeter()
        self._cheapest = CheapestHeat(choice)
        self._measured = MeasuredCop()
        self._outdoor: tuple[datetime, float] | None = None

    def note(self, entry: Entry) -> None:
        """Enter one reading; readings come in order of time."""
        self.electric.note(entry.time, entry.electric_w)
        self.thermal.note(entry.time, entry.thermal_w)
        if entry.outdoor_c is not None:
            self._outdoor = (entry.time, entry.outdoor_c)
        cop = entry.cop if entry.is_normal else None
        self._measured.note(entry.time, cop, entry.electric_w)
        self.map.note(
            entry.time,
            outdoor_c=entry.outdoor_c,
            electric_w=entry.electric_w,
            cop=cop,
            is_free=entry.is_normal and not entry.is_limited,
        )
        self.savings.note(
            entry.time,
            electric_w=entry.electric_w,
            wanted=self.wanted(entry.time),
            is_limited=entry.is_limited and entry.is_normal,
        )

    def wanted(self, now: datetime) -> Wanted | None:
        """Return what it would draw now if nobody limited it; None if not known."""
        if self._outdoor is None or now - self._outdoor[0] > OUTDOOR_KEPT:
            return None
        return self.map.wanted(self._outdoor[1])

    def cop(self, now: datetime) -> float | None:
        """Return what it makes of a kWh now, or would make: learned, else measured."""
        wanted = self.wanted(now)
        learned = None if wanted is None else wanted.cop
        return self._measured.at(now) if learned is None else learned

    def compare(
        self, prices: Prices, slots: Iterable[PriceSlot], now: datetime
    ) -> tuple[Comparison | None, list[Limit]]:
        """Return who heats for less now, and the limits for the hours of the boiler.

        None and no limits while the COP or the price of now is not known.
        """
        self.savings.prices = prices
        self._cheapest.update_prices(prices)
        cop, ahead = self.cop(now), tuple(slots)
        limits = self._cheapest.limits(ahead, cop, now)
        price = next((s.eur_kwh for s in ahead if s.start <= now < s.end), None)
        if cop is None or price is None:
            return None, limits
        comparison = Comparison(
            by_boiler=self._cheapest.by_boiler,
            cop=cop,
            break_even_cop=break_even_cop(price, prices),
            electricity_eur_kwh=price,
            gas_eur_m3=prices.gas_eur_m3,
        )
        return comparison, limits

    def as_dict(self) -> dict[str, Any]:
        """Return the books as JSON can hold them."""
        return {
            "map": self.map.as_dict(),
            "savings": self.savings.total.as_dict(),
            "electric_kwh": self.electric.kwh,
            "thermal_kwh": self.thermal.kwh,
        }

    def restore(self, data: object) -> list[str]:
        """Take over stored books one by one; return what is wrong with the others."""
        if not isinstance(data, Mapping):
            return []
        parts: dict[str, Callable[[Any], None]] = {
            "map": self.map.restore,
            "savings": self._restore_savings,
            "electric_kwh": lambda part: _restore_meter(self.electric, part),
            "thermal_kwh": lambda part: _restore_meter(self.thermal, part),
        }
        complaints = []
        for name in parts.keys() & data.keys():
            try:
                parts[name](data[name])
            except ValueError as err:
                complaints.append(str(err))
        return complaints

    def _restore_savings(self, data: Any) -> None:
        """Take over the sums."""
        self.savings.total = Savings.from_dict(data)


def _restore_meter(meter: EnergyMeter, data: Any) -> None:
    """Take over a counter. Raises ValueError when it is none."""
    with reading("energy"):
        meter.restore(number(data))
