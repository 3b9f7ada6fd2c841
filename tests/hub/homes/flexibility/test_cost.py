"""The price of a curtailed kWh, against the published figures."""

from hypothesis import given, strategies as st
import numpy as np
import pytest

from dalen_hub.homes.flexibility.cost import EnergyPrices, typical_cop

PILOT = EnergyPrices()


def test_the_pilot_published_29_cents_at_a_high_cop() -> None:
    """0.29 EUR at COP 4.2, 0.09 at 2.7, nothing at 2.02."""
    assert float(PILOT.cost_eur_per_kwh(4.2)) == pytest.approx(0.29, abs=0.005)
    assert float(PILOT.cost_eur_per_kwh(2.7)) == pytest.approx(0.09, abs=0.005)
    assert PILOT.break_even_cop == pytest.approx(2.02, abs=0.005)


def test_an_evening_off_costs_the_gas_that_the_pilot_found() -> None:
    """0.8 kW over 5.2 h at COP 2.7 is 1.2 m3."""
    gas_m3 = 0.8 * 5.2 * float(PILOT.gas_m3_per_kwh(2.7))
    assert gas_m3 == pytest.approx(1.2, abs=0.03)


@given(
    electricity=st.floats(0.01, 1.0), gas=st.floats(0.1, 5.0), cop=st.floats(1.0, 7.0)
)
def test_it_costs_more_the_better_the_pump(
    electricity: float, gas: float, cop: float
) -> None:
    """Monotone in the COP, and 0 exactly at the break-even."""
    prices = EnergyPrices(electricity_eur_per_kwh=electricity, gas_eur_per_m3=gas)
    assert prices.cost_eur_per_kwh(cop) < prices.cost_eur_per_kwh(cop + 0.1)
    assert float(prices.cost_eur_per_kwh(prices.break_even_cop)) == pytest.approx(
        0.0, abs=1e-9
    )


def test_prices_that_cannot_be_are_refused() -> None:
    """Each with what to give."""
    with pytest.raises(ValueError, match="below 0"):
        EnergyPrices(gas_eur_per_m3=-1.0)
    with pytest.raises(ValueError, match="share"):
        EnergyPrices(boiler_efficiency=95.0)
    with pytest.raises(ValueError, match="kWh/m3"):
        EnergyPrices(heating_value_kwh_per_m3=0.0)
    assert EnergyPrices(gas_eur_per_m3=0.0).break_even_cop == np.inf


def test_a_typical_cop_rises_with_the_temperature() -> None:
    """Between 2 in frost and 5 in spring."""
    cop = typical_cop(np.linspace(-20.0, 20.0, 100))
    assert np.all(np.diff(cop) >= 0.0)
    assert cop[0] >= 2.0
    assert cop[-1] <= 5.0
