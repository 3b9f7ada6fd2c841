"""The registers of a heat pump as a table that an installer can read."""

from collections.abc import Iterable, Mapping
from typing import Final

from .heat_pump import RegisterRow

COLUMNS: Final = ("register", "place", "raw", "value", "verdict")


def probe_table(rows: Iterable[RegisterRow], words: Mapping[str, str]) -> str:
    """Return a table in Markdown; empty without rows.

    `words` are those for the columns and the verdicts, in the language of the house.
    """
    lines = [_line(_cells(row, words)) for row in rows]
    if not lines:
        return ""
    head = _line(words[column] for column in COLUMNS)
    return "\n".join([head, "|---|---|--:|--:|---|", *lines])


def _cells(row: RegisterRow, words: Mapping[str, str]) -> list[str]:
    """Return the cells of one register."""
    return [
        row.key,
        row.place,
        _number(row.raw),
        _number(None if row.value is None else round(row.value, 2)),
        words[row.verdict],
    ]


def _number(number: float | None) -> str:
    """Write a number; a float of 32 bits has seven digits."""
    if number is None:
        return ""
    return str(number) if isinstance(number, int) else f"{number:.10g}"


def _line(cells: Iterable[str]) -> str:
    """Return a row of a table."""
    return f"| {' | '.join(cells)} |"
