"""What limiting cost so far: electricity not used, gas instead, euro and CO2.

An estimate with a band, and said so: nobody measures what would have been. What the
heat pump wanted comes from its map; the band is that of the map and of the COP.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
import math
from typing import Any, Final, Self

from ..limits.stored import number, reading, section
from .cost import GAS_CO2_KG_M3, Prices, curtailed_kwh_eur, gas_m3_per_kwh
from .heat_pump_map import Wanted

COP_BAND: Final = 0.15
"""How far off a COP from a device can be, as a share (devices differ by 10 to 38 %)."""

MEAN_BAND: Final = 0.1
"""How far off the mean of a degree is for one day, as a share."""

DEFAULT_COP: Final = 2.7
"""What the pilot's gas figures fit, on cold days."""

MAX_HOLD: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A value with its band."""

    value: float
    low: float
    high: float

    def plus(self, other: Self) -> Self:
        """Return the sum; bands add up, as if all errors went one way."""
        return type(self)(
            value=self.value + other.value,
            low=self.low + other.low,
            high=self.high + other.high,
        )


NOTHING: Final = Estimate(value=0.0, low=0.0, high=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Savings:
    """What limiting did in a time; below 0 is a saving for cost and CO2."""

    limited_h: float = 0.0
    avoided_kwh: Estimate = NOTHING
    extra_gas_m3: Estimate = NOTHING
    extra_cost_eur: Estimate = NOTHING
    extra_co2_kg: Estimate = NOTHING

    def plus(self, other: Self) -> Self:
        """Return both times together."""
        return type(self)(
            limited_h=self.limited_h + other.limited_h,
            avoided_kwh=self.avoided_kwh.plus(other.avoided_kwh),
            extra_gas_m3=self.extra_gas_m3.plus(other.extra_gas_m3),
            extra_cost_eur=self.extra_cost_eur.plus(other.extra_cost_eur),
            extra_co2_kg=self.extra_co2_kg.plus(other.extra_co2_kg),
        )

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        bands = {name: getattr(self, name) for name in _BANDS}
        stored = {k: [e.value, e.low, e.high] for k, e in bands.items()}
        return {"limited_h": self.limited_h, **stored}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read what `as_dict` wrote. Raises ValueError when it is not that."""
        with reading("savings"):
            data = section(data)
            bands = {name: _estimate(data[name]) for name in _BANDS}
            return cls(limited_h=number(data["limited_h"]), **bands)


_BANDS: Final = ("avoided_kwh", "extra_gas_m3", "extra_cost_eur", "extra_co2_kg")


class SavingsLog:
    """Add up what limiting did, reading by reading."""

    def __init__(self, prices: Prices) -> None:
        """Start with nothing."""
        self.prices = prices
        self.total = Savings()
        self._last: datetime | None = None

    def note(
        self,
        time: datetime,
        *,
        electric_w: float | None,
        wanted: Wanted | None,
        is_limited: bool,
    ) -> None:
        """Take in a reading; it stands for the time since the one before, 60 s at most."""
        held = timedelta() if self._last is None else min(time - self._last, MAX_HOLD)
        self._last = time
        if not is_limited or held <= timedelta() or wanted is None:
            return
        if electric_w is None or not math.isfinite(electric_w):
            return
        hours = held / timedelta(hours=1)
        step = limiting_for(hours, electric_w, wanted, self.prices)
        self.total = self.total.plus(step)


def limiting_for(
    hours: float, electric_w: float, wanted: Wanted, prices: Prices
) -> Savings:
    """Return what limiting did in hours with one mean power in watts.

    A moment above the mean counts against one below it, so that a heat pump that
    turns on and off under its limit saves nothing twice.
    """
    band_w = _band_w(wanted)
    avoided_w = wanted.mean_w - max(electric_w, 0.0)
    kwh = Estimate(
        value=avoided_w * hours / 1000,
        low=(avoided_w - band_w) * hours / 1000,
        high=(avoided_w + band_w) * hours / 1000,
    )
    cop = DEFAULT_COP if wanted.cop is None else wanted.cop
    cops = Estimate(value=cop, low=cop * (1 - COP_BAND), high=cop * (1 + COP_BAND))
    return Savings(
        limited_h=hours,
        avoided_kwh=kwh,
        extra_gas_m3=_times(kwh, _each(cops, lambda c: gas_m3_per_kwh(c, prices))),
        extra_cost_eur=_times(kwh, _each(cops, lambda c: curtailed_kwh_eur(c, prices))),
        extra_co2_kg=_times(kwh, _each(cops, lambda c: _co2_kg(c, prices))),
    )


def _band_w(wanted: Wanted) -> float:
    """Return how far off the mean can be: by chance, and by sun, wind and people.

    One hour says little more than the next minute of it, so hours are counted.
    """
    hours = max(wanted.minutes / 60, 1.0)
    by_chance_w = (wanted.high_w - wanted.low_w) / 2 / math.sqrt(hours)
    return by_chance_w + MEAN_BAND * wanted.mean_w


def _co2_kg(cop: float, prices: Prices) -> float:
    """Return the CO2 of one kWh less electricity, and its gas."""
    gas_kg = gas_m3_per_kwh(cop, prices) * GAS_CO2_KG_M3
    return gas_kg - prices.electricity_co2_kg_kwh


def _each(cops: Estimate, of: Callable[[float], float]) -> Estimate:
    """Return what follows from a COP, for its band."""
    return Estimate(value=of(cops.value), low=of(cops.low), high=of(cops.high))


def _times(amount: Estimate, each: Estimate) -> Estimate:
    """Return the product, with the widest band of both."""
    corners = [a * b for a in (amount.low, amount.high) for b in (each.low, each.high)]
    return Estimate(
        value=amount.value * each.value, low=min(corners), high=max(corners)
    )


def _estimate(data: Any) -> Estimate:
    """Return a stored estimate."""
    value, low, high = (number(item) for item in data)
    return Estimate(value=value, low=low, high=high)
