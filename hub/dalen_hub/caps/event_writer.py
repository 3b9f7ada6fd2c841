"""Write many cap events at once: a few statements, however many homes there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.store.json_text import JsonText, to_json
from dalen_hub.store.tables import event, event_target
from dalen_hub.store.times import to_epoch
from dalen_hub.vtn.changes import note_changes
from dalen_hub.vtn.event_store import NewEvent, insert_events
from dalen_hub.vtn.lifespan import ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """An event that exists already."""

    event_id: str
    modified_at: int
    body: Mapping[str, Any]


async def stored_events(
    conn: AsyncConnection, program_id: str, name: str
) -> Mapping[str, StoredEvent]:
    """Return the events of a name by their target."""
    rows = await conn.execute(
        select(event.c.id, event.c.modified_at, event.c.body, event_target.c.target)
        .join(event_target, event_target.c.event_id == event.c.id)
        .where(event.c.program_id == program_id, event.c.name == name)
    )
    return {
        row.target: StoredEvent(
            event_id=row.id, modified_at=row.modified_at, body=row.body
        )
        for row in rows
    }


async def write_events(
    conn: AsyncConnection,
    trafo_id: str,
    bodies: Mapping[str, dict[str, Any]],
    stored: Mapping[str, StoredEvent],
    now: datetime,
) -> frozenset[str]:
    """Make or revise the event of each target; return the targets that changed.

    The same body again writes nothing, so that no home is woken in vain.
    """
    new = [body for target, body in bodies.items() if target not in stored]
    revised = {
        target: body
        for target, body in bodies.items()
        if target in stored and stored[target].body != body
    }
    if new:
        await insert_events(
            conn, [NewEvent(body=body, now=now, trafo_id=trafo_id) for body in new]
        )
    await _revise(conn, revised, stored, now)
    return frozenset(revised) | (bodies.keys() - stored.keys())


async def _revise(
    conn: AsyncConnection,
    revised: Mapping[str, dict[str, Any]],
    stored: Mapping[str, StoredEvent],
    now: datetime,
) -> None:
    """Replace what events say; their ids and targets stay."""
    if not revised:
        return
    rows: Sequence[dict[str, Any]] = [
        {
            "key": stored[target].event_id,
            "modified": max(to_epoch(now), stored[target].modified_at),
            "whole": JsonText(to_json(body)),
            "over": ends_at(body, now),
        }
        for target, body in revised.items()
    ]
    await conn.execute(
        update(event)
        .where(event.c.id == bindparam("key"))
        .values(
            modified_at=bindparam("modified"),
            body=bindparam("whole"),
            ends_at=bindparam("over"),
        ),
        rows,
    )
    await note_changes(conn, [[target] for target in revised], now)
