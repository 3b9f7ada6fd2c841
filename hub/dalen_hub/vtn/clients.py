"""Clients of the hub: their secrets, stored as hashes, and their revocation."""

from dataclasses import dataclass
from datetime import datetime
import hashlib
import hmac
import secrets

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.store.identifiers import new_random_id
from dalen_hub.store.pepper import pepper_of
from dalen_hub.store.tables import client
from dalen_hub.store.times import to_epoch
from dalen_hub.vtn.principal import Role

_PURPOSE = "client"
_SECRET_BYTES = 32


async def create_client(
    conn: AsyncConnection, role: str, name: str, now: datetime
) -> tuple[str, str]:
    """Add a client; return its id and its secret of 256 bits.

    The secret is not kept and cannot be shown again. Raises ValueError for a
    role that does not exist or a name that is empty or too long.
    """
    if not 0 < len(name) <= 128:
        raise ValueError("The name of a client must have 1 to 128 characters.")
    client_id = new_random_id()
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    await conn.execute(
        insert(client).values(
            id=client_id,
            role=Role(role),
            name=name,
            secret_hash=pepper_of(conn).digest(_PURPOSE, secret),
            created_at=to_epoch(now),
        )
    )
    return client_id, secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """A client that proved its secret."""

    role: Role
    secret_tag: str


async def prove_client(
    conn: AsyncConnection, client_id: str, secret: str
) -> Proven | None:
    """Return what a client is that proves its secret, else None."""
    row = (
        await conn.execute(
            select(client.c.role, client.c.secret_hash, client.c.revoked_at).where(
                client.c.id == client_id
            )
        )
    ).one_or_none()
    # Also hashed for an unknown client, so that the time tells nothing.
    digest = pepper_of(conn).digest(_PURPOSE, secret)
    if row is None or row.revoked_at is not None:
        return None
    if not hmac.compare_digest(digest, row.secret_hash):
        return None
    return Proven(role=Role(row.role), secret_tag=secret_tag(row.secret_hash))


def secret_tag(secret_hash: bytes) -> str:
    """Return a name for a secret that tells nothing about it."""
    return hashlib.sha256(b"dalen secret tag" + secret_hash).hexdigest()[:16]


async def rotate_secret(conn: AsyncConnection, client_id: str) -> str:
    """Give a client a new secret; the old one and its tokens hold no more.

    Other processes of the hub notice within a minute.
    """
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    digest = pepper_of(conn).digest(_PURPOSE, secret)
    await conn.execute(
        update(client).where(client.c.id == client_id).values(secret_hash=digest)
    )
    return secret


async def revoke_client(conn: AsyncConnection, client_id: str, now: datetime) -> bool:
    """Refuse a client from now on; return whether it was still accepted.

    Other processes of the hub notice within a minute.
    """
    result = await conn.execute(
        update(client)
        .where(client.c.id == client_id, client.c.revoked_at.is_(None))
        .values(revoked_at=to_epoch(now))
    )
    return result.rowcount == 1
