"""Invites: one-time codes with which a home joins. Only their hashes are kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.homes.invite_code import InviteCodeError, new_code, normalise_code
from dalen_hub.store.pepper import pepper_of
from dalen_hub.store.tables import invite
from dalen_hub.store.times import to_epoch

INVITE_LIFE = timedelta(days=7)
_PURPOSE = "invite"


class InviteState(Enum):
    """Whether a home can join with a code."""

    OPEN = "open"
    UNKNOWN = "unknown"
    USED = "used"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """What is known about a code; an unknown one has no trafo."""

    state: InviteState
    trafo_id: str = ""


async def create_invite(conn: AsyncConnection, trafo_id: str, now: datetime) -> str:
    """Make an invite for a home at a trafo; return its code, to be shown once."""
    code = new_code()
    await conn.execute(
        insert(invite).values(
            code_hash=_hash(conn, normalise_code(code)),
            trafo_id=trafo_id,
            created_at=to_epoch(now),
            expires_at=to_epoch(now + INVITE_LIFE),
        )
    )
    return code


async def find_invite(conn: AsyncConnection, code: str, now: datetime) -> Invite:
    """Return what is known about a code, as a person wrote it."""
    try:
        code_hash = _hash(conn, normalise_code(code))
    except InviteCodeError:
        return Invite(state=InviteState.UNKNOWN)
    query = select(invite).where(invite.c.code_hash == code_hash)
    row = (await conn.execute(query)).one_or_none()
    if row is None:
        return Invite(state=InviteState.UNKNOWN)
    if row.used_at is not None:
        return Invite(state=InviteState.USED, trafo_id=row.trafo_id)
    expired = row.expires_at <= to_epoch(now)
    state = InviteState.EXPIRED if expired else InviteState.OPEN
    return Invite(state=state, trafo_id=row.trafo_id)


async def use_invite(conn: AsyncConnection, code: str, now: datetime) -> bool:
    """Use a code up; return False when another home just did.

    Call it only for a code that ``find_invite`` found open.
    """
    result = await conn.execute(
        update(invite)
        .where(
            invite.c.code_hash == _hash(conn, normalise_code(code)),
            invite.c.used_at.is_(None),
        )
        .values(used_at=to_epoch(now))
    )
    return result.rowcount == 1


def _hash(conn: AsyncConnection, symbols: str) -> bytes:
    """Return the hash under which a code is kept."""
    return pepper_of(conn).digest(_PURPOSE, symbols)
