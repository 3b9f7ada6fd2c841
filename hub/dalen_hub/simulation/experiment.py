"""One experiment: the villages unsteered, a stop at the peak, and the strategy."""

from collections.abc import Callable
from dataclasses import dataclass
import time
from typing import Final

import numpy as np

from .arrays import FloatArray
from .courses import MINUTES_PER_DAY
from .figures import Figures, figures_of
from .run import Run, finish
from .run_options import RunOptions, Strategy
from .scenario import Scenario
from .traces import Traces

# 20:00, when the pilot stopped all heat pumps (its figure 16).
_STOP_AT: Final = 20 * 60
_STOP_MIN: Final = 5

type Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """All that a report needs. ``limits_kw`` has the shape (S,)."""

    options: RunOptions
    scenario: Scenario
    limits_kw: FloatArray | None
    free: Traces
    steered: Traces
    figures: list[Figures]
    cpu_s: float

    @property
    def home_days(self) -> int:
        """Return how many days of a home were simulated, all runs together."""
        options = self.options
        runs = 1 if options.strategy is Strategy.NONE else 2
        return runs * options.seeds * options.pumps * (options.days + 1)


def run_experiment(
    options: RunOptions, progress: Say, scenario: Scenario | None = None
) -> Result:
    """Run an experiment. Raises HubError or OSError where a file is no use."""
    begun_s = time.process_time()
    progress("The villages are drawn, and the forecasters learn")
    scenario = scenario or Scenario.of(options)
    free, stop_cut = _free_run(scenario, options, progress)
    limits_kw = _limits_kw(options, free)
    steered = free
    if options.strategy is not Strategy.NONE:
        run = Run(
            scenario=scenario,
            strategy=options.strategy,
            limits_kw=limits_kw if options.strategy is Strategy.DYNAMIC else None,
            data_minutes=options.data_minutes,
        )
        steered = finish(run, _by_day(f"Steered ({options.strategy})", progress))
    return Result(
        options=options,
        scenario=scenario,
        limits_kw=limits_kw,
        free=free,
        steered=steered,
        figures=figures_of(scenario, free, steered, limits_kw, stop_cut),
        cpu_s=time.process_time() - begun_s,
    )


def _free_run(
    scenario: Scenario, options: RunOptions, progress: Say
) -> tuple[Traces, FloatArray]:
    """Run without steering; each evening see what a stop would do."""
    run = Run(
        scenario=scenario,
        strategy=Strategy.NONE,
        limits_kw=None,
        data_minutes=options.data_minutes,
    )
    tell, total = _by_day("Without steering", progress), scenario.courses.minutes
    stopped_kw, cuts = np.zeros(0), []
    while run.minute < total:
        of_day = run.minute % MINUTES_PER_DAY
        if run.minute >= MINUTES_PER_DAY and of_day == _STOP_AT:
            stopped_kw = load_after_stop_kw(run)
        run.advance()
        if stopped_kw.size and of_day == _STOP_AT + _STOP_MIN - 1:
            cuts.append(1.0 - stopped_kw / run.trafo_kw)
        tell(run.minute, total)
    return run.traces.counted(), np.mean(cuts, axis=0)


def load_after_stop_kw(run: Run, minutes: int = _STOP_MIN) -> FloatArray:
    """Return the loads in the last of some minutes after a stop; the run goes on."""
    branch = run.branch()
    branch.order(stopped=True)
    for _ in range(minutes):
        branch.advance()
    return branch.trafo_kw


def _limits_kw(options: RunOptions, free: Traces) -> FloatArray | None:
    """Return the limit of each transformer."""
    if options.limit_kw is not None:
        return np.full(options.seeds, options.limit_kw)
    if options.limit_share is None:
        return None
    limits_kw: FloatArray = options.limit_share * free.trafo_kw.max(axis=0)
    return limits_kw


def _by_day(what: str, progress: Say) -> Callable[[int, int], None]:
    """Return what tells each simulated day."""

    def tell(minute: int, total: int) -> None:
        if minute % MINUTES_PER_DAY == 0:
            done, days = minute // MINUTES_PER_DAY, total // MINUTES_PER_DAY
            progress(f"{what}: {done} of {days} days")

    return tell
