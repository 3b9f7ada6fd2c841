"""The caps as events: one event for a home and a local day."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.store.tables import event, event_target
from dalen_hub.vtn.bodies import JsonObject
from dalen_hub.vtn.changes import note_changes
from dalen_hub.vtn.event_store import insert_event, list_events, replace_event


async def upsert_cap_event(
    conn: AsyncConnection,
    *,
    trafo_id: str,
    program_id: str,
    home_target: str,
    event_name: str,
    body: dict[str, Any],
    now: datetime,
) -> bool:
    """Make or revise the event of a home and a day; return whether it changed.

    The same body again writes nothing, so that homes are not woken in vain. The
    program, the name and the target are put into the body here.
    """
    wanted = {
        **body,
        "programID": program_id,
        "eventName": event_name,
        "targets": [home_target],
    }
    query = (
        select(event.c.id, event.c.body)
        .join(event_target, event_target.c.event_id == event.c.id)
        .where(event_target.c.target == home_target)
        .where(event.c.name == event_name, event.c.program_id == program_id)
    )
    found = (await conn.execute(query)).first()
    if found is None:
        await insert_event(conn, wanted, now, trafo_id=trafo_id)
        return True
    if found.body == wanted:
        return False
    await replace_event(conn, found.id, wanted, now)
    return True


async def visible_events(
    conn: AsyncConnection, targets: frozenset[str]
) -> list[JsonObject]:
    """Return all events that a VEN with these targets sees, oldest first."""
    return await list_events(conn, targets)


async def remove_events_of_target(conn: AsyncConnection, target: str) -> None:
    """Remove the events that are for one target only, and the target elsewhere.

    The body of an event for several targets keeps the name of the one that
    left; other homes never see it.
    """
    others = event_target.alias()
    mine = select(event_target.c.event_id).where(event_target.c.target == target)
    shared = (
        select(others.c.event_id)
        .where(others.c.event_id.in_(mine), others.c.target != target)
        .scalar_subquery()
    )
    alone = (
        await conn.scalars(mine.where(event_target.c.event_id.not_in(shared)))
    ).all()
    await conn.execute(delete(event).where(event.c.id.in_(alone)))
    await conn.execute(delete(event_target).where(event_target.c.target == target))
    await note_changes(conn, [[target]])


async def remove_cap_events_before(
    conn: AsyncConnection,
    *,
    trafo_id: str,
    program_id: str,
    event_name: str,
    prefix: str = "",
) -> int:
    """Remove the events of a trafo whose name sorts before one; return how many.

    With a prefix, only those whose name begins so. Names end in the date, so that all days before a day go. Keep some days: a
    home that was offline reports on them later.
    """
    old = (
        await conn.scalars(
            select(event.c.id).where(
                event.c.trafo_id == trafo_id,
                event.c.program_id == program_id,
                event.c.name < event_name,
                event.c.name >= prefix,
            )
        )
    ).all()
    if not old:
        return 0
    of_old = event_target.c.event_id.in_(old)
    targets = await conn.scalars(select(event_target.c.target).where(of_old))
    await note_changes(conn, [[target] for target in targets])
    await conn.execute(delete(event_target).where(of_old))
    await conn.execute(delete(event).where(event.c.id.in_(old)))
    return len(old)
