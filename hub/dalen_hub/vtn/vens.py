"""VENs over HTTP: a home sees and changes itself, the operator sees all."""

from datetime import datetime
from typing import Any

from aiohttp import web
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.appkeys import CLOCK, ENGINE, NUDGER, PRINCIPALS, WEBHOOKS
from dalen_hub.homes.signals import membership_changed
from dalen_hub.store.database import reading_briefly
from dalen_hub.vtn import ven_store as store
from dalen_hub.vtn.bodies import JsonObject, read_object
from dalen_hub.vtn.leaving import leave_as_home
from dalen_hub.vtn.notifications import Change, queue_notifications
from dalen_hub.vtn.paths import VTN_PATH
from dalen_hub.vtn.principal import Principal, Role, require_scope
from dalen_hub.vtn.queries import page_of, path_id, targets_of
from dalen_hub.vtn.schemas import ven as check_ven


def add_routes(app: web.Application) -> None:
    """Add the paths of VENs. Homes join by pairing, not here."""
    path = f"{VTN_PATH}/vens"
    app.router.add_get(path, list_vens)
    app.router.add_post(path, create_ven)
    app.router.add_get(f"{path}/{{id}}", get_ven)
    app.router.add_put(f"{path}/{{id}}", update_ven)
    app.router.add_delete(f"{path}/{{id}}", delete_ven)


async def list_vens(request: web.Request) -> web.Response:
    """Answer with the VENs that the client may see."""
    principal = require_scope(request, "read_ven_objects")
    async with reading_briefly(request.app[ENGINE]) as conn:
        found = await store.list_vens(
            conn,
            None if principal.role is Role.BL else principal.ven_id or "",
            page_of(request),
            name=request.query.get("venName"),
            asked=targets_of(request),
        )
    return web.json_response(found)


async def get_ven(request: web.Request) -> web.Response:
    """Answer with one VEN."""
    principal = require_scope(request, "read_ven_objects")
    ven_id = _own_id(request, principal)
    async with reading_briefly(request.app[ENGINE]) as conn:
        row = await store.ven_row(conn, ven_id)
    return web.json_response(store.shown_ven(row))


async def create_ven(request: web.Request) -> web.Response:
    """Make the VEN of a client that is no Dalen home."""
    principal = require_scope(request, "write_vens")
    body = check_ven(await read_object(request), principal.role)
    client_id = body.get("clientID", principal.client_id)
    now = request.app[CLOCK]()
    async with request.app[ENGINE].begin() as conn:
        row = await store.insert_ven(conn, client_id, body, now)
        made = store.shown_ven(row)
        await queue_notifications(conn, [Change(operation="CREATE", item=made)], now)
    _tell(request, row)
    return web.json_response(made, status=201)


async def update_ven(request: web.Request) -> web.Response:
    """Change a VEN: its name, what it can do, and by the operator its targets."""
    principal = require_scope(request, "write_vens")
    ven_id = _own_id(request, principal)
    body = check_ven(await read_object(request), principal.role)
    now = request.app[CLOCK]()
    async with request.app[ENGINE].begin() as conn:
        old = await store.ven_row(conn, ven_id)
        new = await store.replace_ven(conn, old, body, now)
        made = store.shown_ven(new)
        await queue_notifications(conn, [Change(operation="UPDATE", item=made)], now)
    _tell(request, new)
    return web.json_response(made)


async def delete_ven(request: web.Request) -> web.Response:
    """Remove a VEN; for a home this means that it leaves."""
    principal = require_scope(request, "write_vens")
    ven_id = _own_id(request, principal)
    now = request.app[CLOCK]()
    async with request.app[ENGINE].begin() as conn:
        row = await store.ven_row(conn, ven_id)
        gone = await _remove(conn, row, now)
    _tell(request, row)
    if store.is_home(row):
        request.app[NUDGER].end_client(row.client_id)
    return web.json_response(gone)


async def _remove(conn: AsyncConnection, row: Row[Any], now: datetime) -> JsonObject:
    """Remove a VEN in the transaction of the caller; return what it was."""
    gone = store.shown_ven(row)
    await queue_notifications(conn, [Change(operation="DELETE", item=gone)], now)
    if store.is_home(row):
        await leave_as_home(conn, row, now)
    else:
        await store.delete_ven(conn, row)
    return gone


def _tell(request: web.Request, row: Row[Any]) -> None:
    """Let all who remember a VEN know that it changed."""
    app = request.app
    app[PRINCIPALS].forget(row.client_id)
    app[WEBHOOKS].poke()
    if store.is_home(row):
        membership_changed(app, row.trafo_id)


def _own_id(request: web.Request, principal: Principal) -> str:
    """Return the id in the path; to a home, other homes do not exist."""
    ven_id = path_id(request)
    if principal.role is not Role.BL and ven_id != principal.ven_id:
        raise store.no_ven()
    return ven_id
