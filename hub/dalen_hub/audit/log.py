"""The chains in the database: written once, read, checked, and cut off when old."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, delete, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.audit.chain import START, Chain, Entry, Note, Verdict, checked, linked
from dalen_hub.store.tables import audit
from dalen_hub.store.times import from_epoch, to_epoch

KEPT: Final = {Chain.ACTS: timedelta(days=5 * 365), Chain.DENIED: timedelta(days=90)}
MOST: Final = {Chain.ACTS: 1_000_000, Chain.DENIED: 100_000}
"""However much is refused, this many entries are kept: some 20 MB."""

_LOCK: Final = 0x4155444954
"""The word "AUDIT": two processes on PostgreSQL write one after the other."""
_AT_ONCE: Final = 5_000


async def append(conn: AsyncConnection, chain: Chain, notes: Sequence[Note]) -> None:
    """Add notes to the end of a chain, in the transaction of the caller."""
    if not notes:
        return
    if conn.dialect.name == "postgresql":
        await conn.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
    last = (
        await conn.execute(
            select(audit.c.number, audit.c.hash)
            .where(audit.c.chain == chain)
            .order_by(audit.c.number.desc())
            .limit(1)
        )
    ).one_or_none()
    number, previous = (0, START) if last is None else (last.number, last.hash)
    rows = [_values(each) for each in linked(chain, notes, number, previous)]
    await conn.execute(insert(audit), rows)


async def newest(
    conn: AsyncConnection, chain: Chain, *, skip: int = 0, limit: int = 50
) -> list[Entry]:
    """Return the last entries of a chain, the newest first."""
    rows = await conn.execute(
        select(audit)
        .where(audit.c.chain == chain)
        .order_by(audit.c.number.desc())
        .offset(skip)
        .limit(limit)
    )
    return [_entry(row) for row in rows]


async def verify(conn: AsyncConnection, chain: Chain) -> Verdict:
    """Read a whole chain and check every link of it."""
    verdict = Verdict()
    while True:
        rows = await conn.execute(
            select(audit)
            .where(audit.c.chain == chain, audit.c.number > (verdict.last or 0))
            .order_by(audit.c.number)
            .limit(_AT_ONCE)
        )
        entries = [_entry(row) for row in rows]
        verdict = checked(verdict, entries)
        if len(entries) < _AT_ONCE:
            return verdict


async def forget_old(conn: AsyncConnection, now: datetime) -> None:
    """Cut off what is too old or too much; the last entry always stays."""
    for chain in Chain:
        mine = audit.c.chain == chain
        head = await conn.scalar(select(func.max(audit.c.number)).where(mine)) or 0
        old = await conn.scalar(
            select(func.max(audit.c.number)).where(
                mine, audit.c.at < to_epoch(now - KEPT[chain])
            )
        )
        upto = min(max(old or 0, head - MOST[chain]), head - 1)
        await conn.execute(delete(audit).where(mine, audit.c.number <= upto))


def _values(entry: Entry) -> dict[str, Any]:
    """Return an entry as a row."""
    note = entry.note
    return {
        "chain": entry.chain,
        "number": entry.number,
        "at": to_epoch(note.at),
        "client_id": note.client_id,
        "what": note.what,
        "reason": note.reason,
        "status": note.status,
        "times": note.times,
        "previous": entry.previous,
        "hash": entry.hash,
    }


def _entry(row: Row[Any]) -> Entry:
    """Return a row as an entry."""
    return Entry(
        chain=Chain(row.chain),
        number=row.number,
        note=Note(
            at=from_epoch(row.at),
            what=row.what,
            client_id=row.client_id,
            reason=row.reason,
            status=row.status,
            times=row.times,
        ),
        previous=row.previous,
        hash=row.hash,
    )
