"""Check readings where they come in, and store what may be used of them.

A reading is checked in the light of the day before it, so that a later one can
still show that it was wrong. What was sent is never lost: it stays beside what
counts.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
import math
from statistics import mode
from typing import Final

import numpy as np
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.grid.faults import Fault
from dalen_hub.grid.findings import store_findings
from dalen_hub.grid.load import DOUBTFUL, FILLED, REPAIRED, record_load
from dalen_hub.grid.load_table import (
    COLUMNS,
    Entry,
    Table,
    entry_of,
    read_table,
    write_changes,
)
from dalen_hub.grid.quality import Checked, Finding, check_series
from dalen_hub.grid.quality_checks import Bools, Floats
from dalen_hub.grid.series import Row
from dalen_hub.grid.trafo import Trafo
from dalen_hub.store.times import from_epoch, to_epoch

_BEFORE: Final = timedelta(hours=24)
_LEAST_ROWS: Final = 4
# The newest values may be the beginning of a real rise.
_NEWEST: Final = 3
# A total that a meter adds up itself is wrong where one of its phases is.
_SAME_SUM: Final = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Readings as they were sent: rising times, loads of shape (n, columns)."""

    times: tuple[datetime, ...]
    load_kw: Floats

    def since(self, index: int) -> Sent:
        """Return the readings from one on."""
        return Sent(times=self.times[index:], load_kw=self.load_kw[index:])


async def take_readings(
    conn: AsyncConnection, trafo: Trafo, rows: Sequence[Row], now: datetime
) -> tuple[Finding, ...]:
    """Store readings, check them with those before, and return what was found."""
    table = await read_table(conn, trafo.id, rows[0].time - _BEFORE, rows[-1].time)
    findings = _replaced(table, rows)
    await record_load(conn, trafo.id, rows)
    table |= {to_epoch(row.time): entry_of(row) for row in rows}
    sent = _comparable(_sent(table))
    if len(sent.times) >= _LEAST_ROWS:
        checked = await asyncio.to_thread(
            check_series,
            sent.times,
            sent.load_kw.copy(),
            step=_step(sent.times),
            rating_kw=trafo.rating_kva,
            newest=_NEWEST,
        )
        checked = _with_right_total(sent, checked)
        await write_changes(conn, trafo.id, table, _counting(sent, checked))
        findings += checked.findings
    await store_findings(conn, trafo.id, findings, now)
    return findings


def _replaced(table: Table, rows: Sequence[Row]) -> tuple[Finding, ...]:
    """Return how many readings say something else than was sent before.

    The newer one counts: a meter may correct itself.
    """
    again = [
        row.time
        for row in rows
        if (known := table.get(to_epoch(row.time))) is not None
        and known.mark != FILLED
        and not math.isclose(known.sent[0], row.load_kw, rel_tol=1e-6)
    ]
    if not again:
        return ()
    return (
        Finding(
            fault=Fault.DUPLICATE,
            column=0,
            count=len(again),
            first=again[0],
            is_repaired=True,
        ),
    )


def _sent(table: Table) -> Sent:
    """Return what was sent; what was filled in was not."""
    times_s = sorted(time for time, entry in table.items() if entry.mark != FILLED)
    return Sent(
        times=tuple(from_epoch(time) for time in times_s),
        load_kw=np.array([table[time].sent for time in times_s]).reshape(-1, COLUMNS),
    )


def _comparable(sent: Sent) -> Sent:
    """Return the newest readings that have one step, and phases or none."""
    has_phases: Bools = ~np.isnan(sent.load_kw[:, 1:].sum(axis=1))
    others = np.flatnonzero(has_phases != has_phases[-1])
    if len(others):
        sent = sent.since(int(others[-1]) + 1)
    if not has_phases[-1]:
        sent = Sent(times=sent.times, load_kw=sent.load_kw[:, :1])
    if len(sent.times) < _LEAST_ROWS:
        return sent
    step = _step(sent.times)
    other = [after - before != step for before, after in pairwise(sent.times)]
    # Three steps of another length in a row: the meter was set to another one.
    for index in range(len(other) - 3, -1, -1):
        lengths = {
            sent.times[number + 1] - sent.times[number]
            for number in range(index, index + 3)
        }
        if all(other[index : index + 3]) and len(lengths) == 1:
            return sent.since(index + 3)
    return sent


def _step(times: Sequence[datetime]) -> timedelta:
    """Return how far the newest readings mostly lie apart."""
    return mode(after - before for before, after in pairwise(times[-13:]))


def _with_right_total(sent: Sent, checked: Checked) -> Checked:
    """Return the series with a new total where the sum had a phase turned round."""
    turned = any(checked.has(Fault.REVERSED, column) for column in (1, 2, 3))
    if not turned or checked.has(Fault.REVERSED, 0):
        return checked
    total_kw, sum_kw = sent.load_kw[:, 0], sent.load_kw[:, 1:].sum(axis=1)
    scale_kw = float(np.median(np.abs(sent.load_kw[:, 1:]).sum(axis=1)))
    if float(np.median(np.abs(total_kw - sum_kw))) > _SAME_SUM * scale_kw:
        return checked
    load_kw = checked.load_kw.copy()
    load_kw[:, 0] = load_kw[:, 1:].sum(axis=1)
    finding = Finding(
        fault=Fault.REVERSED,
        column=0,
        count=len(sent.times),
        first=checked.start,
        is_repaired=True,
    )
    return Checked(
        start=checked.start,
        step=checked.step,
        load_kw=load_kw,
        findings=(*checked.findings, finding),
    )


def _counting(sent: Sent, checked: Checked) -> Table:
    """Return what counts from now on, marked where it is not what was sent."""
    step_s, start_s = checked.step.total_seconds(), to_epoch(checked.start)
    times_s = np.array([to_epoch(time) for time in sent.times], dtype=np.int64)
    offsets_s = times_s - start_s
    places = np.rint(offsets_s / step_s).astype(np.int64)
    on_grid = np.abs(offsets_s - places * step_s) <= 0.25 * step_s
    used_kw = np.where(on_grid[:, None], checked.load_kw[places], np.nan)
    # A total that cannot be trusted stays beside its mark: the column is never empty.
    doubtful = np.isnan(used_kw[:, 0])
    used_kw[doubtful, 0] = sent.load_kw[doubtful, 0]
    same = np.isclose(sent.load_kw, used_kw, rtol=1e-9).all(axis=1) & ~doubtful
    marks = np.where(doubtful, DOUBTFUL, np.where(same, "", REPAIRED))
    table = {
        int(time): Entry(sent=_four(was), used=_four(now), mark=str(mark) or None)
        for time, was, now, mark in zip(
            times_s, sent.load_kw.tolist(), used_kw.tolist(), marks, strict=True
        )
    }
    absent = ~np.isnan(checked.load_kw[:, 0])
    absent[places[on_grid]] = False
    for place in np.flatnonzero(absent):
        filled = _four(checked.load_kw[place].tolist())
        time_s = start_s + int(place * step_s)
        table[time_s] = Entry(sent=filled, used=filled, mark=FILLED)
    return table


def _four(values: Sequence[float]) -> tuple[float, ...]:
    """Return total and phases, NaN where there are no phases."""
    return (*values, *(math.nan,) * (COLUMNS - len(values)))
