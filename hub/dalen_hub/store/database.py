"""Open the database of a hub: SQLite in the data folder, or PostgreSQL by URL."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
import os
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from dalen_hub.store.errors import StoreError
from dalen_hub.store.json_text import dump_json
from dalen_hub.store.key_files import private_folder
from dalen_hub.store.loop_sqlite import LoopConnection
from dalen_hub.store.migrations import upgrade
from dalen_hub.store.pepper import PEPPER_OPTION, Pepper

DATABASE_FILE = "dalen.db"
_BUSY_TIMEOUT_MS = 10_000
_READING_OPTION = "dalen_reading"
_DURABLE_OPTION = "dalen_durable"
_READERS_OPTION = "dalen_readers"
_BRIEF_OPTION = "dalen_brief_readers"
_QUICK_OPTION = "dalen_quick_reader"
_SYNCHRONOUS = "dalen_synchronous"
_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
}


async def open_database(data_dir: Path, url: str | None = None) -> AsyncEngine:
    """Open the database and bring its schema up to date.

    The data folder (0700) also holds the pepper of the database, so it is
    needed with a URL too. Raises StoreError, with what to do, when the URL is
    not usable or the schema is newer than this hub.

    On SQLite, a commit survives the end of the process, however it ends. When
    the power fails the last seconds may be lost, and what remains is whole; a
    ``durable`` commit survives that too.
    """
    private_folder(data_dir)
    engine = _engines(_location(data_dir, url), Pepper.open(data_dir))
    try:
        async with engine.begin() as conn:
            await conn.run_sync(upgrade)
    except BaseException:
        await engine.dispose()
        raise
    return engine


def reading(engine: AsyncEngine) -> AbstractAsyncContextManager[AsyncConnection]:
    """Open a connection that only reads, and never waits for a writer."""
    return _readers(engine, _READERS_OPTION).connect()


def reading_briefly(
    engine: AsyncEngine,
) -> AbstractAsyncContextManager[AsyncConnection]:
    """Open a connection for queries that find their few rows by an index.

    On SQLite these run in the event loop itself, where a long one would stop it,
    and each sees what is newest: they are not one transaction.
    """
    return _readers(engine, _BRIEF_OPTION).connect()


def quick_reader(engine: AsyncEngine) -> LoopConnection | None:
    """Return the connection for statements of ``plain``, None on PostgreSQL.

    All share it, so nothing may begin a transaction on it.
    """
    found = engine.get_execution_options().get(_QUICK_OPTION)
    return found if isinstance(found, LoopConnection) else None


def durable(engine: AsyncEngine) -> AbstractAsyncContextManager[AsyncConnection]:
    """Begin a transaction that, once committed, survives a power failure too."""
    return engine.execution_options(**{_DURABLE_OPTION: True}).begin()


def _readers(engine: AsyncEngine, option: str) -> AsyncEngine:
    """Return the engine that reads what another one writes."""
    readers = engine.get_execution_options().get(option)
    assert isinstance(readers, AsyncEngine), "open it with open_database"
    return readers


def _location(data_dir: Path, url: str | None) -> URL:
    """Return where the database is; an SQLite file is made private first."""
    if url is None:
        location = URL.create("sqlite", database=str(data_dir / DATABASE_FILE))
    else:
        try:
            location = make_url(url)
        except ArgumentError as error:
            raise StoreError(
                "The database URL cannot be read. Write it as "
                "postgresql://user:password@host/database."
            ) from error
    location = location.set(
        drivername=_DRIVERS.get(location.drivername, location.drivername)
    )
    if location.get_backend_name() == "sqlite" and location.database:
        # SQLite gives its -wal and -shm files the mode of the file itself.
        os.close(os.open(location.database, os.O_RDWR | os.O_CREAT, 0o600))
        Path(location.database).chmod(0o600)
    return location


def _engines(location: URL, pepper: Pepper) -> AsyncEngine:
    """Make the engine that writes, with those that read as its options.

    SQLite has one writer at a time. Here a queue decides who is next, which is
    fair and wakes up at once; SQLite itself would let the others sleep and try.
    """
    if location.get_backend_name() != "sqlite":
        engine = _engine(location, pepper)
        readers = brief = engine.execution_options(**{_READING_OPTION: True})
    else:
        readers = _engine(location, pepper).execution_options(**{_READING_OPTION: True})
        brief = _loop_engine(location, pepper, patient=False).execution_options(
            **{_READING_OPTION: True, _BRIEF_OPTION: True}
        )
        engine = _loop_engine(
            location, pepper, patient=True, pool_size=1, max_overflow=0
        )
        quick = LoopConnection(
            location.database or "", busy_timeout_ms=_BUSY_TIMEOUT_MS, patient=False
        )
        _dispose_with(
            engine, quick.close_now, *(e.sync_engine.dispose for e in (readers, brief))
        )
        engine = engine.execution_options(**{_QUICK_OPTION: quick})
    return engine.execution_options(**{_READERS_OPTION: readers, _BRIEF_OPTION: brief})


def _dispose_with(engine: AsyncEngine, *close: Callable[[], None]) -> None:
    """Close what else is open with the connections of the engine that is known."""

    def dispose(_: object) -> None:
        for item in close:
            item()

    event.listen(engine.sync_engine, "engine_disposed", dispose)


def _loop_engine(
    location: URL, pepper: Pepper, *, patient: bool, **options: Any
) -> AsyncEngine:
    """Make an engine for SQLite that runs short statements in the event loop."""
    path = location.database or ""

    def open_connection(*_: object, **__: object) -> LoopConnection:
        return LoopConnection(path, busy_timeout_ms=_BUSY_TIMEOUT_MS, patient=patient)

    return _engine(
        location,
        pepper,
        connect_args={"async_creator_fn": open_connection},
        **options,
    )


def _engine(location: URL, pepper: Pepper, **options: Any) -> AsyncEngine:
    """Make an engine whose transactions behave the same on both databases."""
    try:
        engine = create_async_engine(
            location,
            execution_options={PEPPER_OPTION: pepper},
            json_serializer=dump_json,
            pool_pre_ping=False,
            **options,
        )
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise StoreError(
            f"No driver for {location.drivername}. For PostgreSQL, install "
            "dalen-hub[postgresql]."
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _set_up_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(dbapi_connection: Any, _record: object) -> None:
    """Set what SQLite forgets between connections."""
    cursor = dbapi_connection.cursor()
    # The driver's own BEGIN comes too late and leaves out DDL; see _begin_sqlite.
    # A connection of the event loop has neither that nor a busy timeout.
    in_loop = dbapi_connection.isolation_level is None
    if not in_loop:
        dbapi_connection.isolation_level = None
        cursor.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
    for pragma in (
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "foreign_keys = ON",
        # A connection of the event loop says itself when the log goes back.
        *(("wal_autocheckpoint = 0",) if in_loop else ()),
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(conn: Connection) -> None:
    """Begin a transaction; one that may write takes its turn at once.

    A transaction that reads first and writes later fails at once when another
    one wrote in between, whatever the busy timeout is.
    """
    options = conn.get_execution_options()
    if _READING_OPTION in options:
        if _BRIEF_OPTION not in options:
            conn.exec_driver_sql("BEGIN")
        return
    synchronous = "FULL" if _DURABLE_OPTION in options else "NORMAL"
    if conn.info.get(_SYNCHRONOUS, "NORMAL") != synchronous:
        conn.exec_driver_sql(f"PRAGMA synchronous = {synchronous}")
        conn.info[_SYNCHRONOUS] = synchronous
    conn.exec_driver_sql("BEGIN IMMEDIATE")
