"""Check readings where they come in, and store what may be used of them.

A reading is checked in the light of the day before it, so that a later one can
still show that it was wrong. What was sent is never lost: it stays beside what
counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import mode
from typing import Any, Final

import numpy as np
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.grid.faults import Fault
from dalen_hub.grid.findings import store_findings
from dalen_hub.grid.load import (
    DOUBTFUL,
    FILLED,
    PHASE_COLUMNS,
    REPAIRED,
    phase_values,
    record_load,
)
from dalen_hub.grid.quality import Checked, Finding, check_series
from dalen_hub.grid.quality_checks import Bools, Floats
from dalen_hub.grid.series import Row
from dalen_hub.grid.trafo import Trafo
from dalen_hub.store.json_text import to_json
from dalen_hub.store.tables import trafo_load
from dalen_hub.store.times import from_epoch, to_epoch
from dalen_hub.store.upsert import upsert

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
    begin, end = rows[0].time - _BEFORE, rows[-1].time
    before = await _sent(conn, trafo.id, begin, end)
    findings = _replaced(before, rows)
    await record_load(conn, trafo.id, rows)
    sent = _comparable(await _sent(conn, trafo.id, begin, end))
    if len(sent.times) >= _LEAST_ROWS:
        checked = check_series(
            sent.times,
            sent.load_kw.copy(),
            step=_step(sent.times),
            rating_kw=trafo.rating_kva,
            newest=_NEWEST,
        )
        checked = _with_right_total(sent, checked)
        await _store(conn, trafo.id, sent, checked)
        findings += checked.findings
    await store_findings(conn, trafo.id, findings, now)
    return findings


def _replaced(before: Sent, rows: Sequence[Row]) -> tuple[Finding, ...]:
    """Return how many readings say something else than was sent before.

    The newer one counts: a meter may correct itself.
    """
    known = dict(zip(before.times, before.load_kw[:, 0], strict=True))
    again = [
        row.time
        for row in rows
        if row.time in known and not np.isclose(known[row.time], row.load_kw)
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


async def _sent(
    conn: AsyncConnection, trafo_id: str, begin: datetime, end: datetime
) -> Sent:
    """Return what was sent in [begin, end]; the phases NaN where there are none."""
    rows = (
        await conn.execute(
            select(trafo_load)
            .where(
                trafo_load.c.trafo_id == trafo_id,
                trafo_load.c.time >= to_epoch(begin),
                trafo_load.c.time <= to_epoch(end),
                or_(trafo_load.c.mark.is_(None), trafo_load.c.mark != FILLED),
            )
            .order_by(trafo_load.c.time)
        )
    ).all()
    values = [
        row.sent or [row.load_kw, *(getattr(row, name) for name in PHASE_COLUMNS)]
        for row in rows
    ]
    load_kw = np.full((len(rows), 1 + len(PHASE_COLUMNS)), np.nan)
    for index, each in enumerate(values):
        load_kw[index, : len(each)] = [np.nan if v is None else v for v in each]
    return Sent(times=tuple(from_epoch(row.time) for row in rows), load_kw=load_kw)


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


async def _store(
    conn: AsyncConnection, trafo_id: str, sent: Sent, checked: Checked
) -> None:
    """Store what counts, marked where it is not what was sent."""
    step_s = checked.step.total_seconds()
    offsets_s = np.array([(t - checked.start).total_seconds() for t in sent.times])
    places = np.rint(offsets_s / step_s).astype(np.int64)
    on_grid = np.abs(offsets_s - places * step_s) <= 0.25 * step_s
    rows = [
        _row(
            time,
            values,
            checked.load_kw[place] if is_on else np.full(len(values), np.nan),
        )
        for time, values, place, is_on in zip(
            sent.times, sent.load_kw, places, on_grid, strict=True
        )
    ]
    absent = np.ones(len(checked.load_kw), dtype=np.bool_)
    absent[places[on_grid]] = False
    absent &= ~np.isnan(checked.load_kw[:, 0])
    rows += [
        {
            **_values(checked.load_kw[place]),
            "time": to_epoch(checked.start + int(place) * checked.step),
            "mark": FILLED,
            "sent": None,
        }
        for place in np.flatnonzero(absent)
    ]
    await upsert(conn, trafo_load, [{"trafo_id": trafo_id, **row} for row in rows])


def _row(time: datetime, sent_kw: Floats, used_kw: Floats) -> dict[str, Any]:
    """Return the row of one reading."""
    is_same = np.isclose(sent_kw, used_kw, rtol=1e-9)
    if is_same.all():
        return {
            **_values(sent_kw),
            "time": to_epoch(time),
            "mark": None,
            "sent": None,
        }
    is_doubtful = bool(np.isnan(used_kw[0]))
    if is_doubtful:
        used_kw = np.where(np.isnan(used_kw), [sent_kw[0], *used_kw[1:]], used_kw)
    return {
        **_values(used_kw),
        "time": to_epoch(time),
        "mark": DOUBTFUL if is_doubtful else REPAIRED,
        "sent": to_json([None if np.isnan(kw) else float(kw) for kw in sent_kw]),
    }


def _values(load_kw: Floats) -> dict[str, float | None]:
    """Return total and phases as columns."""
    values = [None if np.isnan(value) else float(value) for value in load_kw]
    return {"load_kw": values[0], **phase_values(values[1:] or None)}
