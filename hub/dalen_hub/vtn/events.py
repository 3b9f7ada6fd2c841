"""Events over HTTP: written by the operator, read by the homes they are for."""

from aiohttp import web

from dalen_hub.appkeys import CLOCK, ENGINE, NUDGER
from dalen_hub.store.database import reading
from dalen_hub.vtn import event_store as store
from dalen_hub.vtn.bodies import read_object
from dalen_hub.vtn.cap_events import (
    remove_cap_events_before,
    remove_events_of_target,
    upsert_cap_event,
    visible_events,
)
from dalen_hub.vtn.paths import VTN_PATH
from dalen_hub.vtn.principal import Principal, Role, require_scope
from dalen_hub.vtn.queries import id_filter, page_of, path_id, targets_of
from dalen_hub.vtn.schemas import event as check_event

__all__ = [
    "add_routes",
    "remove_cap_events_before",
    "remove_events_of_target",
    "upsert_cap_event",
    "visible_events",
]


def add_routes(app: web.Application) -> None:
    """Add the paths of events."""
    path = f"{VTN_PATH}/events"
    app.router.add_get(path, list_events)
    app.router.add_post(path, create_event)
    app.router.add_get(f"{path}/{{id}}", get_event)
    app.router.add_put(f"{path}/{{id}}", update_event)
    app.router.add_delete(f"{path}/{{id}}", delete_event)


async def list_events(request: web.Request) -> web.Response:
    """Answer with the events that the client may see."""
    principal = require_scope(request, "read_targets")
    async with reading(request.app[ENGINE]) as conn:
        found = await store.list_events(
            conn,
            _sight(principal),
            program_id=id_filter(request, "programID"),
            asked=targets_of(request),
            page=page_of(request),
        )
    return web.json_response(found)


async def get_event(request: web.Request) -> web.Response:
    """Answer with one event."""
    principal = require_scope(request, "read_targets")
    async with reading(request.app[ENGINE]) as conn:
        found = await store.get_event(conn, path_id(request), _sight(principal))
    return web.json_response(found)


async def create_event(request: web.Request) -> web.Response:
    """Store a new event and wake the homes that it is for."""
    require_scope(request, "write_events")
    body = check_event(await read_object(request))
    async with request.app[ENGINE].begin() as conn:
        trafo_id = await store.trafo_of_targets(conn, body)
        now = request.app[CLOCK]()
        made = await store.insert_event(conn, body, now, trafo_id=trafo_id)
    request.app[NUDGER].changed(made.get("targets", ()))
    return web.json_response(made, status=201)


async def update_event(request: web.Request) -> web.Response:
    """Replace what an event says and wake the homes that it is or was for."""
    require_scope(request, "write_events")
    event_id = path_id(request)
    body = check_event(await read_object(request))
    async with request.app[ENGINE].begin() as conn:
        old = await store.get_event(conn, event_id, None)
        made = await store.replace_event(conn, event_id, body, request.app[CLOCK]())
    for item in (old, made):
        request.app[NUDGER].changed(item.get("targets", ()))
    return web.json_response(made)


async def delete_event(request: web.Request) -> web.Response:
    """Remove an event and wake the homes that it was for."""
    require_scope(request, "write_events")
    async with request.app[ENGINE].begin() as conn:
        gone = await store.delete_event(conn, path_id(request))
    request.app[NUDGER].changed(gone.get("targets", ()))
    return web.json_response(gone)


def _sight(principal: Principal) -> frozenset[str] | None:
    """Return the targets of which a client sees the events; None: all events."""
    return None if principal.role is Role.BL else principal.targets
