"""Programs in the database."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.store.identifiers import new_object_id
from dalen_hub.store.tables import event, program
from dalen_hub.store.times import to_epoch
from dalen_hub.vtn.bodies import JsonObject
from dalen_hub.vtn.changes import note_changes
from dalen_hub.vtn.notifications import Change, queue_notifications
from dalen_hub.vtn.problems import ProblemError
from dalen_hub.vtn.queries import later, stored_object

CAPS_PROGRAM = "dalen-caps"
_CAPS_BODY: JsonObject = {
    "programName": CAPS_PROGRAM,
    "payloadDescriptors": [
        {
            "objectType": "EVENT_PAYLOAD_DESCRIPTOR",
            "payloadType": "IMPORT_CAPACITY_LIMIT",
            "units": "KW",
        }
    ],
    "attributes": [
        {"type": "BINDING_EVENTS", "values": [False]},
        {
            "type": "DESCRIPTION",
            "values": [
                "An upper limit for the mean electric power of one heat pump, for "
                "each quarter hour. It is not a set point and never an order to "
                "draw more. The home decides; it may leave the limit."
            ],
        },
    ],
}


async def ensure_caps_program(conn: AsyncConnection, now: datetime) -> str:
    """Return the id of the program of the caps; make it at first use."""
    program_id = await conn.scalar(
        select(program.c.id).where(program.c.name == CAPS_PROGRAM)
    )
    if program_id is None:
        return str((await insert_program(conn, _CAPS_BODY, now))["id"])
    return str(program_id)


async def insert_program(
    conn: AsyncConnection, body: JsonObject, now: datetime
) -> JsonObject:
    """Store a new program. Raises a 409 problem when its name is taken."""
    program_id, epoch = new_object_id(), to_epoch(now)
    values = {
        "id": program_id,
        "name": body["programName"],
        "created_at": epoch,
        "modified_at": epoch,
        "body": body,
    }
    try:
        await conn.execute(insert(program).values(values))
    except IntegrityError as error:
        raise _name_taken(body) from error
    await note_changes(conn, [body.get("targets", ())], now)
    made = stored_object("PROGRAM", program_id, epoch, epoch, body)
    await queue_notifications(conn, [Change(operation="CREATE", item=made)], now)
    return made


async def replace_program(
    conn: AsyncConnection, program_id: str, body: JsonObject, now: datetime
) -> JsonObject:
    """Replace what a program says.

    Raises a 404 problem when it is not there, 409 when the new name is taken.
    """
    row = await _row(conn, program_id)
    modified_at = later(to_epoch(now), row.modified_at)
    try:
        await conn.execute(
            update(program)
            .where(program.c.id == program_id)
            .values(name=body["programName"], modified_at=modified_at, body=body)
        )
    except IntegrityError as error:
        raise _name_taken(body) from error
    changed = (row.body.get("targets", ()), body.get("targets", ()))
    await note_changes(conn, changed, now)
    made = stored_object("PROGRAM", program_id, row.created_at, modified_at, body)
    await queue_notifications(conn, [Change(operation="UPDATE", item=made)], now)
    return made


async def delete_program(
    conn: AsyncConnection, program_id: str, now: datetime
) -> JsonObject:
    """Remove a program that has no events; return what it was.

    Raises a 404 problem when it is not there, 409 while it has events.
    """
    found = await get_program(conn, program_id)
    used = select(event.c.id).where(event.c.program_id == program_id).limit(1)
    if await conn.scalar(used) is not None:
        raise ProblemError(409, "The program has events; delete these first.")
    await conn.execute(delete(program).where(program.c.id == program_id))
    await note_changes(conn, [found.get("targets", ())], now)
    await queue_notifications(conn, [Change(operation="DELETE", item=found)], now)
    return found


async def get_program(conn: AsyncConnection, program_id: str) -> JsonObject:
    """Return a program. Raises a 404 problem when it is not there."""
    return _object(await _row(conn, program_id))


async def all_programs(conn: AsyncConnection) -> list[JsonObject]:
    """Return all programs, the oldest first."""
    rows = await conn.execute(select(program).order_by(program.c.id))
    return [_object(row) for row in rows]


async def _row(conn: AsyncConnection, program_id: str) -> Row[Any]:
    """Return the row of a program. Raises a 404 problem when there is none."""
    found = await conn.execute(select(program).where(program.c.id == program_id))
    row = found.one_or_none()
    if row is None:
        raise ProblemError(404, "There is no program with this id.")
    return row


def _object(row: Row[Any]) -> JsonObject:
    """Return a row as the program that is sent."""
    return stored_object("PROGRAM", row.id, row.created_at, row.modified_at, row.body)


def _name_taken(body: JsonObject) -> ProblemError:
    """Return the answer to a name that another program has."""
    name = body["programName"]
    return ProblemError(409, f"There is a program named {name}; choose another name.")
