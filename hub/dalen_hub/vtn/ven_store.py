"""VENs in the database: the homes, as OpenADR shows them, and VENs of others.

A home joins by pairing; its target, trafo and consent come from there. A VEN that
is no Dalen home has a client only, and makes its VEN here. It has no trafo, gets
no caps of its own and, without consent, cannot report; the operator may grant it
targets.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.homes.facts import FactsError, parse_facts
from dalen_hub.store.identifiers import new_random_id
from dalen_hub.store.tables import client, ven
from dalen_hub.store.times import to_epoch
from dalen_hub.vtn.bodies import JsonObject
from dalen_hub.vtn.principal import Role
from dalen_hub.vtn.problems import ProblemError
from dalen_hub.vtn.queries import Page, later, stored_object
from dalen_hub.vtn.ven_objects import remove_ven_objects

_FACTS = ("heat_pump_kind", "nameplate_w", "minimum_w", "floor_w")
_NO_TRAFO = ""


async def list_vens(
    conn: AsyncConnection,
    ven_id: str | None,
    page: Page,
    *,
    name: str | None = None,
    asked: frozenset[str] | None = None,
) -> list[JsonObject]:
    """Return the VENs that take part: one, or with None all of them."""
    query = select(ven).where(ven.c.left_at.is_(None)).order_by(ven.c.id)
    if ven_id is not None:
        query = query.where(ven.c.id == ven_id)
    if name is not None:
        query = query.where(ven.c.ven_name == name)
    found = [shown_ven(row) for row in await conn.execute(query)]
    if asked is not None:
        found = [item for item in found if not asked.isdisjoint(item["targets"])]
    return found[page.skip : page.skip + page.limit]


async def ven_row(conn: AsyncConnection, ven_id: str) -> Row[Any]:
    """Return a VEN that takes part. Raises a 404 problem when there is none."""
    query = select(ven).where(ven.c.id == ven_id, ven.c.left_at.is_(None))
    row = (await conn.execute(query)).one_or_none()
    if row is None:
        raise no_ven()
    return row


def is_home(row: Row[Any]) -> bool:
    """Tell whether a VEN is a home that joined by pairing."""
    return bool(row.trafo_id != _NO_TRAFO)


async def insert_ven(
    conn: AsyncConnection, client_id: str, body: JsonObject, now: datetime
) -> Row[Any]:
    """Make the VEN of a client.

    Raises a 409 problem when the client is not one of a VEN, has one already, or
    the name is in use.
    """
    query = select(client.c.role).where(
        client.c.id == client_id, client.c.revoked_at.is_(None)
    )
    if await conn.scalar(query) != Role.VEN:
        raise ProblemError(409, "There is no client of a VEN with this clientID.")
    ven_id, epoch = new_random_id(), to_epoch(now)
    values = {
        "id": ven_id,
        "trafo_id": _NO_TRAFO,
        "ven_name": body["venName"],
        "client_id": client_id,
        "target": f"ven-{new_random_id()}",
        "heat_pump_kind": "monitor",
        "nameplate_w": 0.0,
        "minimum_w": 0.0,
        "floor_w": 0.0,
        "created_at": epoch,
        "modified_at": epoch,
        "granted_targets": body.get("targets", []),
        "attributes": body.get("attributes", []),
    }
    try:
        await conn.execute(insert(ven).values(values))
    except IntegrityError as error:
        raise _taken() from error
    return await ven_row(conn, ven_id)


async def replace_ven(
    conn: AsyncConnection, row: Row[Any], body: JsonObject, now: datetime
) -> Row[Any]:
    """Store a VEN's name, its attributes and, if given, the targets it is granted.

    Raises a 400 problem for a fact that cannot be, 409 for a name in use or
    another client. The own target of a home is the hub's to give; it stays.
    """
    if body.get("clientID", row.client_id) != row.client_id:
        raise ProblemError(409, "A VEN stays with its client.")
    values: JsonObject = {
        "ven_name": body["venName"],
        "modified_at": later(to_epoch(now), row.modified_at),
    }
    attributes = body.get("attributes", [])
    if is_home(row):
        values |= _changed_facts(row, attributes)
    else:
        values["attributes"] = attributes
    if "targets" in body:
        values["granted_targets"] = [
            name for name in body["targets"] if name != row.target
        ]
    try:
        await conn.execute(update(ven).where(ven.c.id == row.id).values(values))
    except IntegrityError as error:
        raise _taken() from error
    return await ven_row(conn, row.id)


async def delete_ven(conn: AsyncConnection, row: Row[Any]) -> None:
    """Remove a VEN that is no home, with its resources and subscriptions."""
    await remove_ven_objects(conn, row.id, row.client_id)
    await conn.execute(delete(ven).where(ven.c.id == row.id))


def shown_ven(row: Row[Any]) -> JsonObject:
    """Return a row as the VEN that is sent."""
    granted = row.granted_targets or []
    if is_home(row):
        facts = [
            {"type": name.upper(), "values": [getattr(row, name)]} for name in _FACTS
        ]
        targets, attributes = [row.target, *granted], facts
    else:
        targets, attributes = granted, row.attributes or []
    body = {
        "venName": row.ven_name,
        "clientID": row.client_id,
        "targets": targets,
        "attributes": attributes,
    }
    return stored_object("VEN", row.id, row.created_at, row.modified_at, body)


def no_ven() -> ProblemError:
    """Return the answer to an id of no VEN, or of another client's."""
    return ProblemError(404, "There is no VEN with this id.")


def _changed_facts(row: Row[Any], attributes: list[JsonObject]) -> JsonObject:
    """Return the facts of a VEN after the attributes that were sent."""
    facts = {name: getattr(row, name) for name in (*_FACTS, "nickname")}
    for item in attributes:
        name = item["type"].lower()
        if name in _FACTS and len(item["values"]) == 1:
            facts[name] = item["values"][0]
    try:
        parsed = parse_facts(facts)
    except FactsError as error:
        raise ProblemError(400, f"attributes: {error}") from error
    return {name: getattr(parsed, name) for name in _FACTS}


def _taken() -> ProblemError:
    """Return the answer to a name or a client that has a VEN."""
    return ProblemError(
        409, "This name or this client has a VEN already; choose another."
    )
