"""Time series in files of anybody: CSV or Parquet, a column `time` and numbers.

Unlike the series that are sent to the hub, these may have gaps, empty cells, more
columns than are asked for and any order of rows.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
import csv
from dataclasses import dataclass
from datetime import date, datetime
import difflib
import importlib
import math
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from dalen_hub.grid.series import SeriesError, as_utc, parse_time

type Floats = npt.NDArray[np.float64]

TIME: Final = "time"
_PARQUET: Final = frozenset({".parquet", ".pq"})
_EMPTY: Final = frozenset({"", "nan", "na", "null", "none", "unknown", "unavailable"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesFile:
    """What a file says: instants and, for each column, a number or NaN.

    Rows are sorted by time and every instant is there once; ``repeated`` tells how
    many rows were averaged into another of the same instant.
    """

    times_s: Floats
    """Seconds since 1970 UTC, strictly rising, shape (n,)."""
    columns: Mapping[str, Floats]
    """By name, shape (n,); a column that the file does not have is left out."""
    repeated: int


def read_series_file(
    path: Path, *, required: Collection[str], optional: Collection[str] = ()
) -> SeriesFile:
    """Read the named columns of a CSV or Parquet file.

    Times are ISO 8601 with an offset; without one they are taken as UTC. Raises
    ``SeriesError`` where the file cannot be used, ``OSError`` where it is not there.
    """
    reader = _read_parquet if path.suffix.lower() in _PARQUET else _read_csv
    times, columns = reader(path, tuple(required), tuple(optional))
    if not times:
        raise SeriesError(f"{path.name} has no rows. Give a file with measurements.")
    times_s = np.array([time.timestamp() for time in times])
    return _sorted(times_s, columns)


def _sorted(times_s: Floats, columns: Mapping[str, Floats]) -> SeriesFile:
    """Sort rows by time and average those of one instant, as far as known."""
    instants, row_of = np.unique(times_s, return_inverse=True)
    merged: dict[str, Floats] = {}
    for name, values in columns.items():
        known = ~np.isnan(values)
        counts = np.bincount(row_of[known], minlength=instants.size)
        sums = np.bincount(row_of[known], values[known], minlength=instants.size)
        merged[name] = np.full(instants.size, np.nan)
        np.divide(sums, counts, out=merged[name], where=counts > 0)
    return SeriesFile(
        times_s=instants, columns=merged, repeated=times_s.size - instants.size
    )


type _Read = tuple[list[datetime], Mapping[str, Floats]]


def _read_csv(path: Path, required: Sequence[str], optional: Sequence[str]) -> _Read:
    """Read a CSV file; the first line names the columns."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.reader(file, strict=True)
            header = _header(next(lines, []))
            wanted = _wanted(path, header, required, optional)
            return _csv_rows(lines, header, wanted)
    except UnicodeDecodeError as err:
        raise SeriesError(
            f"{path.name} is not UTF-8 text. Save it as CSV, or name it .parquet."
        ) from err
    except csv.Error as err:
        raise SeriesError(f"{path.name}: {err}. Write plain CSV.") from err


def _header(fields: Sequence[str]) -> list[str]:
    """Return the names of the columns."""
    names = [name.strip() for name in fields]
    if len(names) == 1 and ";" in names[0]:
        raise SeriesError(
            "line 1: the columns are separated by semicolons. Use commas, and a point"
            " in numbers."
        )
    return names


def _wanted(
    path: Path, names: Sequence[str], required: Sequence[str], optional: Sequence[str]
) -> list[str]:
    """Return the columns of numbers to read; refuse a file without one it needs."""
    for name in (TIME, *required):
        if name not in names:
            raise SeriesError(_missing(path, name, names))
    return [name for name in (*required, *optional) if name in names]


def _missing(path: Path, name: str, names: Sequence[str]) -> str:
    """Return the message about a column that is not there."""
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    hint = f"Rename {near[0]} if that is it" if near else "Add it"
    found = ", ".join(names[:12]) or "nothing"
    return f"{path.name}: column {name} is missing (found: {found}). {hint}."


def _csv_rows(lines: Any, header: Sequence[str], wanted: Sequence[str]) -> _Read:
    """Return the times and the numbers of all lines."""
    place = {name: header.index(name) for name in (TIME, *wanted)}
    times: list[datetime] = []
    rows: list[list[float]] = []
    for fields in lines:
        if not any(fields):
            continue
        where = f"line {lines.line_num}"
        if len(fields) != len(header):
            raise SeriesError(
                f"{where}: {len(fields)} values for {len(header)} columns. Use a"
                " point in numbers and one comma between values."
            )
        times.append(parse_time(fields[place[TIME]], where))
        rows.append([_number(fields[place[name]], where, name) for name in wanted])
    values = np.array(rows, dtype=np.float64).reshape(len(rows), len(wanted))
    return times, {name: values[:, index] for index, name in enumerate(wanted)}


def _number(cell: str, where: str, column: str) -> float:
    """Return the number of a cell, NaN where it says that nothing is known."""
    text = cell.strip()
    if text.lower() in _EMPTY:
        return math.nan
    try:
        value = float(text)
    except ValueError:
        value = math.inf
    if not math.isfinite(value):
        raise SeriesError(
            f"{where}: {column} is {text!r}, not a number. Correct it, or leave the"
            " cell empty."
        )
    return value


def _read_parquet(
    path: Path, required: Sequence[str], optional: Sequence[str]
) -> _Read:
    """Read a Parquet file, where the package for it is installed."""
    try:
        parquet: Any = importlib.import_module("pyarrow.parquet")
    except ModuleNotFoundError as err:
        raise SeriesError(
            f"{path.name}: Parquet needs the package pyarrow, which is not installed."
            " Install it, or save the file as CSV."
        ) from err
    with path.open("rb") as file:
        try:
            names = [str(name) for name in parquet.read_schema(file).names]
            wanted = _wanted(path, names, required, optional)
            file.seek(0)
            table = parquet.read_table(file, columns=[TIME, *wanted])
        except ValueError as err:
            if isinstance(err, SeriesError):
                raise
            raise SeriesError(
                f"{path.name} is no Parquet file. Name a CSV file .csv."
            ) from err
    times = [
        _instant(value, f"row {number}")
        for number, value in enumerate(table.column(TIME).to_pylist(), start=1)
    ]
    return times, {
        name: _parquet_numbers(table.column(name).to_pylist(), name) for name in wanted
    }


def _instant(value: object, where: str) -> datetime:
    """Return a cell of the column of times in UTC."""
    if isinstance(value, datetime):
        return as_utc(value)
    if isinstance(value, date) or value is None:
        raise SeriesError(f"{where}: {value} has no time of the day.")
    return parse_time(value, where)


def _parquet_numbers(cells: Iterable[object], column: str) -> Floats:
    """Return a column as numbers, NaN where a cell is empty."""
    try:
        values = np.array(
            [math.nan if cell is None else float(_real(cell)) for cell in cells]
        )
    except TypeError as err:
        raise SeriesError(f"Column {column} is no column of numbers.") from err
    if np.isinf(values).any():
        raise SeriesError(f"Column {column} has infinite numbers. Correct them.")
    return values


def _real(cell: object) -> float:
    """Return a number, raise ``TypeError`` where it is none."""
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        raise TypeError(cell)
    return cell
