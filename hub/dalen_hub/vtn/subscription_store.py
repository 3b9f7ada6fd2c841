"""Subscriptions in the database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.store.identifiers import new_object_id
from dalen_hub.store.tables import notification, program, subscription
from dalen_hub.store.times import to_epoch
from dalen_hub.vtn.bodies import JsonObject
from dalen_hub.vtn.principal import Principal, Role
from dalen_hub.vtn.problems import ProblemError
from dalen_hub.vtn.queries import later, stored_object

_MOST_OF_A_CLIENT = 20


async def subscription_rows(
    conn: AsyncConnection, client_id: str | None
) -> Sequence[Row[Any]]:
    """Return the subscriptions of a client (None: of all), the oldest first."""
    query = select(subscription).order_by(subscription.c.id)
    if client_id is not None:
        query = query.where(subscription.c.client_id == client_id)
    return (await conn.execute(query)).all()


async def subscription_row(
    conn: AsyncConnection, subscription_id: str, client_id: str | None
) -> Row[Any]:
    """Return a subscription of a client; None means of any client.

    Raises a 404 problem when it is not there, or is of another client.
    """
    query = select(subscription).where(subscription.c.id == subscription_id)
    if client_id is not None:
        query = query.where(subscription.c.client_id == client_id)
    row = (await conn.execute(query)).one_or_none()
    if row is None:
        raise ProblemError(404, "There is no subscription with this id.")
    return row


async def check_possible(
    conn: AsyncConnection, principal: Principal, body: JsonObject
) -> None:
    """Check that a client may make a subscription. Raises a 409 problem if not."""
    known = await subscription_rows(conn, principal.client_id)
    if len(known) >= _MOST_OF_A_CLIENT:
        raise ProblemError(
            409, f"A client may have {_MOST_OF_A_CLIENT} subscriptions; delete one."
        )
    await check_program(conn, principal, body)


async def check_program(
    conn: AsyncConnection, principal: Principal, body: JsonObject
) -> None:
    """Check that the program is there for this client. Raises a 409 problem."""
    if (program_id := body.get("programID")) is None:
        return
    query = select(program.c.body).where(program.c.id == program_id)
    found = await conn.scalar(query)
    targets = (found or {}).get("targets")
    hidden = targets and principal.targets.isdisjoint(targets)
    if found is None or (principal.role is not Role.BL and hidden):
        raise ProblemError(409, "There is no program with this programID.")


async def insert_subscription(
    conn: AsyncConnection, principal: Principal, body: JsonObject, now: datetime
) -> Row[Any]:
    """Store a new subscription."""
    subscription_id, epoch = new_object_id(), to_epoch(now)
    values = {
        "id": subscription_id,
        "trafo_id": principal.trafo_id or "",
        "client_id": principal.client_id,
        "created_at": epoch,
        "modified_at": epoch,
        "body": body,
    }
    await conn.execute(insert(subscription).values(values))
    return await subscription_row(conn, subscription_id, None)


async def replace_subscription(
    conn: AsyncConnection, row: Row[Any], body: JsonObject, now: datetime
) -> Row[Any]:
    """Replace a subscription; one whose webhook was broken begins anew."""
    modified_at = later(to_epoch(now), row.modified_at)
    await conn.execute(
        update(subscription)
        .where(subscription.c.id == row.id)
        .values(body=body, modified_at=modified_at, broken_at=None)
    )
    await _forget_notifications(conn, row.id)
    return await subscription_row(conn, row.id, None)


async def delete_subscription(conn: AsyncConnection, subscription_id: str) -> None:
    """Remove a subscription, and what it was still to be told."""
    await _forget_notifications(conn, subscription_id)
    await conn.execute(delete(subscription).where(subscription.c.id == subscription_id))


def kinds_of(body: JsonObject) -> set[str]:
    """Return the object types that a subscription is about."""
    return {kind for wanted in body["objectOperations"] for kind in wanted["objects"]}


def shown_subscription(row: Row[Any], reader: str | None) -> JsonObject:
    """Return a row as the subscription that is sent.

    The token for the webhook is for its own client's eyes only.
    """
    body = {"clientID": row.client_id, **row.body}
    if reader != row.client_id:
        body["objectOperations"] = [
            {name: value for name, value in wanted.items() if name != "bearerToken"}
            for wanted in body["objectOperations"]
        ]
    return stored_object("SUBSCRIPTION", row.id, row.created_at, row.modified_at, body)


async def _forget_notifications(conn: AsyncConnection, subscription_id: str) -> None:
    """Remove what a subscription was still to be told."""
    of_it = notification.c.subscription_id == subscription_id
    await conn.execute(delete(notification).where(of_it))
