"""Formulas of what was delivered and what it cost, and what must always hold."""

from hypothesis import given, settings, strategies as st
from hypothesis.extra.numpy import arrays
import numpy as np
import pytest

from dalen_hub.homes.flexibility.cost import EnergyPrices
from dalen_hub.settlement.compensation import compensate, divided
from dalen_hub.settlement.delivered import delivered

PRICES = EnergyPrices()
POWER = arrays(np.float64, (8, 3), elements=st.floats(0.0, 3000.0))
MARKS = arrays(np.bool_, (8, 3))


def test_one_quarter_hour_by_hand() -> None:
    """900 W less over a quarter hour at COP 4.2."""
    what = delivered(
        np.array([[1300.0]]),
        np.array([[400.0]]),
        np.array([[True]]),
        np.array([[4.2]]),
        PRICES,
    )
    assert what.kwh[0, 0] == pytest.approx(0.225)
    assert what.fleet_kw[0] == pytest.approx(0.9)
    assert what.gas_m3[0, 0] == pytest.approx(0.225 * 4.2 / (0.95 * 9.77))
    assert what.cost_eur[0, 0] == pytest.approx(0.225 * 0.2911, abs=1e-4)
    assert what.baseline_kwh[0, 0] == pytest.approx(0.325)


@settings(deadline=None)
@given(baseline=POWER, power=POWER, limited=MARKS, cop=st.floats(1.0, 6.0))
def test_sums_conserve_and_nothing_is_below_zero(
    baseline: np.ndarray, power: np.ndarray, limited: np.ndarray, cop: float
) -> None:
    """Per home, per quarter hour and together; only where a limit held."""
    what = delivered(baseline, power, limited, np.full((8, 1), cop), PRICES)
    assert np.all(what.kwh >= 0.0)
    assert np.all(what.kwh[~limited] == 0.0)
    assert np.all(what.kwh <= what.baseline_kwh + 1e-9)
    assert what.fleet_kw.sum() / 4.0 == pytest.approx(what.kwh.sum())
    cost_eur = float(PRICES.cost_eur_per_kwh(cop)) * what.kwh.sum()
    assert what.cost_eur.sum() == pytest.approx(cost_eur, abs=1e-9)


@settings(deadline=None)
@given(baseline=POWER, power=POWER, limited=MARKS, more_w=st.floats(0.0, 500.0))
def test_who_draws_less_delivers_more(
    baseline: np.ndarray, power: np.ndarray, limited: np.ndarray, more_w: float
) -> None:
    """Monotone in power and in the baseline."""
    cop = np.full((8, 1), 3.0)
    before = delivered(baseline, power, limited, cop, PRICES).kwh
    assert np.all(
        delivered(baseline, power + more_w, limited, cop, PRICES).kwh <= before
    )
    assert np.all(
        delivered(baseline + more_w, power, limited, cop, PRICES).kwh >= before
    )


def test_what_was_not_reported_is_not_paid() -> None:
    """Nor does it count in the baseline that errors relate to."""
    what = delivered(
        np.full((2, 1), 1000.0),
        np.array([[np.nan], [0.0]]),
        np.ones((2, 1), dtype=np.bool_),
        np.full((2, 1), 3.0),
        PRICES,
    )
    assert what.kwh[:, 0] == pytest.approx([0.0, 0.25])
    assert what.baseline_kwh.sum() == pytest.approx(0.25)


@given(
    cents=st.integers(0, 10**7),
    weights=st.lists(st.floats(0.0, 1e4), min_size=1, max_size=40).filter(
        lambda weights: sum(weights) > 1e-6
    ),
)
def test_a_pot_is_divided_to_the_cent(cents: int, weights: list[float]) -> None:
    """Nothing is lost, nobody gets a cent more or less than his share rounded."""
    shares = divided(cents, np.array(weights))
    assert int(shares.sum()) == cents
    exact = cents * np.array(weights) / sum(weights)
    assert np.all(np.abs(shares - exact) < 1.0 + 1e-6)
    assert np.all(shares >= 0)


@given(
    kwh=arrays(np.float64, 7, elements=st.floats(0.0, 500.0)),
    price=st.floats(-0.2, 0.6),
    pot_eur=st.floats(0.0, 5000.0),
)
def test_who_delivers_more_is_paid_no_less(
    kwh: np.ndarray, price: float, pot_eur: float
) -> None:
    """The sum is the costs plus the pot; nobody pays."""
    paid = compensate(price * kwh, kwh, pot_eur)
    assert int(paid.pot_cents.sum()) == round(100 * pot_eur)
    assert np.all(paid.total_cents >= 0)
    order = np.argsort(kwh)
    assert np.all(np.diff(paid.cost_cents[order]) >= 0)
    assert np.all(np.diff(paid.pot_cents[order]) >= -1)


def test_a_pot_is_shared_equally_where_nobody_delivered() -> None:
    """And a pot that is no amount is refused."""
    paid = compensate(np.zeros(3), np.zeros(3), 0.1)
    assert sorted(paid.total_cents) == [3, 3, 4]
    for pot_eur in (-1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match="0 EUR or more"):
            compensate(np.zeros(1), np.zeros(1), pot_eur)
    assert compensate(np.zeros(0), np.zeros(0), 5.0).total_cents.size == 0
