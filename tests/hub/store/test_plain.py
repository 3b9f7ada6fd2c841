"""Tests of the statements that go around SQLAlchemy where they can."""

from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from dalen_hub.store.database import durable, open_database
from dalen_hub.store.plain import KeyedQuery, PlainStatement, insert_rows, newest_rows
from dalen_hub.store.tables import visible_change
from tests.hub.helpers import on_sqlite

_INSERT = PlainStatement(insert(visible_change), ["target", "counter"])
_ALL = PlainStatement(select(visible_change.c.target).order_by("target"))
_BY_KEY = KeyedQuery(
    lambda keys: select(visible_change.c.target, visible_change.c.counter).where(
        visible_change.c.target.in_(keys)
    )
)


async def put(engine: AsyncEngine, *targets: str) -> None:
    """Store a counter for each target."""
    rows = [{"target": name, "counter": n} for n, name in enumerate(targets)]
    async with engine.begin() as conn:
        await insert_rows(conn, _INSERT, rows)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8])
async def test_keys_find_their_rows(engine: AsyncEngine, count: int) -> None:
    """Check numbers of keys around those that a statement is made for."""
    names = [f"target-{n}" for n in range(8)]
    await put(engine, *names)
    expected = {(name, n) for n, name in enumerate(names[:count])}
    found = await _BY_KEY.newest(engine, names[:count])
    assert {tuple(row) for row in found} == expected
    async with engine.begin() as conn:
        found = await _BY_KEY.rows(conn, names[:count])
    assert {tuple(row) for row in found} == expected


async def test_what_was_committed_is_seen_at_once(engine: AsyncEngine) -> None:
    """Check that the shared reader keeps no old view, and sees no open write."""
    assert await newest_rows(engine, _ALL, {}) == []
    await put(engine, "a")
    async with engine.begin() as conn:
        rows = [{"target": "b", "counter": 1}]
        await insert_rows(conn, _INSERT, rows)
        assert [row[0] for row in await newest_rows(engine, _ALL, {})] == ["a"]
    assert [row[0] for row in await newest_rows(engine, _ALL, {})] == ["a", "b"]


async def test_a_refused_write_is_undone(engine: AsyncEngine) -> None:
    """Check that the error is that of SQLAlchemy, and nothing of the write stays."""
    await put(engine, "a")
    with pytest.raises(IntegrityError):
        await put(engine, "b", "a")
    assert [row[0] for row in await newest_rows(engine, _ALL, {})] == ["a"]


@on_sqlite
async def test_the_log_goes_back_into_the_database(
    engine: AsyncEngine, data_dir: Path
) -> None:
    """Check that many small commits do not let the write-ahead log grow for ever."""
    log, grown = data_dir / "dalen.db-wal", []
    for turn in range(3):
        for part in range(60):
            await put(engine, *(f"{turn}-{part}-{n}" for n in range(50)))
        grown.append(log.stat().st_size)
    assert grown[-1] < 2 * grown[0]


@on_sqlite
async def test_a_durable_commit_reaches_the_disk(engine: AsyncEngine) -> None:
    """Check that both kinds of commits are there for another process."""
    async with durable(engine) as conn:
        rows = [{"target": "a", "counter": 1}]
        await insert_rows(conn, _INSERT, rows)
        assert await conn.scalar(select(visible_change.c.counter)) == 1
        synchronous = await conn.exec_driver_sql("PRAGMA synchronous")
        assert synchronous.scalar() == 2
    await put(engine, "b")
    assert len(await newest_rows(engine, _ALL, {})) == 2


@on_sqlite
async def test_a_database_that_was_closed_can_be_opened_again(data_dir: Path) -> None:
    """Check that the shared reader does not outlive the engine."""
    first = await open_database(data_dir)
    await put(first, "a")
    assert await newest_rows(first, _ALL, {})
    await first.dispose()
    second = await open_database(data_dir)
    assert [row[0] for row in await newest_rows(second, _ALL, {})] == ["a"]
    await second.dispose()
