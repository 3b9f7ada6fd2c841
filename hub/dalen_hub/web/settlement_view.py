"""The words and numbers of the page about settlement and offers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
import math
from zoneinfo import ZoneInfo

from dalen_hub.grid.chart import MINIMUM_HOMES
from dalen_hub.settlement.market import refusal
from dalen_hub.settlement.offers import FleetOffers
from dalen_hub.settlement.service import Settled
from dalen_hub.settlement.settle import Terms
from dalen_hub.settlement.statement import Line

from .language import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A number as text, with how far it may be off."""

    value: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """One home, or all of them; ``cells`` as in the head of the table."""

    name: str
    baseline: str
    cells: tuple[Amount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketView:
    """What the same energy is worth on the market, at the prices of a year."""

    year: str
    cells: tuple[Amount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementView:
    """A statement; ``lines`` are for the operator alone."""

    lines: tuple[LineView, ...]
    together: LineView
    market: tuple[MarketView, ...]
    how: tuple[str, ...]
    homes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferView:
    """The best block of a length; ``refusal`` "" where the market takes it."""

    hours: str
    when: str
    firm: str
    cost: str
    refusal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OffersView:
    """What can be left out tomorrow."""

    about: str
    blocks: tuple[OfferView, ...]
    hours: tuple[tuple[str, str, str], ...]
    """Time, baseline, and what can be left out nine times of ten."""


def is_public(made: Settled) -> bool:
    """Return whether everybody may see the sums: of whole months and enough homes.

    A running month would tell what one home did since somebody looked last.
    """
    return made.is_final and made.homes >= MINIMUM_HOMES


def month_name(month: str, texts: Texts) -> str:
    """Return a month in words, such as "November 2026"."""
    first = date.fromisoformat(f"{month}-01")
    return f"{texts(f'month.{first.month}')} {first.year}"


def statement_view(made: Settled, texts: Texts, *, with_homes: bool) -> StatementView:
    """Return a statement in words."""
    statement = made.statement
    lines = statement.lines if with_homes else ()
    return StatementView(
        lines=tuple(_line(line, line.home, texts) for line in lines),
        together=_line(statement.together, texts("settlement.sum"), texts),
        market=tuple(
            MarketView(
                year=texts(
                    "settlement.year_price",
                    year=row.year.label,
                    price=texts.number(row.year.price_eur_per_mwh),
                ),
                cells=tuple(
                    _amount(value, value * statement.together.relative_error, 2, texts)
                    for value in (row.value_eur, row.cost_eur, row.surplus_eur)
                ),
            )
            for row in statement.market
        ),
        how=tuple(_how(made, texts)),
        homes=made.homes,
    )


def offers_view(
    offers: FleetOffers, terms: Terms, texts: Texts, zone: ZoneInfo
) -> OffersView:
    """Return offers in words."""
    local = [start.astimezone(zone) for start in offers.starts]
    baseline_kw, safe_kw = offers.scenarios.baseline_kw, offers.scenarios.safe_kw
    whole = [place for place, start in enumerate(local) if start.minute == 0]
    return OffersView(
        about=texts("offers.about", homes=offers.homes),
        blocks=tuple(
            OfferView(
                hours=texts("offers.hours", hours=block.hours),
                when=_when(offers.span(block), zone),
                firm=texts.number(block.firm_kw, 2),
                cost=texts.number(block.cost_eur_per_kwh, 2),
                refusal=refusal(block, terms.market_minimum_kw, texts.language) or "",
            )
            for block in offers.best()
        ),
        hours=tuple(
            (
                f"{local[place]:%H:%M}",
                texts.number(float(baseline_kw[place : place + 4].mean()), 1),
                texts.number(float(safe_kw[place : place + 4].min()), 1),
            )
            for place in whole
        ),
    )


def _when(span: tuple[datetime, datetime], zone: ZoneInfo) -> str:
    """Return from when until when, on the clock of the wall."""
    start, end = (moment.astimezone(zone) for moment in span)
    return f"{start:%H:%M}\N{EN DASH}{end:%H:%M}"


def _line(line: Line, name: str, texts: Texts) -> LineView:
    """Return one line in words."""
    return LineView(
        name=name,
        baseline=texts.number(line.baseline_kwh, 1),
        cells=tuple(
            _amount(value, wrong, min(digits, 2), texts)
            for value, wrong, digits in line.amounts()
        ),
    )


def _amount(value: float, wrong: float, digits: int, texts: Texts) -> Amount:
    """Return a number and its error in words."""
    error = (
        texts("settlement.unknown")
        if math.isnan(wrong)
        else texts.number(abs(wrong), digits)
    )
    return Amount(value=texts.number(value, digits), error=error)


def _how(made: Settled, texts: Texts) -> Sequence[str]:
    """Return how it was counted, in a few sentences."""
    error, prices = made.statement.error, made.statement.prices
    sentences = [texts("settlement.baseline")]
    if math.isnan(error.fleet_mean):
        sentences.append(texts("settlement.error_unknown", days=error.days))
    else:
        sentences.append(
            texts(
                "settlement.error",
                days=error.days,
                mean=texts.number(100.0 * error.fleet_mean),
                most=texts.number(100.0 * error.fleet_max),
            )
        )
    if not made.has_temperature:
        sentences.append(texts("settlement.no_temperature"))
    sentences.append(
        texts(
            "settlement.prices",
            electricity=texts.number(prices.electricity_eur_per_kwh, 2),
            gas=texts.number(prices.gas_eur_per_m3, 2),
            boiler=texts.number(prices.boiler_kwh_per_m3, 2),
        )
    )
    return sentences
