"""Which subscriptions are told of a change, and what each of them may know.

The notifications are written in the transaction of the change; ``webhooks`` sends
them. Nobody is notified of reads.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.store.plain import PlainStatement, rows_of
from dalen_hub.store.tables import client, event, notification, subscription, ven
from dalen_hub.store.times import to_epoch
from dalen_hub.vtn.bodies import JsonObject
from dalen_hub.vtn.granted import targets_of_ven
from dalen_hub.vtn.messages import message_of
from dalen_hub.vtn.mqtt_queue import MQTT_OPTION, queue_topics
from dalen_hub.vtn.principal import Role
from dalen_hub.vtn.queries import hide_targets

_TARGETED = frozenset({"PROGRAM", "EVENT"})
_SUBSCRIPTIONS = (
    select(subscription, client.c.role, ven.c.id.label("ven_id"))
    .select_from(
        subscription.join(client, client.c.id == subscription.c.client_id).outerjoin(
            ven, (ven.c.client_id == client.c.id) & ven.c.left_at.is_(None)
        )
    )
    .where(subscription.c.broken_at.is_(None), client.c.revoked_at.is_(None))
)
# Most hubs have none, and most changes come from these.
_ANY = PlainStatement(
    select(subscription.c.id).where(subscription.c.broken_at.is_(None))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An object that was created, updated or deleted, as the operator sees it."""

    operation: str
    item: JsonObject

    @property
    def kind(self) -> str:
        """Return the type of the object."""
        return str(self.item["objectType"])


async def queue_notifications(
    conn: AsyncConnection, changes: Iterable[Change], now: datetime
) -> None:
    """Note whom to tell of changes, in the transaction of the caller.

    Nothing is asked of ``changes`` when nobody has a subscription, and no broker
    is there.
    """
    published = MQTT_OPTION in conn.sync_engine.get_execution_options()
    subscribed = await rows_of(conn, _ANY, {})
    if not published and not subscribed:
        return
    known = list(changes)
    if published:
        told = [(change.operation, change.item) for change in known]
        await queue_topics(conn, told, now)
    if subscribed:
        await _queue_webhooks(conn, known, now)


async def _queue_webhooks(
    conn: AsyncConnection, known: Sequence[Change], now: datetime
) -> None:
    """Note which webhooks are told of changes, and what each may know."""
    listeners = (await conn.execute(_SUBSCRIPTIONS)).all()
    epoch = to_epoch(now)
    rows: list[dict[str, Any]] = []
    for row in listeners:
        granted = await _sight(conn, row)
        for change in known:
            body = await _told(conn, row, granted, change)
            if body is not None:
                rows += _rows(row, change, body, epoch)
    if rows:
        await conn.execute(insert(notification), rows)


async def _sight(conn: AsyncConnection, row: Row[Any]) -> frozenset[str] | None:
    """Return the targets that a subscriber was granted; None: it sees all."""
    if row.role == Role.BL:
        return None
    if row.ven_id is None:
        return frozenset()
    return await targets_of_ven(conn, row.ven_id)


async def _told(
    conn: AsyncConnection,
    row: Row[Any],
    granted: frozenset[str] | None,
    change: Change,
) -> JsonObject | None:
    """Return what a subscription is told of a change; None: nothing."""
    item = change.item
    wanted = row.body.get("targets")
    # To filter on a target that is hidden would tell that it is there.
    known = item if granted is None else hide_targets(item, granted)
    if wanted and not set(wanted) & set(known.get("targets", ())):
        return None
    program_id = row.body.get("programID")
    if program_id is not None and await _program_of(conn, change) != program_id:
        return None
    if granted is None:
        return item
    if change.kind in _TARGETED:
        targets = item.get("targets")
        visible = not targets or not granted.isdisjoint(targets)
        return hide_targets(item, granted) if visible else None
    return item if item.get("clientID") == row.client_id else None


async def _program_of(conn: AsyncConnection, change: Change) -> str | None:
    """Return the program that a change belongs to, None when to none."""
    match change.kind:
        case "PROGRAM":
            return str(change.item["id"])
        case "REPORT":
            query = select(event.c.program_id).where(
                event.c.id == change.item["eventID"]
            )
            return await conn.scalar(query)
    return change.item.get("programID")


def _rows(
    row: Row[Any], change: Change, body: JsonObject, epoch: int
) -> list[dict[str, Any]]:
    """Return a row for each webhook of a subscription that wants to know."""
    message = message_of(change.operation, body)
    return [
        {
            "trafo_id": row.trafo_id,
            "subscription_id": row.id,
            "url": wanted["callbackUrl"],
            "bearer_token": wanted.get("bearerToken"),
            "body": message,
            "created_at": epoch,
            "tries": 0,
            "due_at": epoch,
        }
        for wanted in row.body["objectOperations"]
        if change.kind in wanted["objects"] and change.operation in wanted["operations"]
    ]
