"""The stored readings of a meter: what was sent, what counts, and the mark."""

from collections.abc import Sequence
from datetime import datetime
import math
from typing import Any, Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.grid.load import PHASE_COLUMNS
from dalen_hub.grid.series import Row
from dalen_hub.store.json_text import to_json
from dalen_hub.store.tables import trafo_load
from dalen_hub.store.times import to_epoch
from dalen_hub.store.upsert import upsert

COLUMNS: Final = 1 + len(PHASE_COLUMNS)
_NAMES: Final = ("load_kw", *PHASE_COLUMNS)
_NOTHING: Final = (math.nan,) * COLUMNS


class Entry(NamedTuple):
    """One reading: total and three phases in kW, NaN where there is none."""

    sent: tuple[float, ...]
    used: tuple[float, ...]
    mark: str | None


type Table = dict[int, Entry]
"""Readings by their time in epoch seconds."""


def entry_of(row: Row) -> Entry:
    """Return an uploaded row, before it was checked."""
    values = (row.load_kw, *(row.phases_kw or _NOTHING[1:]))
    return Entry(sent=values, used=values, mark=None)


async def read_table(
    conn: AsyncConnection, trafo_id: str, begin: datetime, end: datetime
) -> Table:
    """Return what is stored in [begin, end]."""
    columns = [trafo_load.c[name] for name in ("time", "mark", "sent", *_NAMES)]
    rows = await conn.execute(
        select(*columns).where(
            trafo_load.c.trafo_id == trafo_id,
            trafo_load.c.time >= to_epoch(begin),
            trafo_load.c.time <= to_epoch(end),
        )
    )
    return {
        time: Entry(
            sent=_numbers(values if sent is None else sent),
            used=_numbers(values),
            mark=mark,
        )
        for time, mark, sent, *values in rows
    }


async def write_changes(
    conn: AsyncConnection, trafo_id: str, before: Table, after: Table
) -> None:
    """Write the readings that count otherwise now; the others stay as they are."""
    changed = {
        time: entry
        for time, entry in after.items()
        if time not in before or not _is_same(before[time], entry)
    }
    await upsert(
        conn,
        trafo_load,
        [
            {"trafo_id": trafo_id, "time": time, **_columns(entry)}
            for time, entry in changed.items()
        ],
    )


def _is_same(before: Entry, after: Entry) -> bool:
    """Return whether two readings count alike."""
    return before.mark == after.mark and all(
        math.isclose(a, b, rel_tol=1e-9) or (math.isnan(a) and math.isnan(b))
        for a, b in zip(before.used, after.used, strict=True)
    )


def _columns(entry: Entry) -> dict[str, Any]:
    """Return a reading as columns; what was sent only where it is another thing."""
    differs = entry.mark is not None and entry.sent != entry.used
    return {
        **dict(zip(_NAMES, _optional(entry.used), strict=True)),
        "mark": entry.mark,
        "sent": to_json(_optional(entry.sent)) if differs else None,
    }


def _numbers(values: Sequence[float | None]) -> tuple[float, ...]:
    """Return values with NaN for what is not there."""
    return tuple(math.nan if value is None else value for value in values)


def _optional(values: Sequence[float]) -> list[float | None]:
    """Return values with None for NaN."""
    return [None if math.isnan(value) else value for value in values]
