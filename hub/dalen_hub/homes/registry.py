"""The registry: which homes there are, without saying whose they are."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.consent.ledger import Action, Consent, publish_text, record
from dalen_hub.consent.texts import ConsentText
from dalen_hub.consent.tiers import Tier
from dalen_hub.homes.facts import HomeFacts
from dalen_hub.store.identifiers import new_random_id
from dalen_hub.store.tables import consent, ven
from dalen_hub.store.times import optional_instant, to_epoch
from dalen_hub.vtn.clients import create_client
from dalen_hub.vtn.principal import Role

_NAME_CHARS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """One home that takes part. Powers are electric, in W.

    ``tier`` is the newest one that the resident chose; an end date may have
    passed since (consent.ledger.tier_in_force).
    """

    ven_id: str
    trafo_id: str
    ven_name: str
    target: str
    client_id: str
    nickname: str | None
    heat_pump_kind: str
    nameplate_w: float
    minimum_w: float
    floor_w: float
    tier: Tier
    last_seen: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven:
    """What a resident agreed to when the home joined."""

    text: ConsentText
    tier: Tier
    language: str
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A home that just joined, with the secret that is shown once."""

    home: Home
    client_id: str
    client_secret: str

    def __repr__(self) -> str:
        """Return who joined, without the secret."""
        return f"Registered({self.home!r})"


async def register_home(
    conn: AsyncConnection,
    *,
    trafo_id: str,
    facts: HomeFacts,
    consent: ConsentGiven,
    now: datetime,
) -> Registered:
    """Add a home with its client and its consent, in the caller's transaction."""
    ven_id = new_random_id()
    ven_name = f"ven-{new_random_id()[:_NAME_CHARS]}"
    client_id, client_secret = await create_client(conn, Role.VEN, ven_name, now)
    home = Home(
        ven_id=ven_id,
        trafo_id=trafo_id,
        ven_name=ven_name,
        target=f"home-{new_random_id()}",
        client_id=client_id,
        nickname=facts.nickname,
        heat_pump_kind=facts.heat_pump_kind,
        nameplate_w=facts.nameplate_w,
        minimum_w=facts.minimum_w,
        floor_w=facts.floor_w,
        tier=consent.tier,
        last_seen=None,
    )
    await _insert(conn, home, now)
    await publish_text(conn, consent.text, now)
    await record(
        conn,
        Consent(
            ven_id=ven_id,
            trafo_id=trafo_id,
            action=Action.GIVEN,
            tier=consent.tier,
            text_sha256=consent.text.sha256,
            language=consent.language,
            given_at=now,
            valid_until=consent.valid_until,
        ),
    )
    return Registered(home=home, client_id=client_id, client_secret=client_secret)


async def homes_of_trafo(conn: AsyncConnection, trafo_id: str) -> tuple[Home, ...]:
    """Return the homes that take part at a trafo, the first that joined first."""
    newest = (
        select(consent.c.tier)
        .where(consent.c.ven_id == ven.c.id)
        .order_by(consent.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(ven, newest.label("tier"))
        .where(ven.c.trafo_id == trafo_id, ven.c.left_at.is_(None))
        .order_by(ven.c.created_at, ven.c.id)
    )
    return tuple(_home(row) for row in await conn.execute(query))


async def change_facts(
    conn: AsyncConnection, ven_id: str, facts: HomeFacts, now: datetime
) -> None:
    """Take over what a home tells about its heat pumps; it keeps its nickname."""
    await conn.execute(
        update(ven)
        .where(ven.c.id == ven_id)
        .values(
            nickname=func.coalesce(facts.nickname, ven.c.nickname),
            heat_pump_kind=facts.heat_pump_kind,
            nameplate_w=facts.nameplate_w,
            minimum_w=facts.minimum_w,
            floor_w=facts.floor_w,
            modified_at=to_epoch(now),
        )
    )


async def _insert(conn: AsyncConnection, home: Home, now: datetime) -> None:
    """Store a new home."""
    epoch = to_epoch(now)
    await conn.execute(
        insert(ven).values(
            id=home.ven_id,
            trafo_id=home.trafo_id,
            ven_name=home.ven_name,
            client_id=home.client_id,
            target=home.target,
            nickname=home.nickname,
            heat_pump_kind=home.heat_pump_kind,
            nameplate_w=home.nameplate_w,
            minimum_w=home.minimum_w,
            floor_w=home.floor_w,
            created_at=epoch,
            modified_at=epoch,
        )
    )


def _home(row: Row[Any]) -> Home:
    """Return a row as a home."""
    return Home(
        ven_id=row.id,
        trafo_id=row.trafo_id,
        ven_name=row.ven_name,
        target=row.target,
        client_id=row.client_id,
        nickname=row.nickname,
        heat_pump_kind=row.heat_pump_kind,
        nameplate_w=row.nameplate_w,
        minimum_w=row.minimum_w,
        floor_w=row.floor_w,
        tier=Tier(row.tier),
        last_seen=optional_instant(row.last_seen_at),
    )
