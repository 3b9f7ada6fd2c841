"""Events over HTTP: written by the operator, read by the homes they are for."""

from aiohttp import web

from dalen_hub.appkeys import CLOCK, ENGINE, NUDGER
from dalen_hub.store.batcher import Batcher
from dalen_hub.store.database import durable, reading_briefly
from dalen_hub.store.times import to_epoch
from dalen_hub.vtn import event_store as store
from dalen_hub.vtn.answers import AnswerCache, json_list, json_text, list_body, tagged
from dalen_hub.vtn.bodies import read_object
from dalen_hub.vtn.cap_events import (
    remove_cap_events_before,
    remove_events_of_target,
    upsert_cap_event,
    visible_events,
)
from dalen_hub.vtn.changes import entity_tag, is_current, not_modified
from dalen_hub.vtn.event_store import EventFilter, NewEvent
from dalen_hub.vtn.paths import VTN_PATH
from dalen_hub.vtn.principal import Principal, Role, require_scope
from dalen_hub.vtn.problems import ProblemError
from dalen_hub.vtn.queries import Page, flag_of, id_filter, page_of, path_id, targets_of
from dalen_hub.vtn.schemas import event as check_event

__all__ = [
    "add_routes",
    "remove_cap_events_before",
    "remove_events_of_target",
    "upsert_cap_event",
    "visible_events",
]

_NEW_EVENTS: web.AppKey[Batcher[NewEvent, str | ProblemError]] = web.AppKey(
    "new_events"
)
_ANSWERS: web.AppKey[AnswerCache] = web.AppKey("event_answers")


def add_routes(app: web.Application) -> None:
    """Add the paths of events."""
    app[_ANSWERS] = AnswerCache()
    app[_NEW_EVENTS] = Batcher(store.insert_events, durable)
    path = f"{VTN_PATH}/events"
    app.router.add_get(path, list_events)
    app.router.add_post(path, create_event)
    app.router.add_get(f"{path}/{{id}}", get_event)
    app.router.add_put(f"{path}/{{id}}", update_event)
    app.router.add_delete(f"{path}/{{id}}", delete_event)


async def list_events(request: web.Request) -> web.Response:
    """Answer with the events that the client may see."""
    principal = require_scope(request, "read_targets")
    page, active = page_of(request), flag_of(request, "active")
    wanted = EventFilter(
        program_id=id_filter(request, "programID"),
        asked=targets_of(request),
        active_at=to_epoch(request.app[CLOCK]()) if active else None,
    )
    if active:
        # What is over changes by the time alone: no ETag.
        return json_list(await _texts(request, principal, wanted, page))
    tag = await entity_tag(request.app[ENGINE], principal, request)
    if is_current(request, tag):
        return not_modified(tag)
    kept = request.app[_ANSWERS]
    if (body := kept.get(tag)) is None:
        body = list_body(await _texts(request, principal, wanted, page))
        kept.put(tag, body)
    return tagged(body, tag)


async def get_event(request: web.Request) -> web.Response:
    """Answer with one event."""
    principal = require_scope(request, "read_targets")
    async with reading_briefly(request.app[ENGINE]) as conn:
        found = await store.get_event(conn, path_id(request), _sight(principal))
    return web.json_response(found)


async def create_event(request: web.Request) -> web.Response:
    """Store a new event and wake the homes that it is for."""
    require_scope(request, "write_events")
    body = check_event(await read_object(request))
    app = request.app
    new = NewEvent(body=body, now=app[CLOCK]())
    made = await app[_NEW_EVENTS].add(app[ENGINE], new)
    if isinstance(made, ProblemError):
        raise made
    app[NUDGER].changed(body.get("targets", ()))
    return json_text(made, status=201)


async def update_event(request: web.Request) -> web.Response:
    """Replace what an event says and wake the homes that it is or was for."""
    require_scope(request, "write_events")
    event_id = path_id(request)
    body = check_event(await read_object(request))
    async with durable(request.app[ENGINE]) as conn:
        old, made = await store.replace_event(
            conn, event_id, body, request.app[CLOCK]()
        )
    for item in (old, body):
        request.app[NUDGER].changed(item.get("targets", ()))
    return json_text(made)


async def delete_event(request: web.Request) -> web.Response:
    """Remove an event and wake the homes that it was for."""
    require_scope(request, "write_events")
    event_id, now = path_id(request), request.app[CLOCK]()
    async with durable(request.app[ENGINE]) as conn:
        gone = await store.delete_event(conn, event_id, now)
    request.app[NUDGER].changed(gone.get("targets", ()))
    return web.json_response(gone)


async def _texts(
    request: web.Request, principal: Principal, wanted: EventFilter, page: Page
) -> list[str]:
    """Return a page of events as they are sent."""
    async with reading_briefly(request.app[ENGINE]) as conn:
        return await store.event_texts(conn, _sight(principal), wanted, page)


def _sight(principal: Principal) -> frozenset[str] | None:
    """Return the targets of which a client sees the events; None: all events."""
    return None if principal.role is Role.BL else principal.targets
