"""What the pilot in Dalen published, beside what a run shows.

Two of the figures calibrated the villages (see `stock`); the others come out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from .experiment import Result
from .figures import Spread, phase_imbalance, spread
from .pilot_frames import FRAME_HOURS, FRAME_W
from .run_options import Strategy

_QUARTERS: Final = 96
# Standby and crankcase heater are below this.
_RUNNING_W: Final = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One line: ``key`` names its text; ``strategies`` are those it belongs to.

    ``low`` and ``high`` bound what the pilot published, in ``unit``.
    """

    key: str
    published: str
    unit: str
    digits: int
    own: Callable[[Result], Spread]
    strategies: frozenset[Strategy] = frozenset(Strategy)
    scale: float = 1.0


def _of(name: str) -> Callable[[Result], Spread]:
    """Return what takes one figure of all seeds."""

    def own(result: Result) -> Spread:
        return spread([getattr(figures, name) for figures in result.figures])

    return own


def _cut_kw(result: Result) -> Spread:
    """Return by how many kW the peak is lower."""
    return spread([f.uncontrolled_peak_kw - f.peak_kw for f in result.figures])


def _stop_kw(result: Result) -> Spread:
    """Return the most kW that the strategy took off in a quarter hour."""
    cut_kw = result.free.fleet_kw - result.steered.fleet_kw
    return spread([float(value) for value in cut_kw.max(axis=0)])


def _above_500_w(result: Result) -> Spread:
    """Return what a running heat pump draws above 500 W in the hours of a frame."""
    hour = np.arange(len(result.free.trafo_kw)) % _QUARTERS / 4.0
    begin, end = FRAME_HOURS
    pumps_w = result.free.pumps_w[(hour >= begin) & (hour < end)]
    active = pumps_w > _RUNNING_W
    above_w = np.maximum(pumps_w - FRAME_W, 0.0) * active
    means_w = above_w.sum(axis=(0, 2)) / np.maximum(active.sum(axis=(0, 2)), 1)
    return spread([float(value) for value in means_w])


def _above_800_w(result: Result) -> Spread:
    """Return the part of the hours with a mean above 0.8 kW a heat pump."""
    mean_w = result.free.pumps_w.mean(axis=2)
    return spread([float(value) for value in (mean_w > 800.0).mean(axis=0)])


def _phases(result: Result) -> Spread:
    """Return 3 x the highest phase / total."""
    return spread([float(x) for x in phase_imbalance(result.scenario, result.free)])


_STEERED: Final = frozenset({Strategy.FRAME, Strategy.DYNAMIC})
COMPARISONS: Final = (
    Comparison(
        key="fleet_peak",
        published="< 80",
        unit="kW",
        digits=1,
        own=_of("fleet_peak_kw"),
    ),
    Comparison(
        key="pump_peak",
        published="800",
        unit="W",
        digits=0,
        own=_of("mean_pump_peak_w"),
    ),
    Comparison(key="above_500", published="300", unit="W", digits=0, own=_above_500_w),
    Comparison(
        key="above_800",
        published="",
        unit="%",
        digits=1,
        own=_above_800_w,
        scale=100.0,
    ),
    Comparison(
        key="stop_cut",
        published="25",
        unit="%",
        digits=1,
        own=_of("stop_cut"),
        scale=100.0,
    ),
    Comparison(key="phases", published="", unit="", digits=2, own=_phases),
    Comparison(
        key="cut_kw",
        published="10-25",
        unit="kW",
        digits=1,
        own=_cut_kw,
        strategies=_STEERED,
    ),
    Comparison(
        key="peak_cut",
        published="10",
        unit="%",
        digits=1,
        own=_of("peak_cut"),
        strategies=_STEERED,
        scale=100.0,
    ),
    Comparison(
        key="stop_kw",
        published="80",
        unit="kW",
        digits=1,
        own=_stop_kw,
        strategies=frozenset({Strategy.STOP}),
    ),
    Comparison(
        key="stop_gas",
        published="1.2",
        unit="m3",
        digits=2,
        own=_of("extra_gas_m3"),
        strategies=frozenset({Strategy.STOP}),
    ),
    Comparison(
        key="extra_gas",
        published="0.4 (400 W)",
        unit="m3",
        digits=2,
        own=_of("extra_gas_m3"),
        strategies=frozenset({Strategy.FRAME}),
    ),
    Comparison(
        key="comfort",
        published="0",
        unit="K h",
        digits=3,
        own=_of("comfort_k_h"),
        strategies=frozenset({Strategy.FRAME, Strategy.DYNAMIC, Strategy.STOP}),
    ),
)


def comparisons(strategy: Strategy) -> tuple[Comparison, ...]:
    """Return the lines that belong to a strategy."""
    return tuple(each for each in COMPARISONS if strategy in each.strategies)
