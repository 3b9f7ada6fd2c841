"""Prices from the options and from entities, in all their units."""

from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant, State
import pytest

from custom_components.dalen.energy_prices import EnergyPrices, price_factor
from custom_components.dalen.own_settings import PriceSettings

NOW = datetime(2026, 11, 23, 17, 7, 30, tzinfo=UTC)
PRICE, GAS = "sensor.price", "sensor.gas"


@pytest.fixture(autouse=True)
def evening(freezer: FrozenDateTimeFactory) -> None:
    """Begin somewhere in a quarter hour."""
    freezer.move_to(NOW)


@pytest.fixture
def prices(hass: HomeAssistant) -> EnergyPrices:
    """Return prices that come from two entities."""
    settings = PriceSettings(electricity_entity=PRICE, gas_entity=GAS)
    return EnergyPrices(hass, settings)


@pytest.mark.parametrize(
    ("unit", "per", "factor"),
    [
        ("EUR/kWh", "kWh", 1.0),
        ("€/kWh", "kWh", 1.0),
        ("ct/kWh", "kWh", 0.01),
        ("EUR/MWh", "kWh", 0.001),
        ("€/m³", "m³", 1.0),
        ("EUR/m3", "m³", 1.0),
        (None, "kWh", 1.0),
        ("EUR/kWh", "m³", None),
        ("SEK/kWh", "kWh", None),
        ("W", "kWh", None),
    ],
)
def test_units(unit: str | None, per: str, factor: float | None) -> None:
    """A number without a unit is in euro; another unit is no price."""
    attributes = {} if unit is None else {"unit_of_measurement": unit}
    assert price_factor(State(PRICE, "1", attributes), per) == factor


def test_a_fixed_price_rolls_on(hass: HomeAssistant) -> None:
    """It covers now and ends: a limit that stands on it ends too."""
    found = EnergyPrices(hass, PriceSettings()).at(NOW)
    (slot,) = found.slots
    assert slot.start <= NOW < slot.end <= NOW + timedelta(hours=1)
    assert slot.eur_kwh == found.prices.electricity_eur_kwh == 0.27


def test_entities_tell_the_prices(hass: HomeAssistant, prices: EnergyPrices) -> None:
    """Cents become euro."""
    hass.states.async_set(PRICE, "31.5", {"unit_of_measurement": "ct/kWh"})
    hass.states.async_set(GAS, "1.31", {"unit_of_measurement": "EUR/m³"})
    found = prices.at(NOW)
    assert found.prices.electricity_eur_kwh == pytest.approx(0.315)
    assert found.prices.gas_eur_m3 == 1.31


@pytest.mark.parametrize("state", ["unavailable", "unknown", "0", "-1", "200"])
def test_a_gas_price_without_sense_is_left(
    hass: HomeAssistant, prices: EnergyPrices, state: str
) -> None:
    """The one of before holds."""
    hass.states.async_set(GAS, state, {"unit_of_measurement": "EUR/m³"})
    assert prices.at(NOW).prices.gas_eur_m3 == 1.24


def test_a_price_that_is_lost_holds_until_its_end(
    hass: HomeAssistant, prices: EnergyPrices
) -> None:
    """Then nobody knows, and nothing is limited for it."""
    assert prices.at(NOW).slots == ()
    hass.states.async_set(PRICE, "0.6")
    assert prices.at(NOW).slots[0].eur_kwh == 0.6
    hass.states.async_set(PRICE, "unavailable")
    later = NOW + timedelta(hours=2)
    assert prices.at(NOW).slots[0].eur_kwh == 0.6
    assert all(slot.end <= later for slot in prices.at(later).slots)


def test_prices_ahead_win_over_the_state(
    hass: HomeAssistant, prices: EnergyPrices
) -> None:
    """Some entities tell the mean of the day, and the hours beside it."""
    item: dict[str, Any] = {"start": "2026-11-23T18:00:00+01:00", "value": 0.4}
    hass.states.async_set(PRICE, "0.1", {"prices": [item]})
    assert prices.at(NOW).prices.electricity_eur_kwh == 0.4
    # Outside the list the state is all there is.
    assert prices.at(NOW + timedelta(hours=3)).slots[0].eur_kwh == 0.1
