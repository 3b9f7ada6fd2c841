"""Let a home go that is removed as a VEN: the same as when it leaves by itself."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.consent.ledger import latest
from dalen_hub.vtn.principal import Principal, Role
from dalen_hub.vtn.problems import ProblemError


async def leave_as_home(conn: AsyncConnection, row: Row[Any], now: datetime) -> None:
    """Withdraw the consent of a home and remove what it told."""
    # The homes use the VTN, so this one is known here only when it is needed.
    from dalen_hub.homes.leaving import leave  # noqa: PLC0415

    newest = await latest(conn, row.id)
    if newest is None:
        raise ProblemError(409, "This home has no consent that could be withdrawn.")
    principal = Principal(
        client_id=row.client_id,
        role=Role.VEN,
        ven_id=row.id,
        targets=frozenset((row.target,)),
    )
    await leave(conn, principal, newest, now)
