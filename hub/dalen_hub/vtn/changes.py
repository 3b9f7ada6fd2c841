"""Counters of what clients may see, so that a poll without news costs little.

Each target has a counter, and so have the operators. It is in the transaction of
the change itself, so that no process of the hub ever answers "not modified"
wrongly.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
import hashlib

from aiohttp import web
from sqlalchemy import TextClause, case, select, text
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dalen_hub.store.plain import KeyedQuery, compiled_once, write_rows
from dalen_hub.store.tables import visible_change
from dalen_hub.store.upsert import upsert_of
from dalen_hub.vtn.principal import Principal, Role

EVERYBODY = ""
_OPERATORS = "*"

_COLUMN = visible_change.c.counter
_COUNTERS = KeyedQuery(
    lambda keys: select(visible_change.c.target, _COLUMN).where(
        visible_change.c.target.in_(keys)
    )
)


@lru_cache(maxsize=16)
def _raise_counter(dialect: Dialect) -> TextClause:
    """Return the statement that raises a counter.

    A new one begins at the time, so that a counter that was lost with the data
    does not come back to a value that it had.
    """
    insert = upsert_of(visible_change, dialect)
    fresh = insert.excluded.counter
    raised = insert.on_conflict_do_update(
        index_elements=["target"],
        set_={"counter": case((fresh > _COLUMN, fresh), else_=_COLUMN + text("1"))},
    )
    return compiled_once(raised, ["target", "counter"], dialect)


async def note_changes(
    conn: AsyncConnection,
    changes: Iterable[Iterable[str]],
    now: datetime | None = None,
) -> None:
    """Note that objects with these targets changed; no targets: for everybody.

    Without ``now`` a counter, which then exists already, goes up by one.
    """
    keys = {_OPERATORS}
    for targets in changes:
        keys.update(_key(target) for target in (tuple(targets) or (EVERYBODY,)))
    counter = 0 if now is None else int(now.timestamp() * 1000)
    rows = [{"target": key, "counter": counter} for key in sorted(keys)]
    await write_rows(conn, _raise_counter(conn.dialect), rows)


async def entity_tag(
    engine: AsyncEngine, principal: Principal, request: web.Request
) -> str:
    """Return the ETag of a list of events or programs, as this client sees it."""
    if principal.role is Role.BL:
        keys = [_OPERATORS]
    else:
        keys = [EVERYBODY, *sorted(_key(target) for target in principal.targets)]
    found = await _COUNTERS.newest(engine, keys)
    counters: dict[str, int] = {row[0]: row[1] for row in found}
    what = "|".join(
        [request.path_qs, *(f"{key}={counters.get(key, 0)}" for key in keys)]
    )
    return hashlib.blake2b(what.encode(), digest_size=12).hexdigest()


def is_current(request: web.Request, tag: str) -> bool:
    """Tell whether the client has this version already (RFC 9110, If-None-Match)."""
    header = request.headers.get("If-None-Match")
    if header is None:
        return False
    return any(
        known.strip().removeprefix("W/").strip('"') == tag
        for known in header.split(",")
    )


def not_modified(tag: str) -> web.Response:
    """Return the answer to a client that has this version."""
    return web.Response(status=304, headers={"ETag": f'"{tag}"'})


def _key(target: str) -> str:
    """Return the counter of a target; its prefix keeps it apart from the others."""
    return f"t:{target}" if target != EVERYBODY else EVERYBODY
