"""Let a home go: what it reported goes with it."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.consent.ledger import Action, Consent, record
from dalen_hub.store.tables import (
    home_burden,
    home_place,
    home_state,
    pump_power,
    refused_report,
    report,
    ven,
)
from dalen_hub.store.times import to_epoch
from dalen_hub.vtn.clients import revoke_client
from dalen_hub.vtn.events import remove_events_of_target
from dalen_hub.vtn.principal import Principal
from dalen_hub.vtn.ven_objects import remove_ven_objects


async def leave(
    conn: AsyncConnection, principal: Principal, newest: Consent, now: datetime
) -> None:
    """Withdraw the consent of a home, in the caller's transaction.

    Its client is revoked; its caps and all that it reported are deleted. The
    random number of the home and its consents stay, as the proof of both.
    """
    ven_id = newest.ven_id
    await record(
        conn,
        Consent(
            ven_id=ven_id,
            trafo_id=newest.trafo_id,
            action=Action.WITHDRAWN,
            tier=newest.tier,
            text_sha256=newest.text_sha256,
            language=newest.language,
            given_at=now,
            valid_until=None,
        ),
    )
    await revoke_client(conn, principal.client_id, now)
    await remove_ven_objects(conn, ven_id, principal.client_id)
    for target in principal.targets:
        await remove_events_of_target(conn, target)
    for table in (
        report,
        pump_power,
        home_state,
        refused_report,
        home_place,
        home_burden,
    ):
        await conn.execute(delete(table).where(table.c.ven_id == ven_id))
    await conn.execute(
        update(ven)
        .where(ven.c.id == ven_id)
        .values(left_at=to_epoch(now), nickname=None, last_seen_at=None)
    )
