"""What each home delivered: baseline minus power, where a limit held."""

from dataclasses import dataclass

import numpy as np

from dalen_hub.homes.flexibility.cost import EnergyPrices
from dalen_hub.homes.thermal.arrays import Bools, Floats

from .period import HOURS_PER_QUARTER


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """Of q quarter hours and n homes, shape (q, n)."""

    kwh: Floats
    """max(0, baseline - power), 0 where no limit held or nothing was reported."""
    baseline_kwh: Floats
    """What would have been drawn in the same quarter hours: what errors relate to."""
    gas_m3: Floats
    cost_eur: Floats
    """Extra cost of the household; below 0 where the boiler was the cheaper one."""

    @property
    def fleet_kw(self) -> Floats:
        """Return DELIVERED_FLEX of each quarter hour in kW, shape (q,)."""
        kilowatts: Floats = self.kwh.sum(axis=1) / HOURS_PER_QUARTER
        return kilowatts


def delivered(
    baseline_w: Floats,
    power_w: Floats,
    limited: Bools,
    cop: Floats,
    prices: EnergyPrices,
) -> Delivered:
    """Return what was delivered, its gas and its cost.

    All of shape (q, n); ``cop`` may be (q, 1) where it is the same for all homes.
    """
    counted = limited & np.isfinite(power_w)
    less_w = np.where(counted, np.maximum(baseline_w - power_w, 0.0), 0.0)
    kwh = less_w * HOURS_PER_QUARTER / 1000.0
    baseline_kwh = np.where(counted, baseline_w, 0.0) * HOURS_PER_QUARTER / 1000.0
    return Delivered(
        kwh=kwh,
        baseline_kwh=baseline_kwh,
        gas_m3=kwh * prices.gas_m3_per_kwh(cop),
        cost_eur=kwh * prices.cost_eur_per_kwh(cop),
    )
