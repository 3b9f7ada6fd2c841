"""What the same flexibility is worth on the market for congestion, GOPACS."""

from dataclasses import dataclass
from typing import Final

from dalen_hub.homes.flexibility.offers import BlockOffer

MINIMUM_KW: Final = 100.0
"""The least that GOPACS accepts (pilot in Dalen, 2025)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketYear:
    """What was traded in a year or part of it: volume and weighted mean price."""

    label: str
    volume_mwh: float
    price_eur_per_mwh: float


_REFUSALS: Final = {
    "en": (
        "{firm} kW over {hours} h is below the {minimum} kW that the market asks for."
        " Join with other neighbourhoods, or use the room on the own transformer,"
        " which needs no minimum."
    ),
    "nl": (
        "{firm} kW gedurende {hours} uur is minder dan de {minimum} kW die de markt"
        " vraagt. Doe het samen met andere buurten, of gebruik de ruimte op de eigen"
        " transformator: daar geldt geen minimum."
    ),
}

# Published by GOPACS, as the pilot in Dalen analysed it.
PILOT_MARKET: Final = (
    MarketYear(label="2024", volume_mwh=7409.0, price_eur_per_mwh=581.0),
    MarketYear(label="2025-01..2025-09", volume_mwh=3380.0, price_eur_per_mwh=406.0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketComparison:
    """Cost of what was delivered beside its value at the price of a year."""

    year: MarketYear
    cost_eur: float
    value_eur: float

    @property
    def surplus_eur(self) -> float:
        """Return value minus cost."""
        return self.value_eur - self.cost_eur


def compared(
    delivered_kwh: float,
    cost_eur: float,
    market: tuple[MarketYear, ...] = PILOT_MARKET,
) -> list[MarketComparison]:
    """Return cost and value of what was delivered, for each year."""
    return [
        MarketComparison(
            year=year,
            cost_eur=cost_eur,
            value_eur=delivered_kwh / 1000.0 * year.price_eur_per_mwh,
        )
        for year in market
    ]


def refusal(
    offer: BlockOffer, minimum_kw: float = MINIMUM_KW, language: str = "en"
) -> str | None:
    """Return why an offer cannot go to the market, None where it can."""
    if offer.firm_kw >= minimum_kw:
        return None
    return _REFUSALS[language].format(
        firm=f"{offer.firm_kw:.2f}", hours=offer.hours, minimum=f"{minimum_kw:g}"
    )
