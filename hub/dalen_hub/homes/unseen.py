"""Members that never came: the answer to their join got lost on its way.

Their secret is nowhere, so they end by themselves; the same home may try again with
the same code until then.
"""

import asyncio
from collections.abc import AsyncGenerator
import contextlib
from dataclasses import dataclass
from datetime import datetime, timedelta
import logging
from typing import Final

from aiohttp import web
from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.appkeys import CLOCK, ENGINE, PRINCIPALS
from dalen_hub.audit.acts import Act, note_act
from dalen_hub.consent.ledger import history
from dalen_hub.homes.leaving import leave
from dalen_hub.homes.signals import membership_changed
from dalen_hub.store.tables import invite, ven
from dalen_hub.store.times import to_epoch
from dalen_hub.vtn.granted import targets_of_ven
from dalen_hub.vtn.principal import Principal, Role

_LOGGER = logging.getLogger(__name__)

EXPIRE_AFTER: Final = timedelta(hours=24)
_HUB: Final = "hub"
_EVERY_S: Final = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """A member that joined with an invite and never asked for anything."""

    ven_id: str
    client_id: str
    trafo_id: str


async def unseen_member(conn: AsyncConnection, ven_id: str) -> Unseen | None:
    """Return a member if it never came, else None."""
    found = await _unseen(conn, ven.c.id == ven_id)
    return found[0] if found else None


async def end_member(conn: AsyncConnection, member: Unseen, now: datetime) -> None:
    """Let a member that never came go, in the transaction of the caller."""
    principal = Principal(
        client_id=member.client_id,
        role=Role.VEN,
        ven_id=member.ven_id,
        targets=await targets_of_ven(conn, member.ven_id),
        trafo_id=member.trafo_id,
    )
    newest = (await history(conn, member.ven_id))[-1]
    await leave(conn, principal, newest, now)
    await note_act(conn, Act.MEMBER_EXPIRED, by=_HUB, of=member.client_id, now=now)


async def expire_unseen(app: web.Application, now: datetime) -> int:
    """End all members that never came for a day; return how many."""
    async with app[ENGINE].begin() as conn:
        members = await _unseen(conn, ven.c.created_at <= to_epoch(now - EXPIRE_AFTER))
        for member in members:
            await end_member(conn, member, now)
    for member in members:
        app[PRINCIPALS].forget(member.client_id)
        membership_changed(app, member.trafo_id)
    return len(members)


async def run_expiry(app: web.Application) -> AsyncGenerator[None]:
    """End such members while the application runs."""
    task = asyncio.create_task(_for_ever(app), name="unseen members")
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _for_ever(app: web.Application) -> None:
    """Look now and then."""
    while True:
        try:
            if count := await expire_unseen(app, app[CLOCK]()):
                _LOGGER.info("%d homes never came after they joined", count)
        except SQLAlchemyError:
            _LOGGER.exception("Members that never came are looked for again later")
        await asyncio.sleep(_EVERY_S)


async def _unseen(
    conn: AsyncConnection, *conditions: ColumnElement[bool]
) -> list[Unseen]:
    """Return the members of invites that never came, as far as conditions hold."""
    rows = await conn.execute(
        select(ven.c.id, ven.c.client_id, ven.c.trafo_id)
        .join(invite, invite.c.ven_id == ven.c.id)
        .where(ven.c.last_seen_at.is_(None), ven.c.left_at.is_(None), *conditions)
    )
    return [
        Unseen(ven_id=row.id, client_id=row.client_id, trafo_id=row.trafo_id)
        for row in rows
    ]
