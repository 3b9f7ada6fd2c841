"""The revision of orders: it only grows, whatever clocks and restarts do."""

from datetime import datetime
from typing import Final

from sqlalchemy import case, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.store.tables import order_revision

_ONLY: Final = 1


async def next_revision(conn: AsyncConnection, now: datetime) -> int:
    """Return a revision that is higher than all before, in the caller's transaction.

    It is the present time in ms, or one more than the last one where the clock
    was set back. One number serves all homes and events.
    """
    wanted = int(now.timestamp() * 1000)
    last = order_revision.c.revision
    grown = (
        update(order_revision)
        .where(order_revision.c.id == _ONLY)
        .values(revision=case((last >= wanted, last + 1), else_=wanted))
        .returning(last)
    )
    found = await conn.scalar(grown)
    if found is not None:
        return int(found)
    await conn.execute(insert(order_revision).values(id=_ONLY, revision=wanted))
    return wanted
