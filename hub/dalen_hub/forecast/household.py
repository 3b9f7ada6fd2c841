"""A standard household: what to expect where almost nothing was measured yet."""

from collections.abc import Sequence
from datetime import datetime
import math
from typing import Final
from zoneinfo import ZoneInfo

from dalen_hub.forecast.model import QuarterForecast

SOURCE: Final = "standard household"

# Mean power in kW of one connection per local hour of a winter day, at about
# 3400 kWh a year. Own round figures, checked against the public Dutch profile of
# small connections (E1A) of January, which they exceed a little by purpose.
_HOURS_KW: Final = (
    *(0.50, 0.43, 0.38, 0.33, 0.30, 0.30, 0.32, 0.38, 0.45, 0.50, 0.52, 0.52),
    *(0.50, 0.48, 0.46, 0.46, 0.53, 0.70, 0.84, 0.80, 0.75, 0.70, 0.63, 0.56),
)
# Summer days need this share of a winter day.
_SUMMER: Final = 0.7
# Nobody measured: a wide band, so that the caps stay on the safe side.
_BAND: Final = 0.35


def standard_forecast(
    starts: Sequence[datetime], zone: ZoneInfo, connections: int
) -> list[QuarterForecast]:
    """Return the load of ``connections`` standard households per quarter hour."""
    return [_quarter(start, zone, connections) for start in starts]


def _quarter(start: datetime, zone: ZoneInfo, connections: int) -> QuarterForecast:
    """Return one quarter hour, between the figures of two hours."""
    local = start.astimezone(zone)
    after = _HOURS_KW[(local.hour + 1) % 24]
    share = local.minute / 60
    home_kw = _HOURS_KW[local.hour] * (1 - share) + after * share
    p50_kw = home_kw * connections * _season(local)
    return QuarterForecast(
        start=start, p50_kw=p50_kw, p90_kw=p50_kw * (1 + _BAND), source=SOURCE
    )


def _season(local: datetime) -> float:
    """Return the share of a winter day: 1 in mid January, least in mid July."""
    angle = 2 * math.pi * (local.timetuple().tm_yday - 15) / 365
    return (1 + _SUMMER) / 2 + (1 - _SUMMER) / 2 * math.cos(angle)
