"""Resources in the database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.store.identifiers import new_object_id
from dalen_hub.store.tables import resource, ven
from dalen_hub.store.times import to_epoch
from dalen_hub.vtn.bodies import JsonObject
from dalen_hub.vtn.problems import ProblemError
from dalen_hub.vtn.queries import later, stored_object

_MOST_OF_A_VEN = 100
_WHOLE = (
    select(resource, ven.c.client_id)
    .select_from(resource.join(ven, ven.c.id == resource.c.ven_id))
    .where(ven.c.left_at.is_(None))
    .order_by(resource.c.id)
)


async def resource_rows(
    conn: AsyncConnection, sight: str | None, ven_id: str | None, name: str | None
) -> Sequence[Row[Any]]:
    """Return the resources of a VEN (``sight`` None: of all), the oldest first."""
    query = _WHOLE
    for wanted in (sight, ven_id):
        if wanted is not None:
            query = query.where(resource.c.ven_id == wanted)
    if name is not None:
        query = query.where(resource.c.name == name)
    return (await conn.execute(query)).all()


async def resource_row(
    conn: AsyncConnection, resource_id: str, sight: str | None
) -> Row[Any]:
    """Return a resource. Raises a 404 problem when it is not there for the reader."""
    query = _WHOLE.where(resource.c.id == resource_id)
    if sight is not None:
        query = query.where(resource.c.ven_id == sight)
    row = (await conn.execute(query)).one_or_none()
    if row is None:
        raise ProblemError(404, "There is no resource with this id.")
    return row


async def insert_resource(
    conn: AsyncConnection, sight: str | None, body: JsonObject, now: datetime
) -> Row[Any]:
    """Make a resource.

    Raises a 409 problem when its VEN is not there (for a VEN: is not its own), has
    too many already, or uses the name.
    """
    own = await _ven(conn, sight, body)
    known = await resource_rows(conn, own.id, None, None)
    if len(known) >= _MOST_OF_A_VEN:
        raise ProblemError(
            409, f"A VEN may have {_MOST_OF_A_VEN} resources; delete one first."
        )
    resource_id, epoch = new_object_id(), to_epoch(now)
    values = {
        "id": resource_id,
        "trafo_id": own.trafo_id,
        "ven_id": own.id,
        "name": body["resourceName"],
        "created_at": epoch,
        "modified_at": epoch,
        "targets": body.get("targets", []),
        "attributes": body.get("attributes", []),
    }
    try:
        await conn.execute(insert(resource).values(values))
    except IntegrityError as error:
        raise _name_taken() from error
    return await resource_row(conn, resource_id, None)


async def replace_resource(
    conn: AsyncConnection, row: Row[Any], body: JsonObject, now: datetime
) -> Row[Any]:
    """Replace what is told of a resource; targets stay unless they are given.

    Raises a 409 problem for a name in use, or for another VEN or client.
    """
    if (body["venID"], body.get("clientID", row.client_id)) != (
        row.ven_id,
        row.client_id,
    ):
        raise ProblemError(409, "A resource stays with its VEN.")
    values = {
        "name": body["resourceName"],
        "modified_at": later(to_epoch(now), row.modified_at),
        "targets": body.get("targets", row.targets),
        "attributes": body.get("attributes", []),
    }
    try:
        await conn.execute(
            update(resource).where(resource.c.id == row.id).values(values)
        )
    except IntegrityError as error:
        raise _name_taken() from error
    return await resource_row(conn, row.id, None)


async def delete_resource(conn: AsyncConnection, resource_id: str) -> None:
    """Remove a resource."""
    await conn.execute(delete(resource).where(resource.c.id == resource_id))


def shown_resource(row: Row[Any]) -> JsonObject:
    """Return a row as the resource that is sent."""
    body = {
        "clientID": row.client_id,
        "venID": row.ven_id,
        "resourceName": row.name,
        "targets": row.targets,
        "attributes": row.attributes,
    }
    return stored_object("RESOURCE", row.id, row.created_at, row.modified_at, body)


async def _ven(conn: AsyncConnection, sight: str | None, body: JsonObject) -> Row[Any]:
    """Return the VEN of a new resource, if the writer may know it."""
    query = select(ven.c.id, ven.c.trafo_id, ven.c.client_id).where(
        ven.c.id == body["venID"], ven.c.left_at.is_(None)
    )
    row = (await conn.execute(query)).one_or_none()
    foreign = sight is not None and body["venID"] != sight
    if row is None or foreign or body.get("clientID", row.client_id) != row.client_id:
        raise ProblemError(409, "There is no VEN with this venID and clientID.")
    return row


def _name_taken() -> ProblemError:
    """Return the answer to a name that another resource of the VEN has."""
    return ProblemError(409, "The VEN has a resource with this name; choose another.")
