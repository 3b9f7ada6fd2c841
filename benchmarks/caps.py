"""Fair sharing of a transformer, its phases and its cables, against HiGHS.

Run as ``python -m benchmarks.caps [--homes 100 1000 …] [--json]``. For each number
of homes it prints, from the same run: the time of the water-filling, the time of
one linear program (largest sum, as a planner without fairness would solve it), the
ratio, the sum that fairness costs, and who gets nothing. Up to ``--lexicographic``
homes it also solves the fair optimum by linear programs and prints the difference.
"""

import argparse
from collections.abc import Callable, Iterator
import json
import sys
import time
from typing import Any

import numpy as np

from benchmarks.max_min_reference import largest_sum, lexicographic_optimum
from dalen_hub.caps.bottlenecks import Claims, Floats, share_room

_PHASES = 3
_HOMES_PER_CABLE_SHARE = 0.2
_KINDS = 12
_TIMES = 3


def village(count: int, seed: int) -> tuple[Claims, Floats]:
    """Return homes of some kinds on one transformer with five cables."""
    rng = np.random.default_rng(seed)
    cables = round(1 / _HOMES_PER_CABLE_SHARE)
    phase = rng.choice(_PHASES, count, p=(0.40, 0.33, 0.27))
    cable = rng.integers(0, cables, count)
    # A home that is off by its thermostat asks for nothing.
    kinds_w = np.append(rng.uniform(300, 2200, _KINDS - 1), 0.0)
    claims = Claims(
        lower_w=np.zeros(count),
        upper_w=kinds_w[rng.integers(0, _KINDS, count)],
        weight=rng.choice([0.8, 1.0, 1.25], count),
        members=np.column_stack(
            (
                np.zeros(count, dtype=np.int64),
                1 + phase,
                1 + _PHASES + cable,
                1 + _PHASES + cables + _PHASES * cable + phase,
            )
        ),
    )
    total = 1 + _PHASES + cables + _PHASES * cables
    asked_w = used(claims, claims.upper_w, total)
    return claims, asked_w * rng.uniform(0.45, 0.9, total)


def used(claims: Claims, share_w: Floats, total: int) -> Floats:
    """Return the load of each constraint."""
    load: Floats = np.zeros(total)
    for column in claims.members.T:
        load += np.bincount(column, weights=share_w, minlength=total)
    return load


def measure(count: int, lexicographic: int) -> dict[str, Any]:
    """Return the figures of one number of homes."""
    claims, rooms_w = village(count, seed=count)
    fair, fair_s = timed(lambda: share_room(claims, rooms_w))
    best_w, program_s = timed(lambda: largest_sum(claims, rooms_w), times=1)
    over_w = used(claims, fair.share_w, len(rooms_w)) - rooms_w
    figures: dict[str, Any] = {
        "homes": count,
        "water_filling_ms": round(1000 * fair_s, 2),
        "program_ms": round(1000 * program_s, 2),
        "ratio": round(program_s / fair_s, 1),
        "below_largest_sum_pct": round(100 * (1 - fair.share_w.sum() / best_w), 3),
        "at_zero": int(((fair.share_w == 0) & (claims.upper_w > 0)).sum()),
        "worst_violation": float((over_w / rooms_w).max()),
    }
    if count <= lexicographic:
        optimum, seconds = timed(
            lambda: lexicographic_optimum(claims, rooms_w), times=1
        )
        difference_w = np.abs(optimum.share_w - fair.share_w)
        figures["lexicographic_ms"] = round(1000 * seconds, 1)
        figures["lexicographic_programs"] = optimum.programs
        figures["difference"] = float(difference_w.max() / claims.upper_w.max())
    return figures


def timed[T](work: Callable[[], T], times: int = _TIMES) -> tuple[T, float]:
    """Return the result and the shortest time in seconds."""
    shortest_s = np.inf
    for _ in range(times):
        began = time.perf_counter()
        result = work()
        shortest_s = min(shortest_s, time.perf_counter() - began)
    return result, float(shortest_s)


def lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    """Yield a readable table."""
    yield (
        "   homes  water-filling   one LP  ratio  below LP  at zero  violation"
        "   fair LP (programs)  difference"
    )
    for row in rows:
        fair = (
            "-"
            if "difference" not in row
            else (f"{row['lexicographic_ms']:.0f} ms ({row['lexicographic_programs']})")
        )
        yield (
            f"{row['homes']:8d}  {row['water_filling_ms']:10.1f} ms"
            f"{row['program_ms']:7.0f} ms{row['ratio']:7.1f}"
            f"{row['below_largest_sum_pct']:8.2f} %{row['at_zero']:9d}"
            f"{row['worst_violation']:11.1e}{fair:>21}"
            f"  {row.get('difference', float('nan')):10.1e}"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.caps", description=__doc__)
    parser.add_argument(
        "--homes", type=int, nargs="+", default=[100, 1_000, 10_000, 100_000]
    )
    parser.add_argument("--lexicographic", type=int, default=1_000, metavar="HOMES")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = []
    for count in options.homes:
        print(f"{count} homes …", file=sys.stderr)
        rows.append(measure(count, options.lexicographic))
    if options.json:
        print(json.dumps({"caps": rows}))
        return
    print("\n".join(lines(rows)))


if __name__ == "__main__":
    main()
