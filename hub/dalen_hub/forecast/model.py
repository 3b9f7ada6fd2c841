"""What a forecast of the unsteered load is made of."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from dalen_hub.grid.series import Row

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


def forecasts_from_rows(rows: Iterable[Row], source: str) -> list[QuarterForecast]:
    """Return checked rows as a forecast; a P90 that is not given is assumed."""
    return [
        QuarterForecast(
            start=row.time,
            p50_kw=row.load_kw,
            p90_kw=_default_p90_kw(row.load_kw) if row.p90_kw is None else row.p90_kw,
            source=source,
        )
        for row in rows
    ]


def _default_p90_kw(p50_kw: float) -> float:
    """Return the P90 in kW to assume where only a P50 is known."""
    return p50_kw + abs(p50_kw) * DEFAULT_BAND
