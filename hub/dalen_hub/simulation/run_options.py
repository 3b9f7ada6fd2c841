"""What `dalen-hub simulate` is asked for; nothing here takes long to import."""

import argparse
from dataclasses import dataclass
from enum import StrEnum
import math
from pathlib import Path
from typing import Final, Self

from dalen_hub.errors import HubError

CONNECTIONS: Final = 255
"""Homes behind the transformer of the pilot."""
PUMPS: Final = 97
_LANGUAGES: Final = ("en", "nl")


class Strategy(StrEnum):
    """How the heat pumps are steered."""

    NONE = "none"
    FRAME = "frame"
    """The pilot's fixed frame: at most 500 W from 16 to 21 h."""
    DYNAMIC = "dynamic"
    """Forecast and meter of the transformer decide."""
    STOP = "stop"
    """All heat pumps off from 16 to 21 h."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """One run. Of ``limit_share`` and ``limit_kw`` at most one is given."""

    strategy: Strategy = Strategy.DYNAMIC
    days: int = 5
    seeds: int = 12
    homes: int = CONNECTIONS
    pumps: int = PUMPS
    limit_share: float | None = None
    """Of the highest quarter hour that the same village has unlimited."""
    limit_kw: float | None = None
    data_minutes: int = 5
    offline_share: float = 0.0
    weather: Path | None = None
    base: Path | None = None

    @classmethod
    def of(cls, options: argparse.Namespace) -> Self:
        """Return the options of the command line. Raises HubError."""
        if options.pumps > options.homes:
            raise HubError(
                f"{options.pumps} heat pumps do not fit in {options.homes} homes. Give"
                " fewer --pumps or more --homes."
            )
        limit_share = options.limit_share
        if limit_share is None and options.limit_kw is None:
            limit_share = _DEFAULT_LIMIT_SHARE
        return cls(
            strategy=Strategy(options.strategy),
            days=options.days,
            seeds=options.seeds,
            homes=options.homes,
            pumps=options.pumps,
            limit_share=limit_share,
            limit_kw=options.limit_kw,
            data_minutes=options.data_minutes,
            offline_share=options.offline_share,
            weather=options.weather,
            base=options.base,
        )


_DEFAULT_LIMIT_SHARE: Final = 0.9


def add_simulate_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `simulate`."""
    usual = RunOptions()
    parser.add_argument(
        "--strategy",
        choices=[each.value for each in Strategy],
        default=usual.strategy.value,
        help="frame: 500 W from 16 to 21 h; dynamic: the hub's controller; stop: all"
        " off from 16 to 21 h (default: %(default)s)",
    )
    for name, text in (
        ("days", "days that count; one more runs before them"),
        ("seeds", "villages to simulate, each with its own homes and weather"),
        ("homes", "homes behind the transformer"),
        ("pumps", "of them with a hybrid heat pump that takes part"),
    ):
        parser.add_argument(
            f"--{name}",
            type=_count,
            default=getattr(usual, name),
            metavar="N",
            help=f"{text} (default: %(default)s)",
        )
    limit = parser.add_mutually_exclusive_group()
    limit.add_argument(
        "--limit-share",
        type=_positive,
        metavar="X",
        help="limit of the transformer as a share of the highest quarter hour without"
        f" steering (default: {_DEFAULT_LIMIT_SHARE:g})",
    )
    limit.add_argument(
        "--limit-kw", type=_positive, metavar="X", help="limit of the transformer in kW"
    )
    parser.add_argument(
        "--data-minutes",
        type=int,
        choices=(1, 5, 15),
        default=usual.data_minutes,
        help="interval of the transformer's meter (default: %(default)s)",
    )
    parser.add_argument(
        "--offline-share",
        type=_share,
        default=usual.offline_share,
        metavar="X",
        help="mean share of the homes without a link (default: %(default)s)",
    )
    _add_files(parser)


def _add_files(parser: argparse.ArgumentParser) -> None:
    """Add what is read and what is written."""
    parser.add_argument(
        "--weather",
        type=Path,
        metavar="FILE",
        help="CSV or Parquet with time, temperature_c and, if known, irradiance_w_m2;"
        " each village gets one of its coldest stretches (default: a model)",
    )
    parser.add_argument(
        "--base",
        type=Path,
        metavar="FILE",
        help="CSV or Parquet with time and load_kw: the load that nobody steers"
        " (default: a model)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--report", type=Path, metavar="FILE", help="write an HTML page with charts"
    )
    parser.add_argument(
        "--language",
        choices=_LANGUAGES,
        help="language of the page and the table (default: that of LANG, else en)",
    )


def _count(text: str) -> int:
    """Return a number of 1 or more."""
    if text.isdecimal() and 0 < int(text) <= 10_000:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text} is no number; use 1 to 10000")


def _positive(text: str) -> float:
    """Return a number above 0."""
    value = _number(text)
    if value > 0.0:
        return value
    raise argparse.ArgumentTypeError(f"{text} is too low; use a number above 0")


def _share(text: str) -> float:
    """Return a number from 0 up to, not including, 1."""
    value = _number(text)
    if 0.0 <= value < 1.0:
        return value
    raise argparse.ArgumentTypeError(f"{text} is no share; use 0 to 0.99")


def _number(text: str) -> float:
    """Return a finite number."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if math.isfinite(value):
        return value
    raise argparse.ArgumentTypeError(f"{text} is no number; write as 0.9")
