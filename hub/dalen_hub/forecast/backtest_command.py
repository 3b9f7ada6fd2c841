"""`dalen-hub backtest`: the forecaster on anybody's load."""

import argparse
from collections.abc import Callable
from dataclasses import asdict
import json
import math
from typing import Final

from dalen_hub.forecast.backtest import Backtest, Progress, backtest
from dalen_hub.forecast.backtest_file import read_known
from dalen_hub.forecast.backtest_report import report_html

_EVERY: Final = 7

type Say = Callable[[str], None]


def run_backtest(options: argparse.Namespace, *, say: Say, progress: Say) -> None:
    """Run the test, say its figures and write the report.

    ``options`` are those of ``backtest_options``. Raises ``HubError`` or ``OSError``.
    """
    known, notes = read_known(options.load, options.weather)
    for note in notes:
        progress(note)
    result = backtest(
        known,
        options.time_zone,
        test_days=options.test_days,
        train_days=options.train_days,
        progress=_counter(progress),
    )
    if options.report is not None:
        page = report_html(options.load.name, sorted(known.weather), result)
        options.report.write_text(page, encoding="utf-8")
    say(json.dumps(figures(result)) if options.json else table(result))


def figures(result: Backtest) -> dict[str, float | int | None]:
    """Return the figures under their stable names; None where there is none."""
    values = {
        **asdict(result.scores),
        "mean6_rmae": result.mean6_rmae,
        "persistence_rmae": result.persistence_rmae,
        "test_days": result.test_days,
        "fit_s": result.fit_s,
    }
    return {
        name: None if math.isnan(value) else round(value, 4)
        for name, value in values.items()
    }


def table(result: Backtest) -> str:
    """Return the figures as lines for people."""
    scores = result.scores
    rows = (
        ("error of the median (rMAE)", f"{scores.rmae:.2%}"),
        ("  mean of days 2 to 7 before", f"{result.mean6_rmae:.2%}"),
        ("  same time a week before", f"{result.persistence_rmae:.2%}"),
        ("error of the quantiles (rCRPS)", f"{scores.rcrps:.2%}"),
        ("error of the daily peak", f"{scores.peak_error:.2%}"),
        ("load between P10 and P90 (right: 80 %)", f"{scores.cover80:.1%}"),
        ("load below P95 (right: 95 %)", f"{scores.below_p95:.1%}"),
        ("mean time of a weekly fit", f"{result.fit_s:.2f} s"),
    )
    width = max(len(label) for label, _ in rows)
    return "\n".join(
        (
            f"Day-ahead forecasts of {result.test_days} days; errors as a share of the"
            " load's range (P99 - P1)",
            *(f"  {label:<{width}}  {value:>8}" for label, value in rows),
        )
    )


def _counter(progress: Say) -> Progress:
    """Return what tells now and then how far the test is."""

    def count(done: int, total: int) -> None:
        if done % _EVERY == 0 or done == total:
            progress(f"{done} of {total} days")

    return count
