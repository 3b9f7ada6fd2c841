"""Secrets over HTTP: a client gets a new one; the operator revokes a client."""

from aiohttp import web
from sqlalchemy import select

from dalen_hub.appkeys import CLOCK, ENGINE, NUDGER, PRINCIPALS
from dalen_hub.audit.acts import Act, note_act
from dalen_hub.store.database import durable
from dalen_hub.store.tables import client
from dalen_hub.vtn.clients import revoke_client, rotate_secret
from dalen_hub.vtn.paths import CREDENTIALS_PATH
from dalen_hub.vtn.principal import principal_of, require_operator
from dalen_hub.vtn.problems import ProblemError
from dalen_hub.vtn.queries import path_id


def add_routes(app: web.Application) -> None:
    """Add the paths of credentials."""
    app.router.add_post(CREDENTIALS_PATH, post_credentials)
    app.router.add_delete("/api/v1/clients/{id}", delete_client)


async def post_credentials(request: web.Request) -> web.Response:
    """Give the client a new secret, shown once; the old one holds no more."""
    principal = principal_of(request)
    app = request.app
    async with durable(app[ENGINE]) as conn:
        secret = await rotate_secret(conn, principal.client_id)
        await note_act(
            conn,
            Act.SECRET_ROTATED,
            by=principal.client_id,
            of=principal.client_id,
            now=app[CLOCK](),
        )
    app[PRINCIPALS].forget(principal.client_id)
    return web.json_response(
        {"client_id": principal.client_id, "client_secret": secret},
        headers={"Cache-Control": "no-store"},
    )


async def delete_client(request: web.Request) -> web.Response:
    """Refuse a client from now on. A home stays a member, but can do nothing."""
    principal = require_operator(request)
    client_id = path_id(request)
    if client_id == principal.client_id:
        raise ProblemError(409, "A client cannot revoke itself.")
    app = request.app
    now = app[CLOCK]()
    async with durable(app[ENGINE]) as conn:
        known = select(client.c.id).where(client.c.id == client_id)
        if await conn.scalar(known) is None:
            raise ProblemError(404, "There is no client with this id.")
        if await revoke_client(conn, client_id, now):
            by = principal.client_id
            await note_act(conn, Act.CLIENT_REVOKED, by=by, of=client_id, now=now)
    app[PRINCIPALS].forget(client_id)
    app[NUDGER].end_client(client_id)
    return web.Response(status=204)
