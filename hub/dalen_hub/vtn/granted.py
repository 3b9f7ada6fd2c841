"""The targets of a VEN: its own, and those that the operator granted it."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.store.tables import resource, ven


async def targets_of_ven(conn: AsyncConnection, ven_id: str) -> frozenset[str]:
    """Return all targets of a VEN and of its resources."""
    query = select(ven.c.target, ven.c.granted_targets).where(ven.c.id == ven_id)
    row = (await conn.execute(query)).one()
    of_resources = await conn.scalars(
        select(resource.c.targets).where(resource.c.ven_id == ven_id)
    )
    return joined_targets(row, of_resources)


def joined_targets(
    row: Row[Any], of_resources: Iterable[Iterable[str]]
) -> frozenset[str]:
    """Return all targets of a VEN (its row) and of its resources."""
    lists = [[row.target], row.granted_targets or (), *of_resources]
    return frozenset(target for targets in lists for target in targets)
