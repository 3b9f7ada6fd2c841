"""`dalen-hub simulate`: the village, its figures and its page."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import asdict
import json
from typing import Any

from .experiment import Result, run_experiment
from .figures import summary
from .run_options import RunOptions
from .run_report import report_html
from .run_table import table

_DIGITS = 5

type Say = Callable[[str], None]


def run_simulate(
    options: argparse.Namespace, *, say: Say, progress: Say, environ: Mapping[str, str]
) -> None:
    """Run a simulation, say its figures and write the page.

    ``options`` are those of ``run_options``. Raises ``HubError`` or ``OSError``.
    """
    result = run_experiment(RunOptions.of(options), progress)
    language = options.language or language_of(environ)
    if options.report is not None:
        options.report.write_text(report_html(result, language), encoding="utf-8")
    if options.json:
        say(json.dumps(figures_object(result)))
    else:
        say(table(result, language))


def figures_object(result: Result) -> dict[str, Any]:
    """Return ``summary`` (mean and std of each figure) and ``seeds``."""
    return {
        "summary": {
            name: _rounded(asdict(value))
            for name, value in summary(result.figures).items()
        },
        "seeds": [_rounded(asdict(figures)) for figures in result.figures],
    }


def language_of(environ: Mapping[str, str]) -> str:
    """Return the language that the user set for programs."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environ.get(name):
            return "nl" if value.startswith("nl") else "en"
    return "en"


def _rounded(values: Mapping[str, float | None]) -> dict[str, float | None]:
    """Return values without digits that mean nothing."""
    return {
        name: None if value is None else round(value, _DIGITS)
        for name, value in values.items()
    }
