"""VENs and resources that have to do with each other in the database."""

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.store.tables import notification, resource, subscription


async def remove_ven_objects(
    conn: AsyncConnection, ven_id: str, client_id: str
) -> None:
    """Remove what belongs to a VEN that goes: resources and subscriptions."""
    await conn.execute(delete(resource).where(resource.c.ven_id == ven_id))
    await remove_subscriptions(conn, client_id)


async def remove_subscriptions(conn: AsyncConnection, client_id: str) -> None:
    """Remove the subscriptions of a client, and what they were still to be told."""
    own = select(subscription.c.id).where(subscription.c.client_id == client_id)
    await conn.execute(
        delete(notification).where(notification.c.subscription_id.in_(own))
    )
    await conn.execute(
        delete(subscription).where(subscription.c.client_id == client_id)
    )
