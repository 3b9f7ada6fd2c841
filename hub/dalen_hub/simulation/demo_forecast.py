"""The forecasts that the grid operator uploads in the demo.

Run as ``python -m dalen_hub.simulation.demo_forecast --kind mild|cold``; prints the
body for ``PUT /api/v1/trafos/{id}/forecast``.
"""

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
import json
import sys
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from dalen_hub.grid.quarter_hours import QUARTER, floor_quarter
from dalen_hub.store.times import rfc3339

from .demo_village import CONNECTIONS, demo_load, demo_time_zone, on_time
from .neighbourhood import UnsteeredLoad
from .weather import hour_of_day

_AHEAD = timedelta(hours=32)
# Nobody knows to the hour when the evening peaks.
_TIMING = timedelta(minutes=105)
_ERROR = 0.03
# A mild evening: no all-electric heat pumps, less light and less cooking.
_MILD = UnsteeredLoad(connections=round(0.8 * CONNECTIONS))


class Kind(StrEnum):
    """What the grid operator expects."""

    MILD = "mild"
    """Room for all: nobody is limited."""
    COLD = "cold"
    """About 500 W for each heat pump from now until after the evening peak."""


def demo_forecast(kind: Kind, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """Return a forecast from the running quarter hour on, as the upload's body.

    The P90 is the highest load within an hour and three quarters, plus 3 %: it
    has to hold when the peak comes early or late.
    """
    start = floor_quarter(now)
    load = demo_load(zone, now) if kind is Kind.COLD else on_time(_MILD, zone, now)
    reach = _TIMING // QUARTER
    starts = [
        start + QUARTER * index for index in range(-reach, _AHEAD // QUARTER + reach)
    ]
    hours = np.array([hour_of_day(moment.astimezone(zone)) for moment in starts])
    around = np.lib.stride_tricks.sliding_window_view(
        load.mean_kw(hours), 2 * reach + 1
    )
    return {
        "unit": "kW",
        "start": rfc3339(start),
        "interval": "PT15M",
        "p50": [round(float(value), 1) for value in around[:, reach]],
        "p90": [
            round(float(value) * (1.0 + _ERROR), 1) for value in around.max(axis=1)
        ],
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one forecast as JSON."""
    parser = argparse.ArgumentParser(
        prog="demo_forecast", description="Print a forecast for the demo as JSON."
    )
    parser.add_argument("--kind", type=Kind, choices=list(Kind), default=Kind.COLD)
    parser.add_argument(
        "--now", type=_instant, help="the present instant, ISO 8601 with an offset"
    )
    options = parser.parse_args(arguments)
    now = options.now or datetime.now(UTC)
    body = demo_forecast(options.kind, now, demo_time_zone(now))
    sys.stdout.write(f"{json.dumps(body)}\n")


def _instant(text: str) -> datetime:
    """Return an instant in UTC; without an offset it is taken as UTC."""
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


if __name__ == "__main__":
    main()
