"""Insert or update in one statement, on SQLite and on PostgreSQL."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


async def upsert(
    conn: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Write rows; a row whose primary key exists replaces the old one."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    insert = (
        postgresql.insert(table)
        if conn.dialect.name == "postgresql"
        else sqlite.insert(table)
    )
    changed = {
        column.name: insert.excluded[column.name]
        for column in table.columns
        if column.name in rows[0] and column.name not in keys
    }
    statement = insert.on_conflict_do_update(index_elements=keys, set_=changed)
    await conn.execute(statement, [dict(row) for row in rows])
