"""Insert or update in one statement, on SQLite and on PostgreSQL."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Table, TextClause, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

type AnyInsert = sqlite.Insert | postgresql.Insert

_DIALECTS = {"sqlite": sqlite.dialect, "postgresql": postgresql.dialect}


async def upsert(
    conn: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Write rows of plain values; a row whose primary key exists is replaced."""
    if rows:
        statement = _replacing(table, tuple(rows[0]), conn.dialect.name)
        await conn.execute(statement, [dict(row) for row in rows])


def upsert_of(table: Table, dialect: str) -> AnyInsert:
    """Return the beginning of an upsert, to be completed by the caller."""
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(table)


def compiled_once(
    statement: AnyInsert, names: Sequence[str], dialect: str
) -> TextClause:
    """Return an upsert of these columns as text.

    SQLAlchemy compiles upserts anew at every use, which takes longer than to run
    them; text it does not compile.
    """
    style = _DIALECTS[dialect](paramstyle="named")
    return text(str(statement.compile(dialect=style, column_keys=list(names))))


@lru_cache(maxsize=256)
def _replacing(table: Table, names: tuple[str, ...], dialect: str) -> TextClause:
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
