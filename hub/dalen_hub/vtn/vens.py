"""VENs over HTTP: a home sees and changes itself, the operator sees all."""

from aiohttp import web

from dalen_hub.appkeys import CLOCK, ENGINE
from dalen_hub.homes.signals import membership_changed
from dalen_hub.store.database import reading_briefly
from dalen_hub.vtn import ven_store as store
from dalen_hub.vtn.bodies import read_object
from dalen_hub.vtn.paths import VTN_PATH
from dalen_hub.vtn.principal import Principal, Role, require_home, require_scope
from dalen_hub.vtn.problems import ProblemError
from dalen_hub.vtn.queries import page_of, path_id, targets_of
from dalen_hub.vtn.schemas import ven as check_ven


def add_routes(app: web.Application) -> None:
    """Add the paths of VENs. Homes come and go by pairing, not here."""
    path = f"{VTN_PATH}/vens"
    app.router.add_get(path, list_vens)
    app.router.add_get(f"{path}/{{id}}", get_ven)
    app.router.add_put(f"{path}/{{id}}", update_ven)


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


async def update_ven(request: web.Request) -> web.Response:
    """Let a home change its name and what its heat pump can do."""
    require_scope(request, "write_vens")
    principal, _ = require_home(request)
    ven_id = _own_id(request, principal)
    body = check_ven(await read_object(request))
    async with request.app[ENGINE].begin() as conn:
        old = await store.ven_row(conn, ven_id)
        await store.replace_ven(conn, old, body, request.app[CLOCK]())
        new = await store.ven_row(conn, ven_id)
    membership_changed(request.app, new.trafo_id)
    return web.json_response(store.shown_ven(new))


def _own_id(request: web.Request, principal: Principal) -> str:
    """Return the id in the path; to a home, other homes do not exist."""
    ven_id = path_id(request)
    if principal.role is not Role.BL and ven_id != principal.ven_id:
        raise ProblemError(404, "There is no VEN with this id.")
    return ven_id
