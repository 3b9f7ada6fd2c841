"""Commands that change stored state, also while the hub runs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.app import utc_now
from dalen_hub.errors import HubError
from dalen_hub.homes.hub_key import HubKey
from dalen_hub.homes.invites import create_invite
from dalen_hub.homes.pairing_string import pairing_string
from dalen_hub.store.database import open_database
from dalen_hub.vtn.clients import create_client


async def add_client(data_dir: Path, role: str, name: str) -> str:
    """Add a client; return `ID:SECRET`."""
    async with _transaction(data_dir) as conn:
        try:
            client_id, secret = await create_client(conn, role, name, utc_now())
        except ValueError as err:
            raise HubError(str(err)) from err
    return f"{client_id}:{secret}"


async def invite(data_dir: Path, trafo_id: str, public_url: str) -> str:
    """Make an invite for one home; return its pairing string."""
    async with _transaction(data_dir) as conn:
        code = await create_invite(conn, trafo_id, utc_now())
    return pairing_string(public_url, code, HubKey.open(data_dir).public_key)


@asynccontextmanager
async def _transaction(data_dir: Path) -> AsyncIterator[AsyncConnection]:
    """Open the database for one transaction."""
    engine = await open_database(data_dir)
    try:
        async with engine.begin() as conn:
            yield conn
    finally:
        await engine.dispose()
