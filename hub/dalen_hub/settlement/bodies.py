"""Statements and offers as the API writes them."""

import math
from typing import Any, Final

from dalen_hub.homes.flexibility.offers import BlockOffer
from dalen_hub.store.times import rfc3339

from .market import refusal
from .offers import FleetOffers
from .service import Settled
from .settle import Terms
from .statement import AMOUNTS, Line

_LANGUAGES: Final = ("en", "nl")


def statement_body(made: Settled) -> dict[str, Any]:
    """Return a statement with one line a home."""
    statement = made.statement
    return {
        **_heading(made),
        "together": _line_body(statement.together),
        "homes": [
            {"ven_id": ven_id, "name": line.home, **_line_body(line)}
            for ven_id, line in zip(made.ven_ids, statement.lines, strict=True)
        ],
        "market": [
            {
                "year": row.year.label,
                "price_eur_per_mwh": row.year.price_eur_per_mwh,
                "value_eur": round(row.value_eur, 2),
                "cost_eur": round(row.cost_eur, 2),
                "surplus_eur": round(row.surplus_eur, 2),
                "value_error_eur": _known(
                    row.value_eur * statement.together.relative_error, 2
                ),
            }
            for row in statement.market
        ],
    }


def own_statement_body(made: Settled, ven_id: str) -> dict[str, Any] | None:
    """Return the line of one home and nothing of others, None where it has none."""
    line = made.line_of(ven_id)
    return None if line is None else {**_heading(made), **_line_body(line)}


def offers_body(offers: FleetOffers, terms: Terms) -> dict[str, Any]:
    """Return the flexibility by quarter hour, and each block."""
    scenarios = offers.scenarios
    return {
        "homes": offers.homes,
        "market_minimum_kw": terms.market_minimum_kw,
        "quarter_hours": [
            {
                "start": rfc3339(start),
                "baseline_kw": round(float(baseline_kw), 2),
                "flexible_p10_kw": math.floor(100.0 * safe_kw) / 100.0,
            }
            for start, baseline_kw, safe_kw in zip(
                offers.starts, scenarios.baseline_kw, scenarios.safe_kw, strict=True
            )
        ],
        "blocks": [_block_body(offers, block, terms) for block in offers.blocks],
    }


def _heading(made: Settled) -> dict[str, Any]:
    """Return what a statement is of, and how sure it is."""
    statement, prices = made.statement, made.statement.prices
    return {
        "month": statement.month,
        "trafo": statement.trafo_name,
        "is_final": made.is_final,
        "made_at": rfc3339(made.at),
        "temperature_known": made.has_temperature,
        "prices": {
            "electricity_eur_per_kwh": prices.electricity_eur_per_kwh,
            "gas_eur_per_m3": prices.gas_eur_per_m3,
            "boiler_kwh_per_m3": round(prices.boiler_kwh_per_m3, 4),
        },
        "baseline": {
            "days_measured": statement.error.days,
            "fleet_mean_error": _known(statement.error.fleet_mean, 4),
            "fleet_max_error": _known(statement.error.fleet_max, 4),
        },
    }


def _line_body(line: Line) -> dict[str, Any]:
    """Return amounts, each with its error beside it."""
    body: dict[str, Any] = {"baseline_kwh": round(line.baseline_kwh, 3)}
    for name, (value, wrong, digits) in zip(AMOUNTS, line.amounts(), strict=True):
        kind, _, unit = name.rpartition("_")
        body[name] = round(value, digits)
        body[f"{kind}_error_{unit}"] = _known(abs(wrong), digits)
    return {**body, "baseline_error": _known(line.baseline_error, 4)}


def _block_body(offers: FleetOffers, block: BlockOffer, terms: Terms) -> dict[str, Any]:
    """Return one block, and why it is refused."""
    start, end = offers.span(block)
    reasons = {
        language: refusal(block, terms.market_minimum_kw, language)
        for language in _LANGUAGES
    }
    return {
        "start": rfc3339(start),
        "end": rfc3339(end),
        "hours": block.hours,
        "firm_kw": block.firm_kw,
        "energy_kwh": round(block.energy_kwh, 2),
        "baseline_kw": block.baseline_kw.tolist(),
        "ceiling_kw": block.ceiling_kw.tolist(),
        "cost_eur_per_kwh": round(block.cost_eur_per_kwh, 4),
        "extra_gas_m3": round(block.extra_gas_m3, 3),
        "refused": None if reasons["en"] is None else reasons,
    }


def _known(value: float, digits: int) -> float | None:
    """Return a number, None where it is unknown."""
    return None if math.isnan(value) else round(value, digits)
