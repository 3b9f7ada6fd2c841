"""What may stand in `hub.yaml` about money: prices, the pot, the market."""

from collections.abc import Mapping
from typing import Any, Final

import voluptuous as vol

from dalen_hub.config_steering import between
from dalen_hub.config_values import each, text
from dalen_hub.homes.flexibility.cost import EnergyPrices
from dalen_hub.settlement.market import MINIMUM_KW, PILOT_MARKET, MarketYear
from dalen_hub.settlement.settle import Terms

_USUAL: Final = EnergyPrices()

MARKET_YEAR: Final[dict[Any, Any]] = {
    vol.Required("label"): text("2025"),
    vol.Required("volume_mwh"): between(0.0, 1e9, "3380"),
    vol.Required("price_eur_per_mwh"): between(0.0, 1e5, "406"),
}
SETTLEMENT: Final[dict[Any, Any]] = {
    vol.Optional(
        "electricity_eur_per_kwh", default=_USUAL.electricity_eur_per_kwh
    ): between(0.0, 10.0, "0.27"),
    vol.Optional("gas_eur_per_m3", default=_USUAL.gas_eur_per_m3): between(
        0.0, 20.0, "1.24"
    ),
    vol.Optional("boiler_efficiency", default=_USUAL.boiler_efficiency): between(
        0.5, 1.1, "0.95"
    ),
    vol.Optional("gas_kwh_per_m3", default=_USUAL.heating_value_kwh_per_m3): between(
        5.0, 15.0, "9.77"
    ),
    vol.Optional("pot_eur_per_month", default=0.0): between(0.0, 1e6, "25"),
    vol.Optional("market_minimum_kw", default=MINIMUM_KW): between(0.0, 1e5, "100"),
    vol.Optional("market", default=None): vol.Any(
        None, each(MARKET_YEAR, "year", "label", empty=True)
    ),
}


def terms_of(item: Mapping[str, Any] | None) -> Terms:
    """Return checked data as terms; those of the pilot where nothing is said."""
    if item is None:
        return Terms()
    years = item["market"]
    return Terms(
        prices=EnergyPrices(
            electricity_eur_per_kwh=item["electricity_eur_per_kwh"],
            gas_eur_per_m3=item["gas_eur_per_m3"],
            boiler_efficiency=item["boiler_efficiency"],
            heating_value_kwh_per_m3=item["gas_kwh_per_m3"],
        ),
        pot_eur=item["pot_eur_per_month"],
        market=PILOT_MARKET
        if years is None
        else tuple(MarketYear(**year) for year in years),
        market_minimum_kw=item["market_minimum_kw"],
    )
