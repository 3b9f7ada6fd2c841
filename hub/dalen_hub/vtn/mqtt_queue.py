"""What is still to be published over MQTT, written with the change itself.

It stands in the table of notifications, under a subscription that no client has.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, delete, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dalen_hub.store.database import reading_briefly
from dalen_hub.store.json_text import to_json
from dalen_hub.store.tables import notification, resource, ven
from dalen_hub.store.times import to_epoch
from dalen_hub.vtn.bodies import JsonObject
from dalen_hub.vtn.granted import joined_targets
from dalen_hub.vtn.messages import message_of
from dalen_hub.vtn.mqtt_topics import topic_for_ven, topics_of
from dalen_hub.vtn.queries import hide_targets

QUEUE: Final = "mqtt"
MQTT_OPTION: Final = "dalen_mqtt"
"""The option of an engine whose changes are to be published."""
_KEPT = timedelta(hours=1)
_AT_ONCE = 100
_TARGETED = frozenset({"PROGRAM", "EVENT"})

type _Sight = tuple[str, frozenset[str]]
"""A VEN (its id), and its targets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A message that is to be published."""

    row_id: int
    topics: tuple[str, ...]
    payload: str


async def queue_topics(
    conn: AsyncConnection, changes: Iterable[tuple[str, JsonObject]], now: datetime
) -> None:
    """Note what is to be published of operations on objects."""
    known = list(changes)
    vens = await _sights(conn, [item for _, item in known])
    rows = [
        _row(topics, message_of(operation, told), to_epoch(now))
        for operation, item in known
        for topics, told in _messages(operation, item, vens)
    ]
    if rows:
        await conn.execute(insert(notification), rows)


async def take_due(engine: AsyncEngine) -> Sequence[Due]:
    """Return the oldest messages that are to be published."""
    query = (
        select(notification.c.id, notification.c.url, notification.c.body)
        .where(notification.c.subscription_id == QUEUE)
        .order_by(notification.c.id)
        .limit(_AT_ONCE)
    )
    async with reading_briefly(engine) as conn:
        return [_due(row) for row in await conn.execute(query)]


async def forget(engine: AsyncEngine, done: Sequence[Due]) -> None:
    """Remove messages that were published."""
    ids = [item.row_id for item in done]
    async with engine.begin() as conn:
        await conn.execute(delete(notification).where(notification.c.id.in_(ids)))


async def forget_old(engine: AsyncEngine, now: datetime) -> None:
    """Remove messages that waited for too long: polls told it all meanwhile."""
    async with engine.begin() as conn:
        await conn.execute(
            delete(notification).where(
                notification.c.subscription_id == QUEUE,
                notification.c.created_at < to_epoch(now - _KEPT),
            )
        )


def _messages(
    operation: str, item: JsonObject, vens: Sequence[_Sight]
) -> list[tuple[list[str], JsonObject]]:
    """Return what is told of a change, with the topics where it is told.

    All who see the same of its targets share one message.
    """
    found = {_targets(item): (topics_of(item, operation), item)}
    kind = str(item["objectType"])
    for ven_id, granted in vens if kind in _TARGETED else ():
        if not _visible(item, granted):
            continue
        told = hide_targets(item, granted)
        topics, _ = found.setdefault(_targets(told), ([], told))
        topics.append(topic_for_ven(ven_id, kind, operation))
    return list(found.values())


def _row(topics: Sequence[str], message: JsonObject, epoch: int) -> dict[str, Any]:
    """Return the row of a message."""
    return {
        "trafo_id": "",
        "subscription_id": QUEUE,
        "url": "\n".join(topics),
        "body": message,
        "created_at": epoch,
        "tries": 0,
        "due_at": epoch,
    }


def _due(row: Row[Any]) -> Due:
    """Return a row as the message that is published."""
    topics = tuple(row.url.split("\n"))
    return Due(row_id=row.id, topics=topics, payload=to_json(row.body))


def _targets(item: JsonObject) -> tuple[str, ...]:
    """Return the targets that an object shows."""
    return tuple(item.get("targets", ()))


def _visible(item: JsonObject, granted: frozenset[str]) -> bool:
    """Tell whether a VEN with these targets may see an object."""
    targets = item.get("targets")
    return not targets or not granted.isdisjoint(targets)


async def _sights(conn: AsyncConnection, items: Sequence[JsonObject]) -> list[_Sight]:
    """Return the VENs that may see one of some objects, with all their targets."""
    targeted = [item for item in items if item["objectType"] in _TARGETED]
    if not targeted:
        return []
    query = select(ven.c.id, ven.c.target, ven.c.granted_targets).where(
        ven.c.left_at.is_(None)
    )
    if all(item.get("targets") for item in targeted):
        # Most are for one home; what others were granted stands in JSON.
        names = {name for item in targeted for name in item["targets"]}
        more = select(resource.c.ven_id)
        query = query.where(
            or_(
                ven.c.target.in_(sorted(names)),
                ven.c.granted_targets.is_not(None),
                ven.c.id.in_(more),
            )
        )
    rows = (await conn.execute(query)).all()
    found = await conn.execute(select(resource.c.ven_id, resource.c.targets))
    of_resources: dict[str, list[list[str]]] = {}
    for ven_id, targets in found:
        of_resources.setdefault(ven_id, []).append(targets)
    return [(row.id, joined_targets(row, of_resources.get(row.id, ()))) for row in rows]
