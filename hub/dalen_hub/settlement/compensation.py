"""What each home is paid: its extra cost of gas, and its share of the pot."""

from dataclasses import dataclass

import numpy as np

from dalen_hub.homes.thermal.arrays import Floats, Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Compensation:
    """Whole cents of n homes, shape (n,)."""

    cost_cents: Ints
    """Extra cost of gas, never below 0: nobody pays for what a limit saved him."""
    pot_cents: Ints
    """Share of the pot, by what was delivered."""

    @property
    def total_cents(self) -> Ints:
        """Return what each home is paid, shape (n,)."""
        return self.cost_cents + self.pot_cents


def compensate(cost_eur: Floats, delivered_kwh: Floats, pot_eur: float) -> Compensation:
    """Return what each of n homes is paid.

    ``pot_eur`` is what the collective received beyond the costs. It is divided to
    the cent by kWh delivered; equally where nobody delivered anything. Both are of
    shape (n,), summed over the month.
    """
    if not np.isfinite(pot_eur) or pot_eur < 0.0:
        raise ValueError("The pot must be an amount of 0 EUR or more.")
    paid = np.round(100.0 * np.maximum(cost_eur, 0.0)).astype(np.int64)
    weights = delivered_kwh if delivered_kwh.sum() > 0 else np.ones_like(delivered_kwh)
    return Compensation(
        cost_cents=paid, pot_cents=divided(round(100.0 * pot_eur), weights)
    )


def divided(cents: int, weights: Floats) -> Ints:
    """Return ``cents`` divided by weight, exactly (largest remainders), shape (n,)."""
    if not weights.size:
        return np.zeros(0, dtype=np.int64)
    shares = cents * (weights / weights.sum())
    whole: Ints = np.floor(shares).astype(np.int64)
    left = cents - int(whole.sum())
    first = np.argsort(-(shares - whole), kind="stable")[:left]
    whole[first] += 1
    return whole
