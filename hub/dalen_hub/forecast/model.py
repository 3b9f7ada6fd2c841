"""What a forecast of the unsteered load is made of."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

# Where an uploaded or filed forecast gives no P90: a typical day-ahead error of
# a low-voltage transformer (80 % band of reference forecasters on real series).
DEFAULT_BAND: Final = 0.10


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterForecast:
    """The unsteered load of one quarter hour: median and 90 % quantile in kW."""

    start: datetime
    p50_kw: float
    p90_kw: float
    source: str


def default_p90_kw(p50_kw: float) -> float:
    """Return the P90 in kW to assume where only a P50 is known."""
    return p50_kw * (1 + DEFAULT_BAND)
