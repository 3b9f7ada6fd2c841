"""Every refused access, counted by client, reason and minute.

Counted in memory and written when the minute is over, so that no flood of requests
becomes a flood of writes; a crash loses the counts of one minute at most.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
import contextlib
from dataclasses import dataclass
from datetime import datetime
import logging
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dalen_hub.appkeys import CLOCK, ENGINE, PRINCIPAL, SUSPECT
from dalen_hub.audit.chain import Chain, Note
from dalen_hub.audit.log import append, forget_old
from dalen_hub.store.identifiers import is_identifier
from dalen_hub.store.tables import client
from dalen_hub.store.times import from_epoch, to_epoch
from dalen_hub.vtn.problems import ProblemError

_LOGGER = logging.getLogger(__name__)
_MINUTE_S: Final = 60
_MOST_KEYS: Final = 500
_LOOK_EVERY_S: Final = 10.0
_FORGET_EVERY: Final = 360
_STATUSES: Final = frozenset((401, 403, 404, 410, 429))
_CODES: Final = frozenset(("unknown-code", "used-code", "expired-code"))
_LONGEST_ID: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class _Key:
    """What is counted together."""

    minute: int
    client_id: str | None
    status: int
    reason: str


class Denials:
    """Counts what was refused since the last minute was written."""

    def __init__(self) -> None:
        """Begin with nothing counted."""
        self._counts: Counter[_Key] = Counter()
        self._what: dict[_Key, str] = {}

    def count(
        self, now: datetime, client_id: str | None, status: int, reason: str, what: str
    ) -> None:
        """Count a refusal; ``what`` of the first one of its minute is kept."""
        minute = to_epoch(now) // _MINUTE_S
        key = _Key(minute=minute, client_id=client_id, status=status, reason=reason)
        if key not in self._counts and len(self._counts) >= _MOST_KEYS:
            key = _Key(minute=minute, client_id=None, status=status, reason="others")
        self._counts[key] += 1
        self._what.setdefault(key, what)

    async def write(self, engine: AsyncEngine, before: datetime | None = None) -> None:
        """Write all minutes that are over; without an instant, everything."""
        limit = None if before is None else to_epoch(before) // _MINUTE_S
        keys = [key for key in self._counts if limit is None or key.minute < limit]
        if not keys:
            return
        taken = {key: self._counts.pop(key) for key in keys}
        what = {key: self._what.pop(key) for key in keys}
        try:
            async with engine.begin() as conn:
                known = await _known(conn, {key.client_id for key in keys} - {None})
                notes = [_note(key, taken[key], what[key], known) for key in keys]
                await append(conn, Chain.DENIED, notes)
        except BaseException:
            self._counts.update(taken)
            self._what.update(what)
            raise


DENIALS: Final = web.AppKey("denials", Denials)


@web.middleware
async def note_denials(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Count every answer that refuses access."""
    try:
        response = await handler(request)
    except ProblemError as problem:
        _count(request, problem.status, problem.kind)
        raise
    except web.HTTPException as error:
        _count(request, error.status, "")
        raise
    if response.status in _STATUSES:
        _count(request, response.status, "")
    return response


async def run_denials(app: web.Application) -> AsyncGenerator[None]:
    """Write what was refused while the application runs, and at its end."""
    task = asyncio.create_task(_for_ever(app), name="audit")
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    await app[DENIALS].write(app[ENGINE])


async def _for_ever(app: web.Application) -> None:
    """Write each minute once it is over."""
    round_ = 0
    while True:
        try:
            await app[DENIALS].write(app[ENGINE], app[CLOCK]())
            if round_ % _FORGET_EVERY == 0:
                async with app[ENGINE].begin() as conn:
                    await forget_old(conn, app[CLOCK]())
        except SQLAlchemyError:
            _LOGGER.exception("The audit could not be written; it is tried again")
        round_ += 1
        await asyncio.sleep(_LOOK_EVERY_S)


def _count(request: web.Request, status: int, kind: str) -> None:
    """Count a refusal, if it is one."""
    principal = request.get(PRINCIPAL)
    if status not in _STATUSES:
        return
    # Whoever looks for what is not there, or not theirs, and is known; a wrong
    # address from nobody is no access.
    if status in {404, 410} and principal is None and kind not in _CODES:
        return
    client_id = request.get(SUSPECT) if principal is None else principal.client_id
    if client_id is not None and not _may_be_an_id(client_id):
        client_id = None
    request.app[DENIALS].count(
        request.app[CLOCK](), client_id, status, kind, _what(request)
    )


def _what(request: web.Request) -> str:
    """Return what was asked for, without ids."""
    resource = request.match_info.route.resource
    return f"{request.method} {'-' if resource is None else resource.canonical}"[:128]


def _may_be_an_id(text: str) -> bool:
    """Return whether a text that a stranger wrote has the form of a client's id."""
    return len(text) <= _LONGEST_ID and is_identifier(text)


async def _known(conn: AsyncConnection, client_ids: set[str | None]) -> set[str]:
    """Return which of some ids are clients: others are whatever somebody wrote."""
    if not client_ids:
        return set()
    found = await conn.scalars(select(client.c.id).where(client.c.id.in_(client_ids)))
    return set(found.all())


def _note(key: _Key, times: int, what: str, known: set[str]) -> Note:
    """Return what is written of a count."""
    return Note(
        at=from_epoch(key.minute * _MINUTE_S),
        what=what,
        client_id=key.client_id if key.client_id in known else None,
        reason=key.reason or None,
        status=key.status,
        times=times,
    )
