"""What operators did, noted in the transaction of the act itself."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.audit.chain import Chain, Note
from dalen_hub.audit.log import append

COMMAND_LINE: Final = "command line"
"""Who acts with the files of the hub in hand."""


class Act(StrEnum):
    """What an operator can do to others."""

    STOP_ORDERED = "stop ordered"
    STOP_RELEASED = "stop released"
    HOME_INVITED = "home invited"
    CLIENT_ADDED = "client added"
    SECRET_ROTATED = "secret rotated"
    CLIENT_REVOKED = "client revoked"
    MEMBER_EXPIRED = "member expired"


async def note_act(
    conn: AsyncConnection, act: Act, *, by: str, of: str, now: datetime
) -> None:
    """Note who did what to which trafo or client."""
    note = Note(at=now, what=act, client_id=by, reason=of)
    await append(conn, Chain.ACTS, [note])
