"""Events in the database, with a row for each target that may see them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.store.identifiers import new_object_id
from dalen_hub.store.tables import event, event_target, program, ven
from dalen_hub.store.times import to_epoch
from dalen_hub.vtn.bodies import JsonObject
from dalen_hub.vtn.problems import ProblemError
from dalen_hub.vtn.queries import Page, hide_targets, later, stored_object

_EVERYBODY = ""


async def insert_event(
    conn: AsyncConnection, body: JsonObject, now: datetime, *, trafo_id: str
) -> JsonObject:
    """Store a new event. Raises a 409 problem when its program is not there."""
    await _require_program(conn, body)
    event_id, epoch = new_object_id(), to_epoch(now)
    await conn.execute(
        insert(event).values(
            id=event_id,
            trafo_id=trafo_id,
            program_id=body["programID"],
            name=body.get("eventName"),
            created_at=epoch,
            modified_at=epoch,
            body=body,
        )
    )
    await _insert_targets(conn, event_id, trafo_id, body)
    return stored_object("EVENT", event_id, epoch, epoch, body)


async def replace_event(
    conn: AsyncConnection, event_id: str, body: JsonObject, now: datetime
) -> JsonObject:
    """Replace what an event says; its id stays.

    Raises a 404 problem when it is not there, 409 when its program is not.
    """
    row = await _row(conn, event_id)
    await _require_program(conn, body)
    modified_at = later(to_epoch(now), row.modified_at)
    await conn.execute(
        update(event)
        .where(event.c.id == event_id)
        .values(
            program_id=body["programID"],
            name=body.get("eventName"),
            modified_at=modified_at,
            body=body,
        )
    )
    if body.get("targets", []) != row.body.get("targets", []):
        await conn.execute(
            delete(event_target).where(event_target.c.event_id == event_id)
        )
        await _insert_targets(conn, event_id, row.trafo_id, body)
    return stored_object("EVENT", event_id, row.created_at, modified_at, body)


async def delete_event(conn: AsyncConnection, event_id: str) -> JsonObject:
    """Remove an event; return what it was. Raises a 404 problem if absent."""
    found = _object(await _row(conn, event_id))
    await conn.execute(delete(event_target).where(event_target.c.event_id == event_id))
    await conn.execute(delete(event).where(event.c.id == event_id))
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
        raise ProblemError(404, "There is no event with this id.")
    return _shown(row, targets)


async def list_events(
    conn: AsyncConnection,
    targets: frozenset[str] | None,
    *,
    program_id: str | None = None,
    asked: frozenset[str] | None = None,
    page: Page | None = None,
) -> list[JsonObject]:
    """Return the events that the targets may see (None: all), oldest first.

    ``asked`` leaves only events with one of these targets.
    """
    query = _seen_by(select(event).order_by(event.c.id), targets)
    if program_id is not None:
        query = query.where(event.c.program_id == program_id)
    if asked is not None:
        wanted = asked if targets is None else asked & targets
        query = query.where(event.c.id.in_(_events_for(wanted)))
    if page is not None:
        query = query.offset(page.skip).limit(page.limit)
    return [_shown(row, targets) for row in await conn.execute(query)]


async def trafo_of_targets(conn: AsyncConnection, body: JsonObject) -> str:
    """Return the trafo that all homes of an event share; "" when there is none."""
    targets = body.get("targets", [])
    query = select(ven.c.trafo_id).where(ven.c.target.in_(targets)).distinct()
    trafos = (await conn.scalars(query)).all()
    return trafos[0] if len(trafos) == 1 else ""


def _events_for(targets: frozenset[str]) -> Select[tuple[str]]:
    """Return the query of the ids of events with one of some targets."""
    column = event_target.c.target
    return select(event_target.c.event_id).where(column.in_(sorted(targets)))


def _seen_by(query: Select[Any], targets: frozenset[str] | None) -> Select[Any]:
    """Leave only what is for everybody or for one of the targets."""
    if targets is None:
        return query
    return query.where(event.c.id.in_(_events_for(targets | {_EVERYBODY})))


async def _insert_targets(
    conn: AsyncConnection, event_id: str, trafo_id: str, body: JsonObject
) -> None:
    """Note who may see an event."""
    await conn.execute(
        insert(event_target),
        [
            {"trafo_id": trafo_id, "event_id": event_id, "target": target}
            for target in dict.fromkeys(body.get("targets") or [_EVERYBODY])
        ],
    )


async def _require_program(conn: AsyncConnection, body: JsonObject) -> None:
    """Check that the program of an event is there."""
    query = select(program.c.id).where(program.c.id == body["programID"])
    if await conn.scalar(query) is None:
        raise ProblemError(409, "There is no program with this programID.")


async def _row(conn: AsyncConnection, event_id: str) -> Row[Any]:
    """Return the row of an event. Raises a 404 problem when there is none."""
    found = await conn.execute(select(event).where(event.c.id == event_id))
    row = found.one_or_none()
    if row is None:
        raise ProblemError(404, "There is no event with this id.")
    return row


def _object(row: Row[Any]) -> JsonObject:
    """Return a row as the event that is stored."""
    return stored_object("EVENT", row.id, row.created_at, row.modified_at, row.body)


def _shown(row: Row[Any], targets: frozenset[str] | None) -> JsonObject:
    """Return a row as an event with only the targets that the reader may know."""
    item = _object(row)
    return item if targets is None else hide_targets(item, targets)
