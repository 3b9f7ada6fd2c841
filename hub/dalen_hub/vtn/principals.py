"""Look up who a client is, and note when its home was last seen."""

from collections.abc import Sequence
import dataclasses
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dalen_hub.store.batcher import Batcher
from dalen_hub.store.database import reading_briefly
from dalen_hub.store.tables import client, ven
from dalen_hub.store.times import to_epoch
from dalen_hub.vtn.clients import secret_tag
from dalen_hub.vtn.granted import targets_of_ven
from dalen_hub.vtn.principal import SCOPES, Principal, Role
from dalen_hub.vtn.tokens import TokenClaims

_CACHE_S = 30
_SEEN_S = 60
_MAX_ENTRIES = 20_000
_SEEN = update(ven).where(ven.c.id == bindparam("seen_id"))
_CLIENT = (
    select(client.c.role, client.c.secret_hash, ven.c.id, ven.c.trafo_id)
    .select_from(
        client.outerjoin(
            ven, (client.c.id == ven.c.client_id) & ven.c.left_at.is_(None)
        )
    )
    .where(client.c.id == bindparam("client_id"), client.c.revoked_at.is_(None))
)


@dataclass(slots=True, kw_only=True)
class _Entry:
    """A client as it was a moment ago."""

    principal: Principal | None
    loaded_at: int
    limited: Principal | None = None
    """The same with the scopes of its newest token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A home that was here."""

    ven_id: str
    epoch: int


class Principals:
    """Remembers clients for half a minute, so that a poll costs one query."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._entries: dict[str, _Entry] = {}
        self._seen: dict[str, int] = {}
        self._batcher = Batcher(_write_seen)

    async def of_client(
        self, engine: AsyncEngine, client_id: str, now: datetime
    ) -> Principal | None:
        """Return who a client is now; None when unknown or revoked."""
        return (await self._entry(engine, client_id, now)).principal

    async def of_token(
        self,
        engine: AsyncEngine,
        claims: TokenClaims,
        now: datetime,
    ) -> Principal | None:
        """Return who presents a token, with the scopes that both may have.

        A token dies with the secret for which it was given.
        """
        entry = await self._entry(engine, claims.client_id, now)
        if (principal := entry.principal) is None:
            return None
        if claims.secret_tag not in {"", principal.secret_tag}:
            return None
        allowed = principal.scopes & claims.scopes
        if entry.limited is None or entry.limited.scopes != allowed:
            entry.limited = dataclasses.replace(principal, scopes=allowed)
        return entry.limited

    def forget(self, client_id: str) -> None:
        """Read a client anew at its next request: it was changed or revoked."""
        self._entries.pop(client_id, None)

    async def seen(self, engine: AsyncEngine, ven_id: str, now: datetime) -> None:
        """Store that a home was here, once a minute at most."""
        epoch = to_epoch(now)
        if 0 <= epoch - self._seen.get(ven_id, epoch - _SEEN_S) < _SEEN_S:
            return
        if len(self._seen) >= _MAX_ENTRIES:
            self._seen.clear()
        self._seen[ven_id] = epoch
        await self._batcher.add(engine, _Seen(ven_id=ven_id, epoch=epoch))

    async def _entry(
        self, engine: AsyncEngine, client_id: str, now: datetime
    ) -> _Entry:
        """Return what is known of a client, read anew twice a minute."""
        epoch = to_epoch(now)
        entry = self._entries.get(client_id)
        if entry is None or not 0 <= epoch - entry.loaded_at < _CACHE_S:
            async with reading_briefly(engine) as conn:
                principal = await _load(conn, client_id)
            if len(self._entries) >= _MAX_ENTRIES:
                self._entries.clear()
            entry = _Entry(principal=principal, loaded_at=epoch)
            self._entries[client_id] = entry
        return entry


async def _write_seen(conn: AsyncConnection, homes: Sequence[_Seen]) -> Sequence[None]:
    """Store when some homes were here."""
    rows = [{"seen_id": home.ven_id, "last_seen_at": home.epoch} for home in homes]
    await conn.execute(_SEEN, rows)
    return [None] * len(homes)


async def _load(conn: AsyncConnection, client_id: str) -> Principal | None:
    """Read a client and the home that it belongs to."""
    row = (await conn.execute(_CLIENT, {"client_id": client_id})).one_or_none()
    if row is None:
        return None
    role, ven_id = Role(row.role), row.id
    return Principal(
        client_id=client_id,
        role=role,
        ven_id=ven_id,
        targets=await targets_of_ven(conn, ven_id) if ven_id else frozenset(),
        trafo_id=row.trafo_id,
        scopes=SCOPES[role],
        secret_tag=secret_tag(row.secret_hash),
    )
