"""How much less the heat pumps together can draw, and how sure that is."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from dalen_hub.homes.thermal.arrays import Bools, Floats

from .conditions import QUARTERS_PER_DAY, Conditions
from .heat_pump_map import HeatPumpMaps

SAFE_SHARE: Final = 0.10
"""A firm offer is kept on at least nine of ten days."""
# Error of a real day-ahead forecast of the temperature (Eelde, 2025: MAE 0.7 K).
_FORECAST_SD_K: Final = 0.9
_SCENARIOS: Final = 200
_LEAST_DAYS: Final = 5
# Of fleets without enough days: a cautious relative error of a day.
_DEFAULT_SD: Final = 0.10
_LEAST_WANTED: Final = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetScenarios:
    """What may happen in t quarter hours, in s scenarios; kW of shape (s, t)."""

    wanted_kw: Floats
    """Power of all steerable pumps without a limit."""
    flexible_kw: Floats
    """Of it what can be left out: down to the floor of each home, never below 0."""

    @property
    def baseline_kw(self) -> Floats:
        """Return the median of what is wanted, shape (t,)."""
        return np.asarray(np.median(self.wanted_kw, axis=0), dtype=np.float64)

    @property
    def safe_kw(self) -> Floats:
        """Return the P10 of what can be left out in each quarter hour, shape (t,)."""
        return low_quantile(self.flexible_kw)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayNoise:
    """How whole days of the fleet differ from its map: ratios of shape (d, 96)."""

    ratios: Floats

    def drawn(self, count: int, quarters: int, rng: np.random.Generator) -> Floats:
        """Return ``count`` courses of ``quarters``, of days drawn as they were."""
        days = -(-quarters // QUARTERS_PER_DAY)
        chosen = rng.integers(len(self.ratios), size=(count, days))
        return self.ratios[chosen].reshape(count, -1)[:, :quarters]


def low_quantile(values: Floats) -> Floats:
    """Return the P10 over the first axis: a value that occurred, never one above."""
    return np.asarray(
        np.quantile(values, SAFE_SHARE, axis=0, method="lower"), dtype=np.float64
    )


def day_noise(power_w: Floats, wanted_w: Floats, free: Bools) -> DayNoise:
    """Return how the measured fleet differed from its map, day by day.

    All of shape (q, n), from local midnight on; ``free`` marks quarter hours without
    a limit. Only the homes that were free count, on both sides. A quarter hour in
    which less than half of the homes were free takes the ratio of its day.
    """
    known = free & np.isfinite(power_w)
    days = len(power_w) // QUARTERS_PER_DAY
    measured = _by_day(np.where(known, power_w, 0.0).sum(axis=1), days)
    expected = _by_day(np.where(known, wanted_w, 0.0).sum(axis=1), days)
    shares = _by_day(known.mean(axis=1), days)
    usable = (expected > _LEAST_WANTED * expected.max(initial=0.0)) & (shares >= 0.5)
    complete = usable.mean(axis=1) >= 0.5 if days else np.zeros(0, dtype=np.bool_)
    if complete.sum() < _LEAST_DAYS:
        return _usual_noise()
    day = np.where(usable, measured, 0.0).sum(axis=1) / np.maximum(
        np.where(usable, expected, 0.0).sum(axis=1), 1e-9
    )
    ratios = np.divide(
        measured, expected, out=np.repeat(day[:, None], 96, axis=1), where=usable
    )
    return DayNoise(ratios=ratios[complete].clip(0.0, 3.0))


def fleet_scenarios(
    maps: HeatPumpMaps,
    when: Conditions,
    *,
    floor_w: Floats,
    steerable: Bools,
    noise: DayNoise,
    rng: np.random.Generator,
    forecast_sd_k: float = _FORECAST_SD_K,
) -> FleetScenarios:
    """Return what may happen, over errors of the weather forecast and of the day.

    ``floor_w`` (n,) is what each home keeps in any case; ``steerable`` (n,) leaves
    out homes that are offline or paused. ``when`` starts at local midnight.
    """
    courses = noise.drawn(_SCENARIOS, when.quarters, rng)
    shifts_k = forecast_sd_k * rng.standard_normal(_SCENARIOS)
    wanted_kw, flexible_kw = np.empty_like(courses), np.empty_like(courses)
    for scenario, (shift_k, course) in enumerate(zip(shifts_k, courses, strict=True)):
        wanted_w = maps.wanted_w(when.warmer(float(shift_k))) * course[:, None]
        wanted_w = np.minimum(wanted_w, maps.nameplate_w) * steerable
        spare_w = np.maximum(wanted_w - floor_w, 0.0) * steerable
        wanted_kw[scenario] = wanted_w.sum(axis=1) / 1000.0
        flexible_kw[scenario] = spare_w.sum(axis=1) / 1000.0
    return FleetScenarios(wanted_kw=wanted_kw, flexible_kw=flexible_kw)


def _by_day(values: Floats, days: int) -> Floats:
    """Return whole days, shape (days, 96)."""
    return np.asarray(values, dtype=np.float64)[: days * QUARTERS_PER_DAY].reshape(
        days, QUARTERS_PER_DAY
    )


def _usual_noise() -> DayNoise:
    """Return the noise of a fleet that was not measured long enough."""
    z_scores = np.linspace(-1.65, 1.65, 21)
    day = 1.0 + _DEFAULT_SD * z_scores
    return DayNoise(ratios=np.repeat(day[:, None], QUARTERS_PER_DAY, axis=1))
