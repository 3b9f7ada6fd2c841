"""What the pumps would have drawn without a limit, and how wrong that may be.

A regression on the outdoor temperature, now and of the last hours, from quarter
hours without a limit. Its error is measured on days that were kept out of it, in the
hours in which limits hold: the figure that stands beside every amount.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from dalen_hub.homes.flexibility.heat_pump_map import fit_maps, unlimited
from dalen_hub.homes.thermal.arrays import Bools, Floats, Ints

from .period import Period

_FOLDS: Final = 5
# A warm day on which hardly anything was drawn has a large relative error of nearly
# nothing; the largest error is that of a day with at least this part of the usual.
_USUAL_DAY: Final = 0.5
_LEAST_DAYS: Final = 5
# A slot is one of the settled hours if limits held in it on this part of the days.
_USUALLY_LIMITED: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineError:
    """Errors of the energy of a day in the settled hours; NaN if unknown."""

    fleet_mean: float
    """Sum of the errors of all days, relative to the sum of what was drawn."""
    fleet_max: float
    """Largest error of a day, relative to that day; days of hardly any use apart."""
    homes: Floats
    """As the mean, of each home, shape (n,)."""
    days: int
    """How many days without limits it was measured on."""


def baseline_w(period: Period) -> Floats:
    """Return what each pump would have drawn, shape (q, n)."""
    when = period.conditions()
    free = unlimited(period.limited)
    return fit_maps(when, period.power_w, free, period.nameplate_w).wanted_w(when)


def baseline_error(period: Period) -> BaselineError:
    """Return the error of the baseline on days that it was not learned from."""
    days, free = period.days(), unlimited(period.limited)
    settled = _settled_slots(period)
    tested = settled[:, None] & free & np.isfinite(period.power_w)
    test_days = _whole_days(days, settled, tested)
    if test_days.size < _LEAST_DAYS or not np.any(period.power_w[tested] > 0.0):
        unknown = np.full(period.homes, np.nan)
        return BaselineError(
            fleet_mean=np.nan, fleet_max=np.nan, homes=unknown, days=test_days.size
        )
    foreseen_w = _foreseen(period, free, days, test_days)
    expected, measured = _daily(foreseen_w, period.power_w, tested, days, test_days)
    fleet, drawn = np.abs((expected - measured).sum(axis=1)), measured.sum(axis=1)
    usual = drawn >= _USUAL_DAY * drawn.mean()
    homes = np.full(period.homes, np.nan)
    total = measured.sum(axis=0)
    wrong = np.abs(expected - measured).sum(axis=0)
    np.divide(wrong, total, out=homes, where=total > 0.0)
    return BaselineError(
        fleet_mean=float(fleet.sum() / drawn.sum()),
        fleet_max=float((fleet[usual] / drawn[usual]).max()),
        homes=homes,
        days=test_days.size,
    )


def _settled_slots(period: Period) -> Bools:
    """Return which quarter hours are at a time of the day at which limits hold."""
    slots = period.slots()
    limited = period.limited.any(axis=1)
    counts = np.bincount(slots, minlength=96)
    share = np.bincount(slots[limited], minlength=96) / np.maximum(counts, 1)
    usually = share >= _USUALLY_LIMITED
    settled: Bools = usually[slots] if usually.any() else np.ones_like(limited)
    return settled


def _whole_days(days: Ints, settled: Bools, tested: Bools) -> Ints:
    """Return the days on which at least half the homes were free all the time."""
    mostly = tested.mean(axis=1) >= 0.5
    lost = np.unique(days[settled & ~mostly])
    return np.setdiff1d(np.unique(days[settled]), lost)


def _foreseen(period: Period, free: Bools, days: Ints, test_days: Ints) -> Floats:
    """Return the baseline of each tested day by a map without its fold of days."""
    when = period.conditions()
    foreseen = np.full(period.power_w.shape, np.nan)
    for fold in range(min(_FOLDS, test_days.size)):
        held = np.isin(days, test_days[fold::_FOLDS])
        maps = fit_maps(when, period.power_w, free & ~held[:, None], period.nameplate_w)
        foreseen[held] = maps.wanted_w(when)[held]
    return foreseen


def _daily(
    foreseen_w: Floats, power_w: Floats, tested: Bools, days: Ints, test_days: Ints
) -> tuple[Floats, Floats]:
    """Return expected and measured sums of each tested day and home, shape (d, n)."""
    expected, measured = [], []
    for day in test_days:
        of_day = tested & (days == day)[:, None]
        expected.append(np.where(of_day, foreseen_w, 0.0).sum(axis=0))
        measured.append(np.where(of_day, power_w, 0.0).sum(axis=0))
    return np.array(expected), np.array(measured)
