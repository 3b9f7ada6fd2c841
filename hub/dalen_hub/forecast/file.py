"""A forecast from a file beside `hub.yaml`: the same CSV or JSON as an upload.

The file is read again when it changed, so another program can replace it daily.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
import logging
from pathlib import Path
from typing import Final

from dalen_hub.forecast.model import QuarterForecast, forecasts_from_rows
from dalen_hub.grid.series import SeriesError, check_forecast
from dalen_hub.grid.series_csv import rows_from_csv
from dalen_hub.grid.series_json import forecast_rows_from_json
from dalen_hub.grid.trafo import Trafo

_LOGGER = logging.getLogger(__name__)

SOURCE: Final = "file"

type ByStart = Mapping[datetime, QuarterForecast]


async def file_forecast(trafo: Trafo) -> ByStart:
    """Return the quarter hours of the forecast file, none where it is unusable.

    What is wrong with a file is logged once per version of it.
    """
    if trafo.forecast_file is None:
        return {}
    return await asyncio.to_thread(_current, trafo.forecast_file, trafo.rating_kva)


def read_forecast_file(path: Path, rating_kva: float) -> list[QuarterForecast]:
    """Read and check a forecast file; raise ``SeriesError`` or ``OSError``."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as err:
        raise SeriesError("The file is not UTF-8 text. Save it as CSV.") from err
    if path.suffix.lower() == ".json":
        rows = forecast_rows_from_json(text)
    else:
        rows = rows_from_csv(text, with_p90=True)
    check_forecast(rows, rating_kva)
    return forecasts_from_rows(rows, SOURCE)


def _current(path: Path, rating_kva: float) -> ByStart:
    """Return what the file says now."""
    try:
        version = path.stat().st_mtime_ns
    except OSError:
        # Not a time that any file has: a missing file is a version of its own.
        version = -1
    return _parsed(path, version, rating_kva)


@lru_cache(maxsize=256)
def _parsed(path: Path, version: int, rating_kva: float) -> ByStart:
    """Return one version of the file; ``version`` is there for the cache."""
    try:
        forecasts = read_forecast_file(path, rating_kva)
    except (OSError, SeriesError) as err:
        _LOGGER.warning("Forecast file %s is left out: %s", path, err)
        return {}
    return {quarter.start: quarter for quarter in forecasts}
