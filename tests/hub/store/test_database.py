"""Tests of the database: migrations, privacy of files, two writers at once."""

import asyncio
from pathlib import Path
import stat

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
import pytest
from sqlalchemy import Connection, insert, text
from sqlalchemy.ext.asyncio import AsyncEngine

from dalen_hub.store.database import open_database, reading
from dalen_hub.store.errors import KeyFileError, NewerSchemaError, StoreError
from dalen_hub.store.migrations import newest_revision
from dalen_hub.store.pepper import pepper_of
from dalen_hub.store.tables import metadata, trafo_load
from tests.hub.helpers import on_sqlite


async def test_the_migrations_make_the_tables_of_the_code(engine: AsyncEngine) -> None:
    """Compare what the migrations made with what the code expects."""

    def differences(conn: Connection) -> list[object]:
        options = {"compare_type": True, "compare_server_default": True}
        return compare_metadata(
            MigrationContext.configure(conn, opts=options), metadata
        )

    async with engine.connect() as conn:
        assert await conn.run_sync(differences) == []


def test_every_table_of_a_neighbourhood_is_keyed_by_trafo() -> None:
    """Check what a later division by trafo depends on."""
    without = {t.name for t in metadata.sorted_tables if "trafo_id" not in t.columns}
    # Counters of changes come back by themselves wherever the objects go; the
    # revision of orders may be any higher one. The audit is that of the whole hub.
    assert without == {
        "audit",
        "client",
        "program",
        "consent_text",
        "visible_change",
        "order_revision",
    }


async def test_files_are_for_the_hub_alone(engine: AsyncEngine, data_dir: Path) -> None:
    """Check the modes of the folder and of all that is in it."""
    async with engine.begin() as conn:
        await conn.execute(text("SELECT 1"))
    assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in data_dir.iterdir()} == {0o600}


@on_sqlite
async def test_sqlite_is_set_up_to_survive_a_crash(engine: AsyncEngine) -> None:
    """Check the settings that SQLite forgets between connections."""
    async with reading(engine) as conn:
        found = {
            name: await conn.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert found == {
        "journal_mode": "wal",
        "synchronous": 1,
        "foreign_keys": 1,
        "busy_timeout": 10_000,
    }


async def test_a_newer_schema_is_refused_and_left_alone(data_dir: Path) -> None:
    """Check that an older hub does not touch the data of a newer one."""
    engine = await open_database(data_dir)
    async with engine.begin() as conn:
        await conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await engine.dispose()
    with pytest.raises(NewerSchemaError, match=r"9999.*Install that version"):
        await open_database(data_dir)


async def test_the_newest_migration_is_where_the_database_is(
    engine: AsyncEngine,
) -> None:
    """Check the short way, which does without Alembic."""
    async with reading(engine) as conn:
        found = await conn.scalar(text("SELECT version_num FROM alembic_version"))
    assert found == newest_revision()


async def test_two_processes_may_start_at_the_same_time(data_dir: Path) -> None:
    """Check that the migrations run once, under a lock."""
    engines = await asyncio.gather(*(open_database(data_dir) for _ in range(4)))
    for engine in engines:
        async with reading(engine) as conn:
            found = await conn.execute(text("SELECT version_num FROM alembic_version"))
            assert len(found.all()) == 1
        await engine.dispose()


async def test_a_writer_that_reads_first_waits_for_another(engine: AsyncEngine) -> None:
    """Check that no transaction fails because of another one."""

    async def add(time: int) -> None:
        async with engine.begin() as conn:
            await conn.execute(text("SELECT count(*) FROM trafo_load"))
            await asyncio.sleep(0)
            row = {"trafo_id": "t", "time": time, "load_kw": 1.0}
            await conn.execute(insert(trafo_load).values(row))

    await asyncio.gather(*(add(time) for time in range(20)))
    async with reading(engine) as conn:
        assert await conn.scalar(text("SELECT count(*) FROM trafo_load")) == 20


async def test_readers_do_not_wait_for_a_writer(engine: AsyncEngine) -> None:
    """Check that a poll is answered while the planner writes."""
    async with engine.begin() as writer, asyncio.timeout(2):
        row = {"trafo_id": "t", "time": 0, "load_kw": 1.0}
        await writer.execute(insert(trafo_load).values(row))
        async with reading(engine) as reader:
            query = text("SELECT count(*) FROM trafo_load")
            assert await reader.scalar(query) == 0


async def test_the_pepper_stays_with_the_data(data_dir: Path) -> None:
    """Check that hashes hold after a restart, and differ by purpose."""
    digests = []
    for _ in range(2):
        engine = await open_database(data_dir)
        async with reading(engine) as conn:
            digests.append(pepper_of(conn).digest("client", "secret"))
            assert pepper_of(conn).digest("invite", "secret") not in digests
        await engine.dispose()
    assert digests[0] == digests[1]


async def test_a_broken_key_file_is_not_replaced(data_dir: Path) -> None:
    """Check that a new pepper never silently locks out every home."""
    data_dir.mkdir()
    (data_dir / "pepper.key").write_bytes(b"short")
    with pytest.raises(KeyFileError, match="Restore it from a backup"):
        await open_database(data_dir)


@pytest.mark.parametrize("url", ["not a url", "oracle+nothing://host/db"])
async def test_an_unusable_url_is_explained(data_dir: Path, url: str) -> None:
    """Check that the operator is told what to write."""
    with pytest.raises(StoreError, match=r"postgresql://|dalen-hub\[postgresql\]"):
        await open_database(data_dir, url)
