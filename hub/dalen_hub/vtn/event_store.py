"""Events in the database, with a row for each target that may see them.

What is sent is put together from the stored text: a list of days with 96 quarter
hours each is not taken apart only to be written again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, Text, cast, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.store.identifiers import new_object_id
from dalen_hub.store.json_text import JsonText, to_json
from dalen_hub.store.plain import KeyedQuery, PlainStatement, insert_rows
from dalen_hub.store.tables import event, event_target, program, ven
from dalen_hub.store.times import to_epoch
from dalen_hub.vtn.bodies import JsonObject
from dalen_hub.vtn.changes import EVERYBODY, note_changes
from dalen_hub.vtn.lifespan import ends_at
from dalen_hub.vtn.notifications import Change, queue_notifications
from dalen_hub.vtn.problems import ProblemError
from dalen_hub.vtn.queries import Page, hide_targets, later, object_text, stored_object

_WHOLE = select(
    event.c.id,
    event.c.created_at,
    event.c.modified_at,
    cast(event.c.body, Text).label("text"),
)
_TEXTS = _WHOLE.order_by(event.c.id)
# A VEN's view also needs the targets, to know whether some are not for its eyes.
_HIDING_TEXTS = _TEXTS.add_columns(event.c.body["targets"].label("targets"))
_PROGRAMS = KeyedQuery(lambda keys: select(program.c.id).where(program.c.id.in_(keys)))
_TRAFOS = KeyedQuery(
    lambda keys: select(ven.c.target, ven.c.trafo_id).where(ven.c.target.in_(keys))
)
_INSERT = PlainStatement(insert(event), [column.name for column in event.columns])
_INSERT_TARGET = PlainStatement(
    insert(event_target), [column.name for column in event_target.columns]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """An event that is to be made; without a trafo, its targets tell which."""

    body: JsonObject
    now: datetime
    trafo_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilter:
    """Which events are asked for; None leaves a condition out."""

    program_id: str | None = None
    asked: frozenset[str] | None = None
    active_at: int | None = None
    """Leave out what was over at this epoch."""


async def insert_events(
    conn: AsyncConnection, events: Sequence[NewEvent]
) -> list[str | ProblemError]:
    """Store new events; return each as it is sent, or why it was refused.

    A 409 problem tells that the program of an event is not there.
    """
    wanted = sorted({item.body["programID"] for item in events})
    programs = {row[0] for row in await _PROGRAMS.rows(conn, wanted)}
    trafos = await _trafos(conn, events)
    results: list[str | ProblemError] = []
    rows: list[dict[str, Any]] = []
    made: list[NewEvent] = []
    for item in events:
        if item.body["programID"] not in programs:
            results.append(_no_program())
            continue
        row, text = _new_row(item, trafos)
        rows.append(row)
        made.append(item)
        results.append(text)
    if rows:
        await insert_rows(conn, _INSERT, rows)
        await _insert_targets(
            conn,
            (
                (row["id"], row["trafo_id"], item.body)
                for row, item in zip(rows, made, strict=True)
            ),
        )
        targets = (item.body.get("targets", ()) for item in made)
        await note_changes(conn, targets, made[0].now)
        created = (
            Change(operation="CREATE", item=JsonText(text).value())
            for text in results
            if isinstance(text, str)
        )
        await queue_notifications(conn, created, made[0].now)
    return results


async def insert_event(
    conn: AsyncConnection, body: JsonObject, now: datetime, *, trafo_id: str
) -> str:
    """Store a new event; return it as it is sent.

    Raises a 409 problem when its program is not there.
    """
    new = NewEvent(body=body, now=now, trafo_id=trafo_id)
    (result,) = await insert_events(conn, [new])
    if isinstance(result, ProblemError):
        raise result
    return result


async def replace_event(
    conn: AsyncConnection, event_id: str, body: JsonObject, now: datetime
) -> tuple[JsonObject, str]:
    """Replace what an event says; return the old one, and the new as it is sent.

    Raises a 404 problem when it is not there, 409 when its program is not.
    """
    row = await _row(conn, event_id)
    if not await _PROGRAMS.rows(conn, [body["programID"]]):
        raise _no_program()
    modified_at, text = later(to_epoch(now), row.modified_at), to_json(body)
    await conn.execute(
        update(event)
        .where(event.c.id == event_id)
        .values(
            program_id=body["programID"],
            name=body.get("eventName"),
            modified_at=modified_at,
            body=JsonText(text),
            ends_at=ends_at(body, now),
        )
    )
    old, new = row.body.get("targets", []), body.get("targets", [])
    if old != new:
        await conn.execute(
            delete(event_target).where(event_target.c.event_id == event_id)
        )
        await _insert_targets(conn, [(event_id, row.trafo_id, body)])
    await note_changes(conn, (old, new), now)
    made = object_text("EVENT", event_id, row.created_at, modified_at, text)
    updated = (Change(operation="UPDATE", item=JsonText(it).value()) for it in [made])
    await queue_notifications(conn, updated, now)
    return _object(row), made


async def delete_event(
    conn: AsyncConnection, event_id: str, now: datetime
) -> JsonObject:
    """Remove an event; return what it was. Raises a 404 problem if absent."""
    found = _object(await _row(conn, event_id))
    await conn.execute(delete(event_target).where(event_target.c.event_id == event_id))
    await conn.execute(delete(event).where(event.c.id == event_id))
    await note_changes(conn, [found.get("targets", ())], now)
    await queue_notifications(conn, [Change(operation="DELETE", item=found)], now)
    return found


async def get_event(
    conn: AsyncConnection, event_id: str, targets: frozenset[str] | None
) -> JsonObject:
    """Return an event that one of the targets may see; None sees all.

    Raises a 404 problem when it is not there, or not for these targets.
    """
    query = _seen_by(select(event).where(event.c.id == event_id), targets)
    row = (await conn.execute(query)).one_or_none()
    if row is None:
        raise _no_event()
    item = _object(row)
    return item if targets is None else hide_targets(item, targets)


async def list_events(
    conn: AsyncConnection, targets: frozenset[str] | None
) -> list[JsonObject]:
    """Return the events that the targets may see (None: all), oldest first."""
    query = _seen_by(select(event).order_by(event.c.id), targets)
    found = [_object(row) for row in await conn.execute(query)]
    if targets is None:
        return found
    return [hide_targets(item, targets) for item in found]


async def event_texts(
    conn: AsyncConnection,
    targets: frozenset[str] | None,
    wanted: EventFilter,
    page: Page,
) -> list[str]:
    """Return a page of the events that the targets may see, as they are sent."""
    query = _seen_by(_TEXTS if targets is None else _HIDING_TEXTS, targets)
    if wanted.program_id is not None:
        query = query.where(event.c.program_id == wanted.program_id)
    if wanted.asked is not None:
        asked = wanted.asked if targets is None else wanted.asked & targets
        query = query.where(event.c.id.in_(_events_for(asked)))
    if wanted.active_at is not None:
        over = event.c.ends_at <= wanted.active_at
        query = query.where(or_(event.c.ends_at.is_(None), ~over))
    query = query.offset(page.skip).limit(page.limit)
    return [_text(row, targets) for row in await conn.execute(query)]


async def _trafos(conn: AsyncConnection, events: Sequence[NewEvent]) -> dict[str, str]:
    """Return the trafos of the homes that events are for, by target."""
    targets = {
        target
        for item in events
        if item.trafo_id is None
        for target in item.body.get("targets", ())
    }
    if not targets:
        return {}
    return {row[0]: row[1] for row in await _TRAFOS.rows(conn, sorted(targets))}


def _new_row(item: NewEvent, trafos: dict[str, str]) -> tuple[dict[str, Any], str]:
    """Return the row of a new event, and the event as it is sent."""
    trafo_id = item.trafo_id
    if trafo_id is None:
        known = {trafos.get(name) for name in item.body.get("targets", ())} - {None}
        trafo_id = (known.pop() or "") if len(known) == 1 else ""
    event_id, epoch, text = new_object_id(), to_epoch(item.now), to_json(item.body)
    row = {
        "id": event_id,
        "trafo_id": trafo_id,
        "program_id": item.body["programID"],
        "name": item.body.get("eventName"),
        "created_at": epoch,
        "modified_at": epoch,
        "body": JsonText(text),
        "ends_at": ends_at(item.body, item.now),
    }
    return row, object_text("EVENT", event_id, epoch, epoch, text)


def _events_for(targets: frozenset[str]) -> Select[tuple[str]]:
    """Return the query of the ids of events with one of some targets."""
    column = event_target.c.target
    return select(event_target.c.event_id).where(column.in_(sorted(targets)))


def _seen_by(query: Select[Any], targets: frozenset[str] | None) -> Select[Any]:
    """Leave only what is for everybody or for one of the targets."""
    if targets is None:
        return query
    return query.where(event.c.id.in_(_events_for(targets | {EVERYBODY})))


async def _insert_targets(
    conn: AsyncConnection, events: Iterable[tuple[str, str, JsonObject]]
) -> None:
    """Note who may see events: their ids, trafos and bodies."""
    rows = [
        {"trafo_id": trafo_id, "event_id": event_id, "target": target}
        for event_id, trafo_id, body in events
        for target in dict.fromkeys(body.get("targets") or [EVERYBODY])
    ]
    await insert_rows(conn, _INSERT_TARGET, rows)


async def _row(conn: AsyncConnection, event_id: str) -> Row[Any]:
    """Return the row of an event. Raises a 404 problem when there is none."""
    found = await conn.execute(select(event).where(event.c.id == event_id))
    row = found.one_or_none()
    if row is None:
        raise _no_event()
    return row


def _object(row: Row[Any]) -> JsonObject:
    """Return a row as the event that is stored."""
    return stored_object("EVENT", row.id, row.created_at, row.modified_at, row.body)


def _text(row: Row[Any], targets: frozenset[str] | None) -> str:
    """Return a row as it is sent, with only the targets that the reader may know."""
    body = row.text
    if targets is not None and not targets.issuperset(row.targets or ()):
        body = to_json(hide_targets(JsonText(body).value(), targets))
    return object_text("EVENT", row.id, row.created_at, row.modified_at, body)


def _no_event() -> ProblemError:
    """Return the answer to an id of no event, or of one that is not for the reader."""
    return ProblemError(404, "There is no event with this id.")


def _no_program() -> ProblemError:
    """Return the answer to an event of no program."""
    return ProblemError(409, "There is no program with this programID.")
