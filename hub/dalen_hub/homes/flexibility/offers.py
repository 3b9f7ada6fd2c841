"""Firm offers of a day, in the blocks that NL-Flex 1.0 knows.

A dispatch lasts exactly 2, 4 or 6 hours. In the hour before and after it the group
must not exceed its baseline (FLEX 0), so that nothing is moved to beside the block.
During the dispatch the ceiling on the group's offtake is baseline - offer.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from dalen_hub.homes.thermal.arrays import Floats

from .conditions import QUARTERS_PER_HOUR
from .cost import EnergyPrices
from .fleet import FleetScenarios, low_quantile

BLOCK_HOURS: Final = (2, 4, 6)
_STEP_KW: Final = 0.01
# A quotient that misses a whole number by less is that number.
_ROUNDING: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockOffer:
    """What the fleet can firmly leave out over one block."""

    first_quarter: int
    """Where the block starts, counted from the start of the scenarios."""
    hours: int
    firm_kw: float
    """Kept on nine of ten days, rounded down to 0.01 kW."""
    baseline_kw: Floats
    """Of each quarter hour, from an hour before the block to an hour after it."""
    ceiling_kw: Floats
    """The most that the group may draw then: the baseline itself beside the block."""
    cost_eur_per_kwh: float
    """Mean extra cost of the households, by the COP at the expected temperature."""
    extra_gas_m3: float

    @property
    def energy_kwh(self) -> float:
        """Return what is left out over the block."""
        return self.firm_kw * self.hours


def block_offers(
    scenarios: FleetScenarios,
    cop: Floats,
    *,
    prices: EnergyPrices,
    hours: tuple[int, ...] = BLOCK_HOURS,
) -> list[BlockOffer]:
    """Return the offer of each block that starts at a whole hour.

    ``scenarios`` cover t quarter hours in whole hours, ``cop`` is of shape (t,). A
    block has an hour of the same scenarios on both of its sides.
    """
    quarters = cop.size
    if scenarios.flexible_kw.shape[1] != quarters or quarters % QUARTERS_PER_HOUR:
        raise ValueError("Give whole hours, with a COP for each quarter hour.")
    return [
        _offer(scenarios, cop, prices, start, length)
        for length in hours
        for start in range(
            QUARTERS_PER_HOUR,
            quarters - (length + 1) * QUARTERS_PER_HOUR + 1,
            QUARTERS_PER_HOUR,
        )
    ]


def rounded_down_kw(power_kw: float) -> float:
    """Return whole hundredths of a kW, never more than ``power_kw``."""
    hundredths = np.floor(max(power_kw, 0.0) / _STEP_KW * (1.0 + _ROUNDING))
    rounded = float(round(hundredths * _STEP_KW, 2))
    return rounded if rounded <= power_kw else max(0.0, round(rounded - _STEP_KW, 2))


def _offer(
    scenarios: FleetScenarios,
    cop: Floats,
    prices: EnergyPrices,
    start: int,
    hours: int,
) -> BlockOffer:
    """Return the offer of one block."""
    block = slice(start, start + hours * QUARTERS_PER_HOUR)
    lowest_kw = scenarios.flexible_kw[:, block].min(axis=1)
    firm_kw = rounded_down_kw(float(low_quantile(lowest_kw)))
    around = slice(block.start - QUARTERS_PER_HOUR, block.stop + QUARTERS_PER_HOUR)
    baseline_kw = np.round(scenarios.baseline_kw[around], 2)
    ceiling_kw = baseline_kw.copy()
    inside = slice(QUARTERS_PER_HOUR, -QUARTERS_PER_HOUR)
    ceiling_kw[inside] = np.round(np.maximum(baseline_kw[inside] - firm_kw, 0.0), 2)
    gas_m3 = prices.gas_m3_per_kwh(cop[block]) * firm_kw / QUARTERS_PER_HOUR
    return BlockOffer(
        first_quarter=start,
        hours=hours,
        firm_kw=firm_kw,
        baseline_kw=baseline_kw,
        ceiling_kw=ceiling_kw,
        cost_eur_per_kwh=float(prices.cost_eur_per_kwh(cop[block]).mean()),
        extra_gas_m3=float(gas_m3.sum()),
    )
