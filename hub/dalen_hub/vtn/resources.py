"""Resources over HTTP: what belongs to a VEN, as OpenADR 3.1 has them."""

from aiohttp import web

from dalen_hub.appkeys import CLOCK, ENGINE, PRINCIPALS, WEBHOOKS
from dalen_hub.store.database import reading_briefly
from dalen_hub.vtn import resource_store as store
from dalen_hub.vtn.bodies import read_object
from dalen_hub.vtn.notifications import Change, queue_notifications
from dalen_hub.vtn.paths import VTN_PATH
from dalen_hub.vtn.principal import Principal, Role, require_scope
from dalen_hub.vtn.queries import id_filter, page_of, path_id, targets_of
from dalen_hub.vtn.schemas import resource as check_resource


def add_routes(app: web.Application) -> None:
    """Add the paths of resources."""
    path = f"{VTN_PATH}/resources"
    app.router.add_get(path, list_resources)
    app.router.add_post(path, create_resource)
    app.router.add_get(f"{path}/{{id}}", get_resource)
    app.router.add_put(f"{path}/{{id}}", update_resource)
    app.router.add_delete(f"{path}/{{id}}", delete_resource)


async def list_resources(request: web.Request) -> web.Response:
    """Answer with the resources that the client may see."""
    principal = require_scope(request, "read_ven_objects")
    ven_id, asked = id_filter(request, "venID"), targets_of(request)
    page, name = page_of(request), request.query.get("resourceName")
    async with reading_briefly(request.app[ENGINE]) as conn:
        rows = await store.resource_rows(conn, _sight(principal), ven_id, name)
    found = [store.shown_resource(row) for row in rows]
    if asked is not None:
        found = [item for item in found if not asked.isdisjoint(item["targets"])]
    return web.json_response(found[page.skip : page.skip + page.limit])


async def get_resource(request: web.Request) -> web.Response:
    """Answer with one resource."""
    principal = require_scope(request, "read_ven_objects")
    async with reading_briefly(request.app[ENGINE]) as conn:
        row = await store.resource_row(conn, path_id(request), _sight(principal))
    return web.json_response(store.shown_resource(row))


async def create_resource(request: web.Request) -> web.Response:
    """Make a resource of a VEN."""
    principal = require_scope(request, "write_vens")
    body = check_resource(await read_object(request), principal.role)
    now = request.app[CLOCK]()
    async with request.app[ENGINE].begin() as conn:
        row = await store.insert_resource(conn, _sight(principal), body, now)
        made = store.shown_resource(row)
        await queue_notifications(conn, [Change(operation="CREATE", item=made)], now)
    _tell(request, row.client_id)
    return web.json_response(made, status=201)


async def update_resource(request: web.Request) -> web.Response:
    """Change a resource."""
    principal = require_scope(request, "write_vens")
    body = check_resource(await read_object(request), principal.role)
    resource_id, now = path_id(request), request.app[CLOCK]()
    async with request.app[ENGINE].begin() as conn:
        old = await store.resource_row(conn, resource_id, _sight(principal))
        row = await store.replace_resource(conn, old, body, now)
        made = store.shown_resource(row)
        await queue_notifications(conn, [Change(operation="UPDATE", item=made)], now)
    _tell(request, row.client_id)
    return web.json_response(made)


async def delete_resource(request: web.Request) -> web.Response:
    """Remove a resource."""
    principal = require_scope(request, "write_vens")
    resource_id, now = path_id(request), request.app[CLOCK]()
    async with request.app[ENGINE].begin() as conn:
        row = await store.resource_row(conn, resource_id, _sight(principal))
        gone = store.shown_resource(row)
        await queue_notifications(conn, [Change(operation="DELETE", item=gone)], now)
        await store.delete_resource(conn, resource_id)
    _tell(request, row.client_id)
    return web.json_response(gone)


def _sight(principal: Principal) -> str | None:
    """Return the VEN whose resources a client sees; None: those of all VENs."""
    return None if principal.role is Role.BL else principal.ven_id or ""


def _tell(request: web.Request, client_id: str) -> None:
    """Read the targets of a VEN anew at its next request, and send webhooks."""
    request.app[PRINCIPALS].forget(client_id)
    request.app[WEBHOOKS].poke()
