"""Commands that change stored state, also while the hub runs."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.app import utc_now
from dalen_hub.audit.acts import COMMAND_LINE, Act, note_act
from dalen_hub.audit.chain import Chain, Entry, Verdict
from dalen_hub.audit.log import newest, verify
from dalen_hub.errors import HubError
from dalen_hub.homes.hub_key import HubKey
from dalen_hub.homes.invites import create_invite
from dalen_hub.homes.pairing_string import pairing_string
from dalen_hub.store.database import durable, open_database
from dalen_hub.vtn.clients import create_client


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """A part of a chain, and whether the whole of it holds."""

    entries: Sequence[Entry]
    verdict: Verdict


async def add_client(data_dir: Path, role: str, name: str) -> str:
    """Add a client; return `ID:SECRET`."""
    async with _transaction(data_dir) as conn:
        try:
            client_id, secret = await create_client(conn, role, name, utc_now())
        except ValueError as err:
            raise HubError(str(err)) from err
        await _note(conn, Act.CLIENT_ADDED, client_id)
    return f"{client_id}:{secret}"


async def invite(data_dir: Path, trafo_id: str, public_url: str) -> str:
    """Make an invite for one home; return its pairing string."""
    async with _transaction(data_dir) as conn:
        code = await create_invite(conn, trafo_id, utc_now())
        await _note(conn, Act.HOME_INVITED, trafo_id)
    return pairing_string(public_url, code, HubKey.open(data_dir).public_key)


async def audited(data_dir: Path, chain: Chain, limit: int) -> Audited:
    """Return the last entries of a chain, and what a check of it found."""
    async with _transaction(data_dir) as conn:
        return Audited(
            entries=await newest(conn, chain, limit=limit),
            verdict=await verify(conn, chain),
        )


async def _note(conn: AsyncConnection, act: Act, of: str) -> None:
    """Note what was done on the command line."""
    await note_act(conn, act, by=COMMAND_LINE, of=of, now=utc_now())


@asynccontextmanager
async def _transaction(data_dir: Path) -> AsyncIterator[AsyncConnection]:
    """Open the database for one transaction."""
    engine = await open_database(data_dir)
    try:
        async with durable(engine) as conn:
            yield conn
    finally:
        await engine.dispose()
