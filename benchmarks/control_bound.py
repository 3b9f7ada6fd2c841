"""What no controller can do better with a meter that tells one mean a quarter hour.

Run as ``python -m benchmarks.control_bound [--seeds 12] [--days 5] [--json]``. It
steers the villages of ``dalen-hub simulate`` with a controller that cannot exist: heat
pumps that do at once what they are told, wishes that are known beforehand, and the
exact mean course of the load of the others. What it does not know is their noise in
the quarter hour that begins: it takes that of the one before. For each margin it
prints what of the asked peak cut is left, and the gas over the least possible.
"""

import argparse
import json
import sys

import numpy as np

from dalen_hub.simulation.arrays import FloatArray
from dalen_hub.simulation.base_load import household_kw
from dalen_hub.simulation.experiment import Result, run_experiment
from dalen_hub.simulation.run_options import RunOptions, Strategy

_LIMIT_SHARE = 0.9
_MARGINS = (0.0, 0.005, 0.01, 0.015, 0.02, 0.025, 0.03)
_QUARTERS = 96


def foreseen_kw(base_kw: FloatArray) -> FloatArray:
    """Return the load by the mean course and the noise of the quarter hour before."""
    quarters = np.arange(len(base_kw), dtype=np.float64) % _QUARTERS
    hours: FloatArray = (quarters + 0.5) / 4.0
    course = household_kw(hours)[:, None]
    factor = base_kw / course
    before = np.concatenate([factor[:1], factor[:-1]])
    return np.asarray(before * course)


def reached(result: Result, margin: float) -> dict[str, float]:
    """Return the figures of a margin, as means over the villages."""
    free = result.free
    free_kw, pumps_kw = free.trafo_kw, free.fleet_kw
    highest_kw = free_kw.max(axis=0)
    limit_kw = _LIMIT_SHARE * highest_kw
    asked_kw = foreseen_kw(free.base_kw) + pumps_kw - limit_kw * (1.0 - margin)
    cut_kw = np.clip(asked_kw, 0.0, pumps_kw)
    load_kw = free_kw - cut_kw
    part = (highest_kw - load_kw.max(axis=0)) / (highest_kw - limit_kw)
    least_kw = np.maximum(free_kw - limit_kw, 0.0)
    return {
        "margin": margin,
        "overshoot_pct": 100.0 * float((load_kw > limit_kw + 1e-6).mean()),
        "of_asked": float(part.mean()),
        "over_least": float(cut_kw.sum() / least_kw.sum()),
    }


def main() -> int:
    """Print one line for each margin."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=12)
    parser.add_argument("--days", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    result = run_experiment(
        RunOptions(strategy=Strategy.NONE, seeds=options.seeds, days=options.days),
        lambda _: None,
    )
    rows = [reached(result, margin) for margin in _MARGINS]
    if options.json:
        print(json.dumps(rows))
        return 0
    print("margin  above the limit  of the asked cut  cut / least")
    for row in rows:
        print(
            f"{row['margin']:6.3f}  {row['overshoot_pct']:13.2f} %"
            f"  {100 * row['of_asked']:14.0f} %  {row['over_least']:11.2f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
