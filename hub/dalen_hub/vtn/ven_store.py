"""VENs in the database: the homes, as OpenADR shows them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.homes.facts import FactsError, parse_facts
from dalen_hub.store.tables import ven
from dalen_hub.store.times import to_epoch
from dalen_hub.vtn.bodies import JsonObject
from dalen_hub.vtn.problems import ProblemError
from dalen_hub.vtn.queries import Page, later, stored_object

_FACTS = ("heat_pump_kind", "nameplate_w", "minimum_w", "floor_w")


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
    if asked is not None:
        query = query.where(ven.c.target.in_(sorted(asked)))
    query = query.offset(page.skip).limit(page.limit)
    return [shown_ven(row) for row in await conn.execute(query)]


async def ven_row(conn: AsyncConnection, ven_id: str) -> Row[Any]:
    """Return a VEN that takes part. Raises a 404 problem when there is none."""
    query = select(ven).where(ven.c.id == ven_id, ven.c.left_at.is_(None))
    row = (await conn.execute(query)).one_or_none()
    if row is None:
        raise ProblemError(404, "There is no VEN with this id.")
    return row


async def replace_ven(
    conn: AsyncConnection, row: Row[Any], body: JsonObject, now: datetime
) -> None:
    """Store a VEN's name and the facts among its attributes.

    Raises a 400 problem for a fact that cannot be, 409 for a name in use. The
    targets of a VEN are the hub's to give; they stay.
    """
    facts = _changed_facts(row, body.get("attributes", []))
    try:
        await conn.execute(
            update(ven)
            .where(ven.c.id == row.id)
            .values(
                ven_name=body["venName"],
                modified_at=later(to_epoch(now), row.modified_at),
                **facts,
            )
        )
    except IntegrityError as error:
        raise ProblemError(
            409, "There is a VEN with this name; choose another."
        ) from error


def shown_ven(row: Row[Any]) -> JsonObject:
    """Return a row as the VEN that is sent."""
    body = {
        "venName": row.ven_name,
        "clientID": row.client_id,
        "targets": [row.target],
        "attributes": [
            {"type": name.upper(), "values": [getattr(row, name)]} for name in _FACTS
        ],
    }
    return stored_object("VEN", row.id, row.created_at, row.modified_at, body)


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
