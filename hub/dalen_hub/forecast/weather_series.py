"""Weather as it is handed in, CSV or JSON, and the rules that it must keep."""

from collections.abc import Iterator, Mapping, Sequence
import csv
from dataclasses import dataclass
from datetime import datetime
import io
from itertools import pairwise
import json
import math
from typing import Any, Final

from dalen_hub.forecast.weather_features import IRRADIANCE, TEMPERATURE, WEATHER, WIND
from dalen_hub.grid.series import SeriesError, parse_time, stamp

MOST_ROWS: Final = 10_000
"""More than a year of hours."""
_TIME: Final = "time"
_RANGES: Final = {
    TEMPERATURE: (-50.0, 60.0),
    IRRADIANCE: (-10.0, 1500.0),
    WIND: (0, 75),
}
_HINT: Final = f"Use {_TIME} and one or more of {', '.join(WEATHER)}."


@dataclass(frozen=True, slots=True, kw_only=True)
class WeatherRow:
    """The weather at an instant; what is not in ``values`` is unknown."""

    time: datetime
    values: Mapping[str, float]


def weather_from_csv(text: str) -> list[WeatherRow]:
    """Return the rows of `time,temperature_c[,…]`; raise ``SeriesError``."""
    lines = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    try:
        header = [name.strip() for name in next(lines, [])]
        _check_names(header, "line 1")
        rows = [
            _row(dict(_cells(header, fields, lines.line_num)), f"line {lines.line_num}")
            for fields in lines
            if any(fields)
        ]
    except csv.Error as err:
        raise SeriesError(
            f"line {lines.line_num}: {err}. Write plain CSV, one row a line."
        ) from err
    return _checked(rows)


def weather_from_json(text: str) -> list[WeatherRow]:
    """Return the rows of `{"weather": [{"time", "temperature_c", …}]}`."""
    try:
        body = json.loads(text)
    except ValueError as err:
        raise SeriesError(f"The body is no JSON: {err}.") from err
    items = body.get("weather") if isinstance(body, Mapping) else None
    if not isinstance(items, list):
        raise SeriesError(
            'weather: must be a list of {"time": …, "temperature_c": …}, and is missing.'
        )
    return _checked([_item(item, f"weather[{i}]") for i, item in enumerate(items)])


def _item(item: object, where: str) -> WeatherRow:
    """Return one object of a list as a row."""
    if not isinstance(item, Mapping):
        raise SeriesError(f"{where}: must be an object. {_HINT}")
    _check_names([str(name) for name in item], where)
    return _row({str(k): v for k, v in item.items() if v is not None}, where)


def _cells(
    header: list[str], fields: list[str], line: int
) -> Iterator[tuple[str, str]]:
    """Yield the cells of a line that are not empty."""
    if len(fields) != len(header):
        raise SeriesError(
            f"line {line}: {len(fields)} values for {len(header)} columns. Use a point"
            " in numbers and one comma between values."
        )
    for name, cell in zip(header, fields, strict=True):
        if cell.strip():
            yield name, cell


def _check_names(names: Sequence[str], where: str) -> None:
    """Refuse columns that the hub does not know."""
    if len(names) == 1 and ";" in names[0]:
        raise SeriesError(
            f"{where}: use commas, not semicolons, and a point in numbers."
        )
    for name in names:
        if name not in (_TIME, *WEATHER):
            raise SeriesError(f"{where}: unknown column {name!r}. {_HINT}")
    if _TIME not in names or len(names) < 2 or len(set(names)) < len(names):
        raise SeriesError(f"{where}: a column is missing or there twice. {_HINT}")


def _row(cells: Mapping[str, Any], where: str) -> WeatherRow:
    """Return one row, checked for itself."""
    time = parse_time(cells.get(_TIME), where)
    values = {
        name: _value(cells[name], name, where) for name in WEATHER if name in cells
    }
    return WeatherRow(time=time, values=values)


def _value(cell: object, name: str, where: str) -> float:
    """Return a number that the weather can be."""
    is_number = isinstance(cell, str | int | float) and not isinstance(cell, bool)
    try:
        value = float(cell) if is_number else math.nan  # type: ignore[arg-type]
    except ValueError:
        value = math.nan
    if math.isnan(value):
        raise SeriesError(f"{where}: {name} is {cell!r}, not a number.")
    least, most = _RANGES[name]
    if not least <= value <= most:
        is_kelvin = name == TEMPERATURE and 220 <= value <= 333
        hint = "This looks like kelvin: subtract 273.15." if is_kelvin else "Check it."
        raise SeriesError(
            f"{where}: {name} {value:g} is not from {least:g} to {most:g}. {hint}"
        )
    return value


def _checked(rows: list[WeatherRow]) -> list[WeatherRow]:
    """Refuse no rows, too many rows, and rows that do not rise in time."""
    if not rows or len(rows) > MOST_ROWS:
        raise SeriesError(f"Send 1 to {MOST_ROWS} rows, got {len(rows)}.")
    for before, row in pairwise(rows):
        if row.time <= before.time:
            raise SeriesError(
                f"{stamp(row.time)} comes after {stamp(before.time)}. Sort the rows by"
                " time, each time once."
            )
    return rows
