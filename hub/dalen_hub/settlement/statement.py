"""The statement of a month: one line a home, also as CSV."""

from collections.abc import Callable, Sequence
import csv
from dataclasses import dataclass
import io
import math
from typing import Final

from dalen_hub.homes.flexibility.cost import EnergyPrices

from .baseline import BaselineError
from .compensation import Compensation
from .delivered import Delivered
from .market import PILOT_MARKET, MarketComparison, MarketYear, compared

AMOUNTS: Final = ("delivered_kwh", "extra_gas_m3", "cost_eur", "pot_eur", "total_eur")
"""The names of the amounts of a line, in their order."""

type Sign = Callable[[bytes], bytes]

_COLUMNS: Final = (
    "month",
    "home",
    "baseline_kwh",
    "delivered_kwh",
    "delivered_error_kwh",
    "extra_gas_m3",
    "extra_gas_error_m3",
    "cost_eur",
    "cost_error_eur",
    "pot_eur",
    "pot_error_eur",
    "total_eur",
    "total_error_eur",
    "baseline_error",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one home, or all of them, delivered and is paid."""

    home: str
    baseline_kwh: float
    """What would have been drawn while limits held."""
    delivered_kwh: float
    extra_gas_m3: float
    cost_eur: float
    pot_eur: float
    baseline_error: float
    """Relative to what would have been drawn; NaN where unknown."""
    relative_error: float
    """Relative to what was delivered: that of every amount of the line."""

    @property
    def total_eur(self) -> float:
        """Return what the home is paid."""
        return round(self.cost_eur + self.pot_eur, 2)

    def amounts(self) -> list[tuple[float, float, int]]:
        """Return each amount, its error (NaN if unknown) and its decimals."""
        amounts = (
            (self.delivered_kwh, 3),
            (self.extra_gas_m3, 3),
            (self.cost_eur, 2),
            (self.pot_eur, 2),
            (self.total_eur, 2),
        )
        return [
            (value, value * self.relative_error, digits) for value, digits in amounts
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A month of one transformer."""

    month: str
    trafo_name: str
    lines: tuple[Line, ...]
    together: Line
    error: BaselineError
    prices: EnergyPrices
    market: tuple[MarketComparison, ...]

    def csv(self) -> str:
        """Return the statement as CSV; an unknown error is an empty cell."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(_COLUMNS)
        for line in self.lines:
            cells = [
                _cell(number, digits)
                for value, wrong, digits in line.amounts()
                for number in (value, wrong)
            ]
            head = [self.month, _safe_cell(line.home), _cell(line.baseline_kwh, 3)]
            writer.writerow([*head, *cells, _cell(line.baseline_error, 3)])
        return text.getvalue()


def statement(
    *,
    month: str,
    trafo_name: str,
    names: Sequence[str],
    what: Delivered,
    paid: Compensation,
    error: BaselineError,
    prices: EnergyPrices,
    market: tuple[MarketYear, ...] = PILOT_MARKET,
) -> Statement:
    """Return the statement of a month.

    ``what`` is of the month only. The error of a home is its baseline's, times what
    it would have drawn: that is what one cannot know better of what it delivered.
    """
    kwh, gas_m3 = what.kwh.sum(axis=0), what.gas_m3.sum(axis=0)
    baseline_kwh = what.baseline_kwh.sum(axis=0)
    lines = tuple(
        Line(
            home=name,
            baseline_kwh=float(baseline_kwh[home]),
            delivered_kwh=float(kwh[home]),
            extra_gas_m3=float(gas_m3[home]),
            cost_eur=int(paid.cost_cents[home]) / 100.0,
            pot_eur=int(paid.pot_cents[home]) / 100.0,
            baseline_error=float(error.homes[home]),
            relative_error=_relative(error.homes[home], baseline_kwh[home], kwh[home]),
        )
        for home, name in enumerate(names)
    )
    together = Line(
        home="",
        baseline_kwh=float(baseline_kwh.sum()),
        delivered_kwh=float(kwh.sum()),
        extra_gas_m3=float(gas_m3.sum()),
        cost_eur=int(paid.cost_cents.sum()) / 100.0,
        pot_eur=int(paid.pot_cents.sum()) / 100.0,
        baseline_error=error.fleet_mean,
        relative_error=_relative(error.fleet_mean, baseline_kwh.sum(), kwh.sum()),
    )
    return Statement(
        month=month,
        trafo_name=trafo_name,
        lines=lines,
        together=together,
        error=error,
        prices=prices,
        market=tuple(compared(together.delivered_kwh, together.cost_eur, market)),
    )


def _relative(error: float, baseline_kwh: float, delivered_kwh: float) -> float:
    """Return an error of the baseline as part of what was delivered."""
    if delivered_kwh <= 0.0:
        return 0.0 if baseline_kwh <= 0.0 else math.nan
    return float(error * baseline_kwh / delivered_kwh)


def signed(text: str, sign: Sign) -> tuple[bytes, bytes]:
    """Return the bytes of a statement and their signature, to keep beside it."""
    body = text.encode()
    return body, sign(body)


def _cell(value: float, digits: int) -> str:
    """Return a number, or nothing where it is unknown."""
    return "" if math.isnan(value) else f"{value:.{digits}f}"


def _safe_cell(text: str) -> str:
    """Return a text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
