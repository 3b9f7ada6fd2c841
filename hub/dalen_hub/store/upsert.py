"""Insert or update in one statement, on SQLite and on PostgreSQL."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, TextClause
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.store.plain import compiled_once, write_rows

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

type AnyInsert = sqlite.Insert | postgresql.Insert


async def upsert(
    conn: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Write rows of plain values; a row whose primary key exists is replaced."""
    if rows:
        await write_rows(conn, _replacing(table, tuple(rows[0]), conn.dialect), rows)


def upsert_of(table: Table, dialect: Dialect) -> AnyInsert:
    """Return the beginning of an upsert, to be completed by the caller."""
    if dialect.name != "postgresql":
        return sqlite.insert(table)
    # It takes 3 MB, and few hubs are on PostgreSQL.
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415

    return postgresql.insert(table)


@lru_cache(maxsize=256)
def _replacing(table: Table, names: tuple[str, ...], dialect: Dialect) -> TextClause:
    """Return the statement that writes these columns."""
    keys = [column.name for column in table.primary_key]
    insert = upsert_of(table, dialect)
    changed = {
        column.name: insert.excluded[column.name]
        for column in table.columns
        if column.name in names and column.name not in keys
    }
    whole = insert.on_conflict_do_update(index_elements=keys, set_=changed)
    return compiled_once(whole, names, dialect)
