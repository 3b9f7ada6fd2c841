"""Emergency stops in the database: the log of all, and the one in force."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.caps.stop import Cause, Ending, Stop
from dalen_hub.store.tables import emergency_stop
from dalen_hub.store.times import from_epoch, optional_epoch, optional_instant, to_epoch


async def insert_stop(conn: AsyncConnection, trafo_id: str, stop: Stop) -> None:
    """Store a new stop."""
    values = {**_changing(stop), **_fixed(stop)}
    await conn.execute(insert(emergency_stop).values(trafo_id=trafo_id, **values))


async def update_stop(conn: AsyncConnection, number: int, stop: Stop) -> None:
    """Store what changed of a stop."""
    await conn.execute(
        update(emergency_stop)
        .where(emergency_stop.c.id == number)
        .values(**_changing(stop))
    )


async def open_stop(conn: AsyncConnection, trafo_id: str) -> tuple[int, Stop] | None:
    """Return the stop that did not end yet, and its number."""
    row = (
        await conn.execute(
            select(emergency_stop)
            .where(
                emergency_stop.c.trafo_id == trafo_id,
                emergency_stop.c.ended_at.is_(None),
            )
            .order_by(emergency_stop.c.id.desc())
            .limit(1)
        )
    ).one_or_none()
    return None if row is None else (row.id, _stop(row))


async def last_stops(
    conn: AsyncConnection, trafo_id: str, since: datetime
) -> list[Stop]:
    """Return the stops that began since an instant, the oldest first."""
    rows = await conn.execute(
        select(emergency_stop)
        .where(
            emergency_stop.c.trafo_id == trafo_id,
            emergency_stop.c.started_at >= to_epoch(since),
        )
        .order_by(emergency_stop.c.id)
    )
    return [_stop(row) for row in rows]


def _fixed(stop: Stop) -> dict[str, Any]:
    """Return what never changes of a stop."""
    return {
        "cause": stop.cause.value,
        "ordered_by": stop.by,
        "reason": stop.reason,
        "started_at": to_epoch(stop.started_at),
        "until": to_epoch(stop.until),
    }


def _changing(stop: Stop) -> dict[str, Any]:
    """Return what may change of a stop."""
    return {
        "ended_at": optional_epoch(stop.ended_at),
        "ended_by": stop.ended_by,
        "ending": None if stop.ending is None else stop.ending.value,
        "sent_at": to_epoch(stop.sent_at),
        "resends": stop.resends,
        "acknowledged": sorted(stop.acknowledged),
    }


def _stop(row: Row[Any]) -> Stop:
    """Return a row as a stop."""
    return Stop(
        cause=Cause(row.cause),
        by=row.ordered_by,
        reason=row.reason,
        started_at=from_epoch(row.started_at),
        until=from_epoch(row.until),
        ended_at=optional_instant(row.ended_at),
        ended_by=row.ended_by,
        ending=None if row.ending is None else Ending(row.ending),
        sent_at=from_epoch(row.sent_at),
        resends=row.resends,
        acknowledged=frozenset(row.acknowledged),
    )
