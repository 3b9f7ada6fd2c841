"""The figures of a run: one set for each seed, and their mean and spread."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np

from .arrays import FloatArray
from .optimum import cop_of, gas_m3, least_cut
from .scenario import Scenario
from .stock import PHASE_SHARES
from .traces import DAY_QUARTERS, Traces

_HOURS: Final = 0.25
# A mean that is the limit up to rounding does not exceed it.
_ROUNDING_KW: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures of one seed. Loads are means of quarter hours.

    ``peak_cut`` is a share of the peak without steering; ``overshoot_pct`` the part
    of the quarter hours above the limit. Gas is in m3 a day for each home with a
    heat pump; ``comfort_k_h`` in K h for each of them over the run, below the set
    point by more than half a kelvin and colder than without steering.
    ``mean_pump_peak_w`` is the mean over the days of the highest mean power of a
    heat pump without steering, ``fleet_peak_kw`` the highest sum of all of them.
    ``stop_cut`` is the part of the transformer's load that is gone 5 minutes after
    an emergency stop at 20:00.
    """

    peak_kw: float
    uncontrolled_peak_kw: float
    peak_cut: float
    overshoot_pct: float | None
    extra_gas_m3: float
    optimum_gas_m3: float | None
    comfort_k_h: float
    mean_pump_peak_w: float
    fleet_peak_kw: float
    stop_cut: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A mean and its standard deviation over seeds, None where there is none."""

    mean: float | None
    std: float | None


def figures_of(
    scenario: Scenario,
    free: Traces,
    steered: Traces,
    limits_kw: FloatArray | None,
    stop_cut: FloatArray,
) -> list[Figures]:
    """Return the figures of each seed; ``free`` is the same village unsteered."""
    return [
        _figures(
            scenario,
            free,
            steered,
            None if limits_kw is None else float(limits_kw[seed]),
            float(stop_cut[seed]),
            seed,
        )
        for seed in range(scenario.courses.villages)
    ]


def summary(seeds: Sequence[Figures]) -> dict[str, Spread]:
    """Return mean and standard deviation of each figure."""
    rows = [asdict(figures) for figures in seeds]
    return {name: spread([row[name] for row in rows]) for name in rows[0]}


def spread(values: Sequence[float | None]) -> Spread:
    """Return mean and standard deviation (of a sample) of what is known."""
    known = [value for value in values if value is not None]
    if not known:
        return Spread(mean=None, std=None)
    std = float(np.std(known, ddof=1)) if len(known) > 1 else 0.0
    return Spread(mean=float(np.mean(known)), std=std)


def phase_imbalance(scenario: Scenario, traces: Traces) -> list[float]:
    """Return 3 x the highest phase / the total of the highest quarter hour."""
    found = []
    for seed in range(scenario.courses.villages):
        quarter = int(traces.trafo_kw[:, seed].argmax())
        pumps_kw = traces.pumps_w[quarter, seed] / 1000.0
        phases_kw = np.bincount(scenario.stock.phase[seed], pumps_kw, minlength=3)
        phases_kw = phases_kw + traces.base_kw[quarter, seed] * np.array(PHASE_SHARES)
        found.append(float(3.0 * phases_kw.max() / phases_kw.sum()))
    return found


def _figures(
    scenario: Scenario,
    free: Traces,
    steered: Traces,
    limit_kw: float | None,
    stop_cut: float,
    seed: int,
) -> Figures:
    """Return the figures of one seed."""
    load_kw, free_kw = steered.trafo_kw[:, seed], free.trafo_kw[:, seed]
    pumps = scenario.stock.pumps
    days = len(load_kw) / DAY_QUARTERS
    fleet_kw = free.fleet_kw[:, seed]
    boiler_w = steered.boiler_w[:, seed] - free.boiler_w[:, seed]
    colder_k = steered.too_cold_k[:, seed] - free.too_cold_k[:, seed]
    overshoot = optimum = None
    if limit_kw is not None:
        overshoot = 100.0 * float((load_kw > limit_kw + _ROUNDING_KW).mean())
        optimum = _optimum_m3(scenario, free, limit_kw, seed) / pumps / days
    return Figures(
        peak_kw=float(load_kw.max()),
        uncontrolled_peak_kw=float(free_kw.max()),
        peak_cut=1.0 - float(load_kw.max() / free_kw.max()),
        overshoot_pct=overshoot,
        extra_gas_m3=float(gas_m3(boiler_w).sum()) / pumps / days,
        optimum_gas_m3=optimum,
        comfort_k_h=_HOURS * float(np.maximum(colder_k, 0.0).sum()) / pumps,
        mean_pump_peak_w=1000.0 * float(_daily_peaks(fleet_kw).mean()) / pumps,
        fleet_peak_kw=float(fleet_kw.max()),
        stop_cut=stop_cut,
    )


def _daily_peaks(values: FloatArray) -> FloatArray:
    """Return the highest quarter hour of each day."""
    peaks: FloatArray = values.reshape(-1, DAY_QUARTERS).max(axis=1)
    return peaks


def _optimum_m3(scenario: Scenario, free: Traces, limit_kw: float, seed: int) -> float:
    """Return the least extra gas of all homes that keeps the limit."""
    stock = scenario.stock
    cop_share = np.broadcast_to(
        stock.homes.hybrids.cop_share, stock.villages * stock.pumps
    )
    cop = cop_of(free.outdoor_c[:, seed], stock.by_village(cop_share)[seed])
    excess_w = 1000.0 * (free.trafo_kw[:, seed] - limit_kw)
    cut = least_cut(excess_w, free.pumps_w[:, seed], cop)
    return float(cut.gas_m3.sum())
