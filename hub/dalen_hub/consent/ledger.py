"""The ledger of consents: append-only, so that it can always be shown."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.consent.texts import ConsentText
from dalen_hub.consent.tiers import Tier
from dalen_hub.store.tables import consent, consent_text
from dalen_hub.store.times import from_epoch, optional_epoch, optional_instant, to_epoch


class Action(StrEnum):
    """What a row of the ledger records."""

    GIVEN = "given"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """One row of the ledger."""

    ven_id: str
    trafo_id: str
    action: Action
    tier: Tier
    text_sha256: str
    language: str
    given_at: datetime
    valid_until: datetime | None


async def record(conn: AsyncConnection, entry: Consent) -> None:
    """Append one row."""
    await conn.execute(
        insert(consent).values(
            trafo_id=entry.trafo_id,
            ven_id=entry.ven_id,
            action=entry.action,
            tier=entry.tier,
            text_sha256=entry.text_sha256,
            language=entry.language,
            given_at=to_epoch(entry.given_at),
            valid_until=optional_epoch(entry.valid_until),
        )
    )


async def history(conn: AsyncConnection, ven_id: str) -> list[Consent]:
    """Return all rows of a home, the oldest first."""
    query = select(consent).where(consent.c.ven_id == ven_id).order_by(consent.c.id)
    return [_consent(row) for row in await conn.execute(query)]


async def latest(conn: AsyncConnection, ven_id: str) -> Consent | None:
    """Return the newest row of a home, None when it never consented."""
    query = (
        select(consent)
        .where(consent.c.ven_id == ven_id)
        .order_by(consent.c.id.desc())
        .limit(1)
    )
    row = (await conn.execute(query)).one_or_none()
    return None if row is None else _consent(row)


def tier_in_force(entry: Consent | None, now: datetime) -> Tier | None:
    """Return the tier that holds now; None when there is no consent.

    After its end date a consent goes back to T0, as the text says.
    """
    if entry is None or entry.action is Action.WITHDRAWN:
        return None
    if entry.valid_until is not None and entry.valid_until <= now:
        return Tier.T0
    return entry.tier


async def publish_text(conn: AsyncConnection, text: ConsentText, now: datetime) -> None:
    """Keep a text as it was when somebody agreed to it."""
    known = select(consent_text.c.sha256).where(consent_text.c.sha256 == text.sha256)
    if await conn.scalar(known) is not None:
        return
    await conn.execute(
        insert(consent_text).values(
            sha256=text.sha256,
            text_id=text.text_id,
            version=text.version,
            body={"title": text.title, "body": text.body},
            published_at=to_epoch(now),
        )
    )


def _consent(row: Row[Any]) -> Consent:
    """Return a row as a consent."""
    return Consent(
        ven_id=row.ven_id,
        trafo_id=row.trafo_id,
        action=Action(row.action),
        tier=Tier(row.tier),
        text_sha256=row.text_sha256,
        language=row.language,
        given_at=from_epoch(row.given_at),
        valid_until=optional_instant(row.valid_until),
    )
