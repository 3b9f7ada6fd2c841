"""What energy costs now and ahead, from the options and from entities."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from homeassistant.core import HomeAssistant, State

from .economy import Prices, PriceSlot, slots_in
from .entity_heat_pump.reading import finite
from .own_settings import PriceSettings

KWH: Final = "kWh"
M3: Final = "m³"

PRICE_HOLDS: Final = timedelta(hours=1)
"""How long a price without a forecast counts; it is read again all the time."""

_STEP_MIN: Final = 15

_CURRENCY: Final = {"eur": 1.0, "€": 1.0, "ct": 0.01, "cent": 0.01, "c€": 0.01}
_AMOUNT: Final = {
    "kwh": (KWH, 1.0),
    "mwh": (KWH, 0.001),
    "m³": (M3, 1.0),
    "m3": (M3, 1.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PricesNow:
    """What energy costs now, and electricity ahead."""

    prices: Prices
    slots: tuple[PriceSlot, ...]


class EnergyPrices:
    """Read the prices; one that is lost for a while stays what it was."""

    def __init__(self, hass: HomeAssistant, settings: PriceSettings) -> None:
        """Start with the prices of the options."""
        self._hass = hass
        self._settings = settings
        self._prices = settings.prices
        self._slots: tuple[PriceSlot, ...] = ()
        self._ahead: tuple[PriceSlot, ...] = ()
        self._read: State | None = None

    def at(self, now: datetime) -> PricesNow:
        """Return the prices of now. An electricity price of old says nothing."""
        settings = self._settings
        self._follow_gas(self._state(settings.gas_entity))
        if settings.electricity_entity is None:
            self._slots = _one_slot(settings.prices.electricity_eur_kwh, now)
        else:
            self._follow_electricity(self._state(settings.electricity_entity), now)
        current = next((s for s in self._slots if s.start <= now < s.end), None)
        if current is not None:
            self._prices = replace(self._prices, electricity_eur_kwh=current.eur_kwh)
        return PricesNow(prices=self._prices, slots=self._slots)

    def _follow_gas(self, state: State | None) -> None:
        """Take over a price of gas that makes sense."""
        price = _price(state, M3)
        if price is not None and 0 < price < 100:
            self._prices = replace(self._prices, gas_eur_m3=price)

    def _follow_electricity(self, state: State | None, now: datetime) -> None:
        """Take over the prices ahead, or that of now when there are none."""
        if state is None or (factor := price_factor(state, KWH)) is None:
            return
        # A state never changes: a new one takes its place.
        if state is not self._read:
            self._read = state
            self._ahead = tuple(slots_in(state.attributes, factor))
        if any(slot.start <= now < slot.end for slot in self._ahead):
            self._slots = self._ahead
        elif (price := _price(state, KWH)) is not None:
            self._slots = _one_slot(price, now)

    def _state(self, entity_id: str | None) -> State | None:
        """Return the state of an entity, None without one."""
        return None if entity_id is None else self._hass.states.get(entity_id)


def price_factor(state: State | None, per: str) -> float | None:
    """Return how many euro per kWh or m³ one unit of an entity is.

    A number without a unit is in euro. None for another unit, or no entity.
    """
    if state is None:
        return None
    if not (unit := state.attributes.get("unit_of_measurement")):
        return 1.0
    currency, _, amount = str(unit).lower().partition("/")
    factor = _CURRENCY.get(currency.strip())
    found, share = _AMOUNT.get(amount.strip(), (None, 0.0))
    return factor * share if factor is not None and found == per else None


def _price(state: State | None, per: str) -> float | None:
    """Return the price that an entity tells; None when it tells none."""
    factor = price_factor(state, per)
    value = None if state is None else finite(state.state)
    return None if factor is None or value is None else value * factor


def _one_slot(price: float, now: datetime) -> tuple[PriceSlot, ...]:
    """Return the price of now as a slot that rolls on by the quarter hour."""
    start = now.replace(
        minute=now.minute // _STEP_MIN * _STEP_MIN, second=0, microsecond=0
    )
    return (PriceSlot(start=start, end=start + PRICE_HOLDS, eur_kwh=price),)
