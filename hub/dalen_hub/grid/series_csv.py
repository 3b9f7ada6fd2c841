"""Time series as CSV: `time,load_kw[,load_p90_kw]`, or with the loads of phases."""

from collections.abc import Mapping
import csv
import difflib
import io
from typing import Final

from dalen_hub.grid.series import Row, SeriesError, parse_time

_TIME: Final = "time"
_LOAD: Final = "load_kw"
_P90: Final = "load_p90_kw"
PHASES: Final = ("load_l1_kw", "load_l2_kw", "load_l3_kw")


def rows_from_csv(text: str, *, with_p90: bool) -> list[Row]:
    """Return the rows of a CSV text; raise ``SeriesError`` where it is unreadable.

    ``with_p90`` allows the column `load_p90_kw` of a forecast, else the phases of a
    meter are allowed.
    """
    lines = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    try:
        header = next(lines, [])
        columns = _columns(header, with_p90=with_p90)
        return [
            _row(fields, columns, lines.line_num) for fields in lines if any(fields)
        ]
    except csv.Error as err:
        raise SeriesError(
            f"line {lines.line_num}: {err}. Write plain CSV, one row a line."
        ) from err


def _columns(header: list[str], *, with_p90: bool) -> list[str]:
    """Return the names of the columns, checked."""
    names = [name.strip() for name in header]
    if len(names) == 1 and ";" in names[0]:
        raise SeriesError(
            "line 1: the columns are separated by semicolons. Use commas, and a point"
            " in numbers."
        )
    known = [_TIME, _LOAD, _P90] if with_p90 else [_TIME, _LOAD, *PHASES]
    for name in names:
        if name not in known:
            raise SeriesError(_unknown_column(name, known))
    if len(set(names)) < len(names):
        raise SeriesError("line 1: a column is there twice. Keep one of them.")
    for name in (_TIME, _LOAD):
        if name not in names:
            raise SeriesError(
                f"line 1: column {name} is missing. The first line must be"
                f" {','.join(known)}."
            )
    given = [name for name in PHASES if name in names]
    if 0 < len(given) < len(PHASES):
        raise SeriesError(
            f"line 1: only {', '.join(given)} is there. Give all three phases or none."
        )
    return names


def _unknown_column(name: str, known: list[str]) -> str:
    """Return the message about a column that the hub does not know."""
    for unit, factor in (("_w", "divide by 1000"), ("_mw", "multiply by 1000")):
        if f"{name.lower().removesuffix(unit)}_kw" in known:
            return (
                f"line 1: column {name} has the wrong unit: {factor} and call it"
                f" {name[: -len(unit)]}_kw."
            )
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"Use {','.join(known)}."
    return f"line 1: unknown column {name!r}. {hint}"


def _row(fields: list[str], columns: list[str], line: int) -> Row:
    """Return one line as a row."""
    where = f"line {line}"
    if len(fields) != len(columns):
        raise SeriesError(
            f"{where}: {len(fields)} values for {len(columns)} columns. Use a point"
            " in numbers and one comma between values."
        )
    values = dict(zip(columns, fields, strict=True))
    return Row(
        where=where,
        time=parse_time(values[_TIME], where),
        load_kw=_number(values[_LOAD], where, _LOAD),
        p90_kw=_number(values[_P90], where, _P90) if _P90 in values else None,
        phases_kw=_phases(values, where) if PHASES[0] in values else None,
    )


def _phases(values: Mapping[str, str], where: str) -> tuple[float, float, float]:
    """Return the loads of the phases."""
    first, second, third = (_number(values[name], where, name) for name in PHASES)
    return first, second, third


def _number(text: str, where: str, column: str) -> float:
    """Return the value of a cell."""
    try:
        return float(text)
    except ValueError:
        raise SeriesError(
            f"{where}: {column} is {text.strip()!r}, not a number. Fill it in, or"
            " leave the row out."
        ) from None
