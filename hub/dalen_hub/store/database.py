"""Open the database of a hub: SQLite in the data folder, or PostgreSQL by URL."""

from contextlib import AbstractAsyncContextManager
import os
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from dalen_hub.store.errors import StoreError
from dalen_hub.store.key_files import private_folder
from dalen_hub.store.migrations import upgrade
from dalen_hub.store.pepper import PEPPER_OPTION, Pepper

DATABASE_FILE = "dalen.db"
_BUSY_TIMEOUT_MS = 10_000
_READING_OPTION = "dalen_reading"
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
    """
    private_folder(data_dir)
    engine = _engine(_location(data_dir, url), Pepper.open(data_dir))
    try:
        async with engine.begin() as conn:
            await conn.run_sync(upgrade)
    except BaseException:
        await engine.dispose()
        raise
    return engine


def reading(engine: AsyncEngine) -> AbstractAsyncContextManager[AsyncConnection]:
    """Open a connection that only reads, and never waits for a writer."""
    return engine.execution_options(**{_READING_OPTION: True}).connect()


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


def _engine(location: URL, pepper: Pepper) -> AsyncEngine:
    """Make an engine whose transactions behave the same on both databases."""
    try:
        engine = create_async_engine(
            location, execution_options={PEPPER_OPTION: pepper}, pool_pre_ping=False
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
    # The driver's own BEGIN comes too late and leaves out DDL; see _begin_sqlite.
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    for pragma in (
        f"busy_timeout = {_BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "foreign_keys = ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(conn: Connection) -> None:
    """Begin a transaction; one that may write takes its turn at once.

    A transaction that reads first and writes later fails at once when another
    one wrote in between, whatever the busy timeout is.
    """
    options = conn.get_execution_options()
    conn.exec_driver_sql("BEGIN" if _READING_OPTION in options else "BEGIN IMMEDIATE")
