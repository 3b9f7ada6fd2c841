"""The terms of a collective in `hub.yaml`."""

from typing import Any

import pytest

from dalen_hub.config import ConfigError, parse_config
from dalen_hub.settlement.market import PILOT_MARKET, MarketYear
from dalen_hub.settlement.settle import Terms

HUB: dict[str, Any] = {
    "name": "Hub",
    "public_url": "https://hub.example",
    "trafos": [{"id": "dalen", "rating_kva": 400}],
}


def test_without_a_word_the_figures_of_the_pilot_count() -> None:
    """Prices of 2025 and what GOPACS published."""
    assert parse_config(HUB).terms == Terms()
    terms = parse_config({**HUB, "settlement": {"pot_eur_per_month": 25}}).terms
    assert terms == Terms(pot_eur=25.0)
    assert terms.market == PILOT_MARKET
    assert terms.market_minimum_kw == 100.0


def test_a_collective_says_its_own() -> None:
    """Each figure can be another one."""
    year = {"label": "2026", "volume_mwh": 1, "price_eur_per_mwh": 300}
    terms = parse_config(
        {
            **HUB,
            "settlement": {
                "electricity_eur_per_kwh": 0.3,
                "gas_eur_per_m3": 1.5,
                "gas_kwh_per_m3": 10,
                "boiler_efficiency": 0.9,
                "market_minimum_kw": 50,
                "market": [year],
            },
        }
    ).terms
    assert terms.prices.electricity_eur_per_kwh == 0.3
    assert terms.prices.boiler_kwh_per_m3 == 9.0
    assert terms.market == (
        MarketYear(label="2026", volume_mwh=1.0, price_eur_per_mwh=300.0),
    )
    assert terms.market_minimum_kw == 50.0


@pytest.mark.parametrize(
    ("settlement", "says"),
    [
        ({"gas_eur_per_m3": -1}, "settlement.gas_eur_per_m3: must be a number from 0"),
        ({"gas_eur": 1}, "settlement.gas_eur: unknown key. Did you mean gas_eur_per"),
        ({"market": [{"label": "2026"}]}, "settlement.market.*volume_mwh: is missing"),
        (7, "settlement: must be keys and values"),
    ],
)
def test_wrong_terms_stop_the_hub(settlement: Any, says: str) -> None:
    """With what to write instead."""
    with pytest.raises(ConfigError, match=says):
        parse_config({**HUB, "settlement": settlement})
