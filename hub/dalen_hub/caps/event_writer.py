"""Write many cap events at once: a few statements, however many homes there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.homes.hub_key import HubKey
from dalen_hub.signing.canonical import signature_of, without_signature
from dalen_hub.signing.orders import sign_orders
from dalen_hub.store.json_text import JsonText, to_json
from dalen_hub.store.tables import event, event_target
from dalen_hub.store.times import to_epoch
from dalen_hub.vtn.changes import note_changes
from dalen_hub.vtn.event_store import NewEvent, insert_events
from dalen_hub.vtn.lifespan import ends_at
from dalen_hub.vtn.notifications import Change, queue_notifications
from dalen_hub.vtn.queries import stored_object


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """An event that exists already."""

    event_id: str
    created_at: int
    modified_at: int
    body: Mapping[str, Any]


async def stored_events(
    conn: AsyncConnection, program_id: str, name: str
) -> Mapping[str, StoredEvent]:
    """Return the events of a name that are for one home, by its target."""
    rows = await conn.execute(
        select(event, event_target.c.target)
        .join(event_target, event_target.c.event_id == event.c.id)
        .where(event.c.program_id == program_id, event.c.name == name)
    )
    return {
        row.target: StoredEvent(
            event_id=row.id,
            created_at=row.created_at,
            modified_at=row.modified_at,
            body=row.body,
        )
        for row in rows
        if row.body.get("targets") == [row.target]
    }


async def write_events(
    conn: AsyncConnection,
    trafo_id: str,
    bodies: Mapping[str, dict[str, Any]],
    stored: Mapping[str, StoredEvent],
    now: datetime,
    key: HubKey,
) -> frozenset[str]:
    """Make or revise the event of each target; return the targets that changed.

    What changed is signed. The same body again writes nothing, so that no home is
    woken in vain.
    """
    changed = {
        target: body
        for target, body in bodies.items()
        if target not in stored or not _says(stored[target].body, body)
    }
    signed = await sign_orders(conn, changed, key, now)
    new = [body for target, body in signed.items() if target not in stored]
    if new:
        await insert_events(
            conn, [NewEvent(body=body, now=now, trafo_id=trafo_id) for body in new]
        )
    revised = {target: body for target, body in signed.items() if target in stored}
    await _revise(conn, revised, stored, now)
    return frozenset(signed)


def _says(stored: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    """Return whether a stored event is signed and says this."""
    return signature_of(stored) is not None and without_signature(stored) == body


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
    changes = (
        _update(stored[target], row["modified"], revised[target])
        for target, row in zip(revised, rows, strict=True)
    )
    await queue_notifications(conn, changes, now)


def _update(before: StoredEvent, modified_at: int, body: dict[str, Any]) -> Change:
    """Return what webhooks are told of a revision."""
    item = stored_object("EVENT", before.event_id, before.created_at, modified_at, body)
    return Change(operation="UPDATE", item=item)
