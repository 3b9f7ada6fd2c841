"""The registers of a heat pump as a table that an installer can read."""

from collections.abc import Iterable, Mapping
from typing import Final

from ..heat_pump import RegisterRow

COLUMNS: Final = ("register", "place", "raw", "value", "verdict")
_GLUE: Final = "\N{NO-BREAK SPACE}"
_UNITS: Final = {
    "w": "W",
    "kwh": "kWh",
    "c": "°C",
    "m3": "m³",
    "percent": "%",
    "hz": "Hz",
    "a": "A",
    "v": "V",
}
"""By the end of a register's name."""


def probe_table(rows: Iterable[RegisterRow], words: Mapping[str, str]) -> str:
    """Return a table in Markdown; empty without rows.

    `words` are those for the columns, the verdicts and the registers that a resident
    can compare, in the language of the house. Those registers come first.
    """
    ordered = sorted(rows, key=lambda row: row.key not in words)
    lines = [_line(_cells(row, words)) for row in ordered]
    if not lines:
        return ""
    head = _line(words[column] for column in COLUMNS)
    return "\n".join([head, "|---|---|--:|--:|---|", *lines])


def _cells(row: RegisterRow, words: Mapping[str, str]) -> list[str]:
    """Return the cells of one register."""
    return [
        words.get(row.key, row.key),
        row.place.replace(" register ", _GLUE),
        _number(row.raw),
        _with_unit(row),
        words[row.verdict],
    ]


def _with_unit(row: RegisterRow) -> str:
    """Write what a register tells; its name ends with its unit."""
    if row.value is None:
        return ""
    unit = _UNITS.get(row.key.rpartition("_")[2], "")
    return f"{_number(round(row.value, 2))}{_GLUE}{unit}".rstrip()


def _number(number: float | None) -> str:
    """Write a number; a float of 32 bits has seven digits."""
    if number is None:
        return ""
    return str(number) if isinstance(number, int) else f"{number:.10g}"


def _line(cells: Iterable[str]) -> str:
    """Return a row of a table."""
    return f"| {' | '.join(cells)} |"
