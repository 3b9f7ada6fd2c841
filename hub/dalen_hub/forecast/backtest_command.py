"""`dalen-hub backtest`: the forecaster on anybody's load."""

import argparse
from collections.abc import Callable
import json
from typing import Final

from dalen_hub.forecast.backtest import Progress, backtest
from dalen_hub.forecast.backtest_figures import figures, table
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


def _counter(progress: Say) -> Progress:
    """Return what tells now and then how far the test is."""

    def count(done: int, total: int) -> None:
        if done % _EVERY == 0 or done == total:
            progress(f"{done} of {total} days")

    return count
