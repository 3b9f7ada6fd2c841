"""Programs over HTTP: written by the operator, read by everybody they are for."""

from aiohttp import web

from dalen_hub.appkeys import CLOCK, ENGINE, NUDGER
from dalen_hub.store.database import reading_briefly
from dalen_hub.store.json_text import to_json
from dalen_hub.vtn import program_store as store
from dalen_hub.vtn.answers import list_body, tagged
from dalen_hub.vtn.bodies import JsonObject, read_object
from dalen_hub.vtn.changes import entity_tag, is_current, not_modified
from dalen_hub.vtn.paths import VTN_PATH
from dalen_hub.vtn.principal import Principal, Role, require_scope
from dalen_hub.vtn.problems import ProblemError
from dalen_hub.vtn.program_store import ensure_caps_program
from dalen_hub.vtn.queries import hide_targets, page_of, path_id, targets_of
from dalen_hub.vtn.schemas import program as check_program

__all__ = ["add_routes", "ensure_caps_program"]


def add_routes(app: web.Application) -> None:
    """Add the paths of programs."""
    path = f"{VTN_PATH}/programs"
    app.router.add_get(path, list_programs)
    app.router.add_post(path, create_program)
    app.router.add_get(f"{path}/{{id}}", get_program)
    app.router.add_put(f"{path}/{{id}}", update_program)
    app.router.add_delete(f"{path}/{{id}}", delete_program)


async def list_programs(request: web.Request) -> web.Response:
    """Answer with the programs that the client may see."""
    principal = require_scope(request, "read_targets")
    page, asked = page_of(request), targets_of(request)
    tag = await entity_tag(request.app[ENGINE], principal, request)
    if is_current(request, tag):
        return not_modified(tag)
    async with reading_briefly(request.app[ENGINE]) as conn:
        programs = await store.all_programs(conn)
    seen = [_shown(item, principal) for item in programs if _visible(item, principal)]
    if asked is not None:
        # After hiding: a filter must not tell that a hidden target is there.
        seen = [item for item in seen if asked & set(item.get("targets", ()))]
    part = seen[page.skip : page.skip + page.limit]
    return tagged(list_body(to_json(item) for item in part), tag)


async def get_program(request: web.Request) -> web.Response:
    """Answer with one program."""
    principal = require_scope(request, "read_targets")
    async with reading_briefly(request.app[ENGINE]) as conn:
        found = await store.get_program(conn, path_id(request))
    if not _visible(found, principal):
        raise ProblemError(404, "There is no program with this id.")
    return web.json_response(_shown(found, principal))


async def create_program(request: web.Request) -> web.Response:
    """Store a new program."""
    require_scope(request, "write_programs")
    body = check_program(await read_object(request))
    async with request.app[ENGINE].begin() as conn:
        made = await store.insert_program(conn, body, request.app[CLOCK]())
    request.app[NUDGER].changed(made.get("targets", ()))
    return web.json_response(made, status=201)


async def update_program(request: web.Request) -> web.Response:
    """Replace what a program says."""
    require_scope(request, "write_programs")
    body = check_program(await read_object(request))
    now, program_id = request.app[CLOCK](), path_id(request)
    async with request.app[ENGINE].begin() as conn:
        made = await store.replace_program(conn, program_id, body, now)
    request.app[NUDGER].changed(made.get("targets", ()))
    return web.json_response(made)


async def delete_program(request: web.Request) -> web.Response:
    """Remove a program."""
    require_scope(request, "write_programs")
    async with request.app[ENGINE].begin() as conn:
        gone = await store.delete_program(conn, path_id(request), request.app[CLOCK]())
    request.app[NUDGER].changed(gone.get("targets", ()))
    return web.json_response(gone)


def _visible(item: JsonObject, principal: Principal) -> bool:
    """Tell whether a program is for this client."""
    targets = item.get("targets")
    if principal.role is Role.BL or not targets:
        return True
    return not principal.targets.isdisjoint(targets)


def _shown(item: JsonObject, principal: Principal) -> JsonObject:
    """Return a program with only the targets that the client may know."""
    if principal.role is Role.BL:
        return item
    return hide_targets(item, principal.targets)
