"""SQLite in the event loop: short statements at once, slow ones in a thread.

A statement of the wire takes some 10 us, handing it to a thread and back ten times
that. What may wait (for the disk, for another process, for many rows) goes to a
thread all the same, so that the loop never stands still for long: a commit writes
to the disk's cache only, until it must reach the disk or the log has grown.

SQLAlchemy's aiosqlite dialect takes such connections through its parameter
``async_creator_fn``; the methods here are those of aiosqlite that it calls.
"""

import asyncio
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
import sqlite3
from typing import Any

_QUICK = ("SELECT", "INSERT", "UPDATE", "BEGIN", "SAVEPOINT", "RELEASE", "PRAGMA")
_MANY_ROWS = 1_000
_CHECKPOINT_ROWS = 2_000
_SYNCHRONOUS_FULL = 2


class LoopConnection:
    """One SQLite connection, used by one transaction at a time.

    ``patient`` connections yield to the loop after each statement, so that a long
    transaction does not keep others waiting.
    """

    def __init__(self, path: str, *, busy_timeout_ms: int, patient: bool) -> None:
        """Open the database; waiting for other processes happens in the thread."""
        self._path = path
        self._busy_timeout_ms = busy_timeout_ms
        self._patient = patient
        self._conn: sqlite3.Connection | None = None
        self._thread: ThreadPoolExecutor | None = None
        self._checked_rows = 0

    def __await__(self) -> Generator[Any, Any, LoopConnection]:
        """Open the connection, as ``await aiosqlite.connect()`` does."""
        return self._connect().__await__()

    async def _connect(self) -> LoopConnection:
        """Open the connection."""
        self._conn = sqlite3.connect(
            self._path, timeout=0, isolation_level=None, check_same_thread=False
        )
        return self

    @property
    def isolation_level(self) -> str | None:
        """Return None: transactions begin when the store says so."""
        return self._open.isolation_level

    @property
    def in_transaction(self) -> bool:
        """Tell whether a transaction is open."""
        return self._open.in_transaction

    async def cursor(self) -> LoopCursor:
        """Return a new cursor."""
        return LoopCursor(self, self._open.cursor())

    async def create_function(self, *args: Any, **kwargs: Any) -> None:
        """Add a function to SQL."""
        self._open.create_function(*args, **kwargs)

    async def commit(self) -> None:
        """Commit; where that waits for the disk, in the thread."""
        conn = self._open
        if not conn.in_transaction:
            return
        # The log goes back into the database when it holds enough rows.
        grown = conn.total_changes - self._checked_rows > _CHECKPOINT_ROWS
        (synchronous,) = conn.execute("PRAGMA synchronous").fetchone()
        if grown or synchronous == _SYNCHRONOUS_FULL:
            await self.in_thread(conn.commit)
        else:
            conn.commit()
        if grown:
            self._checked_rows = conn.total_changes
            await self.in_thread(self._checkpoint)

    def _checkpoint(self) -> None:
        """Move what the log holds into the database, as far as no reader needs it."""
        self._open.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    async def rollback(self) -> None:
        """Undo, or end a transaction that only read."""
        self._open.rollback()

    async def close(self) -> None:
        """Close the connection; the last one also empties the write-ahead log."""
        if self._conn is not None:
            await self.in_thread(self._conn.close)
        self.stop()

    def close_now(self) -> None:
        """Close a connection that only read."""
        if self._conn is not None:
            self._conn.close()
        self.stop()

    def stop(self) -> None:
        """Let the connection and its thread go."""
        self._conn = None
        if self._thread is not None:
            self._thread.shutdown(wait=False)
            self._thread = None

    async def run[T](self, sql: str, work: Callable[[], T], *, rows: int = 1) -> T:
        """Run a statement: here, or in the thread if it may take long."""
        if rows > _MANY_ROWS or not sql.lstrip().startswith(_QUICK):
            return await self.in_thread(work)
        try:
            result = work()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            result = await self.in_thread(work)
        if self._patient:
            await asyncio.sleep(0)
        return result

    async def rows(
        self, sql: str, parameters: Mapping[str, Any]
    ) -> Sequence[Sequence[Any]]:
        """Return the rows of a query; open the connection if it is not yet."""
        if self._conn is None:
            await self._connect()
        conn = self._open
        return await self.run(sql, lambda: conn.execute(sql, parameters).fetchall())

    async def write(self, sql: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run a statement for each of some rows."""
        conn = self._open
        await self.run(sql, lambda: conn.executemany(sql, rows), rows=len(rows))

    async def in_thread[T](self, work: Callable[[], T]) -> T:
        """Run something in the thread, where it may wait for other processes.

        Also when the task is cancelled it runs to its end, since the connection
        cannot do two things at once.
        """
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite")
        loop = asyncio.get_running_loop()
        running = loop.run_in_executor(self._thread, self._waiting, work)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            await asyncio.wait([running])
            raise

    def _waiting[T](self, work: Callable[[], T]) -> T:
        """Run something that waits while the database is busy."""
        conn = self._open
        conn.execute(f"PRAGMA busy_timeout = {self._busy_timeout_ms}")
        try:
            return work()
        finally:
            if self._is_open(conn):
                conn.execute("PRAGMA busy_timeout = 0")

    @staticmethod
    def _is_open(conn: sqlite3.Connection) -> bool:
        """Tell whether a connection was not closed by what just ran."""
        try:
            return conn.total_changes >= 0
        except sqlite3.ProgrammingError:
            return False

    @property
    def _open(self) -> sqlite3.Connection:
        """Return the connection, with the error that SQLAlchemy knows."""
        if self._conn is None:
            raise ValueError("no active connection")
        return self._conn


class LoopCursor:
    """A cursor of such a connection."""

    def __init__(self, conn: LoopConnection, cursor: sqlite3.Cursor) -> None:
        """Wrap a cursor."""
        self._conn = conn
        self._cursor = cursor
        self._rows: list[Any] = []

    @property
    def description(self) -> Any:
        """Return the columns of the result, None when there is none."""
        return self._cursor.description

    @property
    def lastrowid(self) -> int | None:
        """Return the number of the last row that was inserted."""
        return self._cursor.lastrowid

    @property
    def rowcount(self) -> int:
        """Return how many rows changed."""
        return self._cursor.rowcount

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Run a statement and read its whole result."""

        def work() -> list[Any]:
            self._cursor.execute(sql, parameters)
            return self._cursor.fetchall() if self._cursor.description else []

        self._rows = await self._conn.run(sql, work)

    async def executemany(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run a statement for each of some rows."""

        def work() -> None:
            self._cursor.executemany(sql, rows)

        await self._conn.run(sql, work, rows=len(rows))

    async def fetchall(self) -> list[Any]:
        """Return the rows of the result."""
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Let the result go."""
        self._cursor.close()
