"""What heat costs: the formulas of the reference, and their edges."""

from hypothesis import given, strategies as st
import pytest

from custom_components.dalen.economy import (
    Prices,
    break_even_cop,
    curtailed_kwh_eur,
    gas_m3_per_kwh,
)

PRICES = Prices()


@pytest.mark.parametrize(("cop", "eur"), [(4.2, 0.29), (2.7, 0.09), (2.02, 0.0)])
def test_the_price_of_a_curtailed_kwh(cop: float, eur: float) -> None:
    """At 1.24 euro for gas and 0.27 for electricity, as the pilot reports."""
    assert curtailed_kwh_eur(cop, PRICES) == pytest.approx(eur, abs=0.005)


def test_the_break_even_cop_is_where_a_curtailed_kwh_is_free() -> None:
    """2.02 at these prices."""
    cop = break_even_cop(PRICES.electricity_eur_kwh, PRICES)
    assert cop == pytest.approx(2.02, abs=0.005)
    assert curtailed_kwh_eur(cop, PRICES) == pytest.approx(0)


def test_the_gas_of_a_kwh() -> None:
    """0.29 m3 at a COP of 2.7."""
    assert gas_m3_per_kwh(2.7, PRICES) == pytest.approx(0.29, abs=0.005)


@given(eur=st.floats(-1, 2), gas=st.floats(0.1, 5))
def test_free_electricity_breaks_even_at_once(eur: float, gas: float) -> None:
    """And dearer electricity asks for a higher COP."""
    prices = Prices(gas_eur_m3=gas)
    assert break_even_cop(eur, prices) >= 0
    assert (break_even_cop(eur, prices) == 0) == (eur <= 0)
    assert break_even_cop(eur + 0.1, prices) >= break_even_cop(eur, prices)


@pytest.mark.parametrize(
    "wrong",
    [{"gas_eur_m3": 0}, {"gas_eur_m3": float("nan")}, {"boiler_efficiency": 1.1}],
)
def test_prices_that_divide_by_nothing_are_refused(wrong: dict[str, float]) -> None:
    """With what to give instead."""
    with pytest.raises(ValueError, match=r"above 0|0\.5 to 1"):
        Prices(**wrong)
