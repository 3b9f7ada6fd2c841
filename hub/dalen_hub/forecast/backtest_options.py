"""The options of `dalen-hub backtest`; nothing here takes long to import."""

import argparse
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_ZONE: Final = "Europe/Amsterdam"


def add_backtest_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `backtest`."""
    parser.add_argument(
        "load",
        type=Path,
        metavar="LOAD",
        help="CSV or Parquet with the columns time (ISO 8601, UTC where it has no"
        " offset) and load_kw",
    )
    parser.add_argument(
        "--weather",
        type=Path,
        metavar="FILE",
        help="CSV or Parquet with time and one or more of temperature_c,"
        " irradiance_w_m2, wind_m_s",
    )
    parser.add_argument(
        "--train-days",
        type=_days,
        metavar="N",
        help="days that each fit may look back (default: all)",
    )
    parser.add_argument(
        "--test-days",
        type=_days,
        metavar="N",
        help="days to test on, the last ones (default: 75, fewer where the series is"
        " short)",
    )
    parser.add_argument(
        "--time-zone",
        type=_zone,
        default=_ZONE,
        metavar="ZONE",
        help="local time of the homes (default: %(default)s)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--report", type=Path, metavar="FILE", help="write an HTML page with a chart"
    )


def _days(text: str) -> int:
    """Return a number of days."""
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text} is no number of days; use 1 or more")


def _zone(text: str) -> ZoneInfo:
    """Return a time zone."""
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as err:
        raise argparse.ArgumentTypeError(
            f"{text} is no time zone; use a name as {_ZONE}"
        ) from err
