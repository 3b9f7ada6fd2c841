"""Statements that run all the time: SQLAlchemy writes them, SQLite runs them.

For a few rows by their keys SQLAlchemy takes ten times as long as SQLite itself.
What is here goes around it where the database is SQLite: it takes and gives values
as SQLite has them, so no JSON and no types of its own.
"""

from collections.abc import Callable, Mapping, Sequence
import sqlite3
from typing import Any

from sqlalchemy import (
    BindParameter,
    ClauseElement,
    Executable,
    TextClause,
    bindparam,
    text,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dalen_hub.store.database import quick_reader, reading_briefly
from dalen_hub.store.json_text import JsonText
from dalen_hub.store.loop_sqlite import LoopConnection

type Rows = Sequence[Sequence[Any]]


def compiled_once(
    statement: Executable, names: Sequence[str] | None, dialect: Dialect
) -> TextClause:
    """Return a statement as text, with parameters by name; for writes of columns.

    SQLAlchemy compiles some statements anew at every use, which takes longer than
    to run them; text it does not compile.
    """
    assert isinstance(statement, ClauseElement), "all statements are"
    keys = None if names is None else list(names)
    style = _style(dialect)
    return text(str(statement.compile(dialect=style, column_keys=keys)))


class PlainStatement:
    """A statement that is compiled at its first use on each kind of database."""

    def __init__(
        self, statement: Executable, names: Sequence[str] | None = None
    ) -> None:
        """Keep a statement; ``names`` are the columns that a write gives."""
        self.whole = statement
        self._names = names
        self._texts: dict[str, TextClause] = {}

    def text(self, dialect: Dialect) -> TextClause:
        """Return the text for a kind of database."""
        known = self._texts.get(dialect.name)
        if known is None:
            known = compiled_once(self.whole, self._names, dialect)
            self._texts[dialect.name] = known
        return known


class KeyedQuery:
    """A query of the rows with some keys, compiled for a few numbers of keys."""

    def __init__(
        self, build: Callable[[Sequence[BindParameter[str]]], Executable]
    ) -> None:
        """Keep how the query is made from the parameters for the keys."""
        self._build = build
        self._statements: dict[int, PlainStatement] = {}

    async def rows(self, conn: AsyncConnection, keys: Sequence[str]) -> Rows:
        """Return the rows in the transaction of the caller."""
        return await rows_of(conn, *self._filled(keys))

    async def newest(self, engine: AsyncEngine, keys: Sequence[str]) -> Rows:
        """Return the rows as they are stored now."""
        return await newest_rows(engine, *self._filled(keys))

    def _filled(self, keys: Sequence[str]) -> tuple[PlainStatement, dict[str, str]]:
        """Return the statement for enough keys, and its parameters."""
        count = 1 << max(0, len(keys) - 1).bit_length()
        statement = self._statements.get(count)
        if statement is None:
            named: list[BindParameter[str]] = [
                bindparam(f"key_{n}") for n in range(count)
            ]
            statement = PlainStatement(self._build(named))
            self._statements[count] = statement
        # The last key fills the places that are left.
        return statement, {
            f"key_{n}": keys[min(n, len(keys) - 1)] for n in range(count)
        }


async def rows_of(
    conn: AsyncConnection, statement: PlainStatement, values: Mapping[str, Any]
) -> Rows:
    """Return the rows of a query in the transaction of the caller."""
    loop = _loop_connection(conn)
    if loop is None:
        return (await conn.execute(statement.whole, values)).all()
    return await loop.rows(statement.text(conn.dialect).text, values)


async def newest_rows(
    engine: AsyncEngine, statement: PlainStatement, values: Mapping[str, Any]
) -> Rows:
    """Return the rows of a query as they are stored now, in no transaction."""
    loop = quick_reader(engine)
    if loop is None:
        async with reading_briefly(engine) as conn:
            return await rows_of(conn, statement, values)
    return await loop.rows(statement.text(engine.dialect).text, values)


async def insert_rows(
    conn: AsyncConnection, statement: PlainStatement, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Write new rows, in the transaction of the caller; JSON is a ``JsonText``."""
    if _loop_connection(conn) is None:
        await conn.execute(statement.whole, rows)
        return
    plain = [
        {
            name: value.text if type(value) is JsonText else value
            for name, value in row.items()
        }
        for row in rows
    ]
    await write_rows(conn, statement.text(conn.dialect), plain)


async def write_rows(
    conn: AsyncConnection, clause: TextClause, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Run a write for each of some rows of plain values, as ``insert_rows`` does.

    Raises what SQLAlchemy raises when the database refuses.
    """
    loop = _loop_connection(conn)
    if loop is None:
        await conn.execute(clause, rows)
        return
    try:
        await loop.write(clause.text, rows)
    except sqlite3.IntegrityError as error:
        raise IntegrityError(clause.text, None, error) from error
    except sqlite3.Error as error:
        raise DBAPIError(clause.text, None, error) from error


def _style(dialect: Dialect) -> Dialect:
    """Return how a kind of database writes statements, with parameters by name."""
    if dialect.name != "postgresql":
        return sqlite.dialect(paramstyle="named")
    # It takes 3 MB, and few hubs are on PostgreSQL. The driver's own dialect puts
    # a cast after each parameter, which text would take for a part of its name.
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415

    kind: Callable[..., Dialect] = postgresql.dialect
    return kind(paramstyle="named")


def _loop_connection(conn: AsyncConnection) -> LoopConnection | None:
    """Return the SQLite connection below a connection, None on PostgreSQL."""
    assert conn.sync_connection is not None, "the connection is not open"
    below = conn.sync_connection.connection.driver_connection
    return below if isinstance(below, LoopConnection) else None
