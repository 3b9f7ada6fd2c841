"""Settle a month: from what was measured to the statement."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from dalen_hub.homes.flexibility.cost import EnergyPrices, typical_cop
from dalen_hub.homes.thermal.arrays import Bools, Floats

from .baseline import baseline_error, baseline_w
from .compensation import compensate
from .delivered import Delivered, delivered
from .market import MINIMUM_KW, PILOT_MARKET, MarketYear
from .period import Period
from .statement import Statement, statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the collective agreed on."""

    prices: EnergyPrices = field(default_factory=EnergyPrices)
    pot_eur: float = 0.0
    """Received for the flexibility of a month beyond the costs, to be divided."""
    market: tuple[MarketYear, ...] = PILOT_MARKET
    market_minimum_kw: float = MINIMUM_KW
    """Offers below it are refused."""


def settle_month(
    period: Period,
    *,
    month: str,
    trafo_name: str,
    names: Sequence[str],
    terms: Terms,
    cop: Floats | None = None,
) -> Statement:
    """Return the statement of a local month, such as `2026-12`.

    ``period`` has the month and the weeks before it, from which the baseline is
    learned too. ``cop`` (q, n) is measured; without it a typical one is taken for
    the outdoor temperature. Raises ``ValueError`` where the month was not measured.
    """
    of_month = _of_month(period, month)
    expected_w = baseline_w(period)
    used_cop = typical_cop(period.outdoor_c)[:, None] if cop is None else cop
    what = _during(
        delivered(expected_w, period.power_w, period.limited, used_cop, terms.prices),
        of_month,
    )
    paid = compensate(what.cost_eur.sum(axis=0), what.kwh.sum(axis=0), terms.pot_eur)
    return statement(
        month=month,
        trafo_name=trafo_name,
        names=names,
        what=what,
        paid=paid,
        error=baseline_error(period),
        prices=terms.prices,
        market=terms.market,
    )


def _of_month(period: Period, month: str) -> Bools:
    """Return which quarter hours are in the local month."""
    local = [start.astimezone(period.zone).strftime("%Y-%m") for start in period.starts]
    chosen = np.array([label == month for label in local], dtype=np.bool_)
    if not chosen.any():
        raise ValueError(f"Nothing was measured in {month}. Write it as 2026-12.")
    return chosen


def _during(what: Delivered, chosen: Bools) -> Delivered:
    """Return what was delivered in some of the quarter hours."""
    return Delivered(
        kwh=what.kwh[chosen],
        baseline_kwh=what.baseline_kwh[chosen],
        gas_m3=what.gas_m3[chosen],
        cost_eur=what.cost_eur[chosen],
    )
