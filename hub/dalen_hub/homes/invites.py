"""Invites: one-time codes with which a home joins. Only their hashes are kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
import hmac
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.homes.invite_code import InviteCodeError, new_code, normalise_code
from dalen_hub.homes.unseen import Unseen, unseen_member
from dalen_hub.store.pepper import pepper_of
from dalen_hub.store.tables import invite
from dalen_hub.store.times import to_epoch

INVITE_LIFE = timedelta(days=7)
_PURPOSE = "invite"
_ATTEMPT = "join attempt"


class InviteState(Enum):
    """Whether a home can join with a code."""

    OPEN = "open"
    UNKNOWN = "unknown"
    USED = "used"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """What is known about a code; an unknown one has no trafo.

    ``unseen`` is the member of an earlier try of the same home, which never came;
    the code is open for that home then.
    """

    state: InviteState
    trafo_id: str = ""
    unseen: Unseen | None = None


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


async def find_invite(
    conn: AsyncConnection, code: str, now: datetime, attempt: str | None = None
) -> Invite:
    """Return what is known about a code, as a person wrote it.

    With the ``attempt`` of the home that used it, a code is still open as long as
    that home never came: the answer to its join got lost.
    """
    try:
        code_hash = _hash(conn, normalise_code(code))
    except InviteCodeError:
        return Invite(state=InviteState.UNKNOWN)
    query = select(invite).where(invite.c.code_hash == code_hash)
    row = (await conn.execute(query)).one_or_none()
    if row is None:
        return Invite(state=InviteState.UNKNOWN)
    unseen = None
    if row.used_at is not None:
        if attempt is not None and _is_attempt(conn, row, attempt):
            unseen = await unseen_member(conn, row.ven_id)
        if unseen is None:
            return Invite(state=InviteState.USED, trafo_id=row.trafo_id)
    expired = row.expires_at <= to_epoch(now)
    state = InviteState.EXPIRED if expired else InviteState.OPEN
    return Invite(state=state, trafo_id=row.trafo_id, unseen=unseen)


async def use_invite(
    conn: AsyncConnection, code: str, now: datetime, *, again: bool = False
) -> bool:
    """Use a code up; return False when another home just did.

    Call it only for a code that ``find_invite`` found open; ``again`` when the same
    home used it before.
    """
    unused = invite.c.used_at.is_not(None) if again else invite.c.used_at.is_(None)
    result = await conn.execute(
        update(invite)
        .where(invite.c.code_hash == _hash(conn, normalise_code(code)), unused)
        .values(used_at=to_epoch(now))
    )
    return result.rowcount == 1


async def note_member(
    conn: AsyncConnection, code: str, ven_id: str, attempt: str | None
) -> None:
    """Note who joined with a code, and how that home says that it tries again."""
    digest = None if attempt is None else pepper_of(conn).digest(_ATTEMPT, attempt)
    await conn.execute(
        update(invite)
        .where(invite.c.code_hash == _hash(conn, normalise_code(code)))
        .values(ven_id=ven_id, attempt_hash=digest)
    )


def _is_attempt(conn: AsyncConnection, row: Row[Any], attempt: str) -> bool:
    """Return whether it was this home that used a code."""
    if row.ven_id is None or row.attempt_hash is None:
        return False
    digest = pepper_of(conn).digest(_ATTEMPT, attempt)
    return hmac.compare_digest(digest, row.attempt_hash)


def _hash(conn: AsyncConnection, symbols: str) -> bytes:
    """Return the hash under which a code is kept."""
    return pepper_of(conn).digest(_PURPOSE, symbols)
