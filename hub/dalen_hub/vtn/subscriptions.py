"""Subscriptions over HTTP: a client asks to be told of changes by webhooks."""

from aiohttp import web

from dalen_hub.appkeys import CLOCK, ENGINE, WEBHOOKS
from dalen_hub.store.database import reading_briefly
from dalen_hub.vtn import subscription_store as store
from dalen_hub.vtn.bodies import JsonObject, read_object
from dalen_hub.vtn.notifications import Change, queue_notifications
from dalen_hub.vtn.paths import VTN_PATH
from dalen_hub.vtn.principal import Principal, Role, require_scope
from dalen_hub.vtn.problems import ProblemError
from dalen_hub.vtn.queries import id_filter, page_of, path_id
from dalen_hub.vtn.schemas import OBJECT_TYPES, subscription as check_subscription


def add_routes(app: web.Application) -> None:
    """Add the paths of subscriptions."""
    path = f"{VTN_PATH}/subscriptions"
    app.router.add_get(path, list_subscriptions)
    app.router.add_post(path, create_subscription)
    app.router.add_get(f"{path}/{{id}}", get_subscription)
    app.router.add_put(f"{path}/{{id}}", update_subscription)
    app.router.add_delete(f"{path}/{{id}}", delete_subscription)


async def list_subscriptions(request: web.Request) -> web.Response:
    """Answer with the subscriptions that the client may see."""
    principal = require_scope(request, "read_ven_objects")
    page, program_id = page_of(request), id_filter(request, "programID")
    name, kinds = request.query.get("clientName"), _kinds(request)
    async with reading_briefly(request.app[ENGINE]) as conn:
        rows = await store.subscription_rows(conn, _sight(principal))
    found = [
        store.shown_subscription(row, principal.client_id)
        for row in rows
        if (program_id is None or row.body.get("programID") == program_id)
        and (name is None or row.body["clientName"] == name)
        and (not kinds or kinds & store.kinds_of(row.body))
    ]
    return web.json_response(found[page.skip : page.skip + page.limit])


async def get_subscription(request: web.Request) -> web.Response:
    """Answer with one subscription."""
    principal = require_scope(request, "read_ven_objects")
    async with reading_briefly(request.app[ENGINE]) as conn:
        row = await store.subscription_row(conn, path_id(request), _sight(principal))
    return web.json_response(store.shown_subscription(row, principal.client_id))


async def create_subscription(request: web.Request) -> web.Response:
    """Make a subscription, once its webhooks proved that they are the client's."""
    principal = require_scope(request, "write_subscriptions")
    body = check_subscription(await read_object(request))
    app, now = request.app, request.app[CLOCK]()
    async with reading_briefly(app[ENGINE]) as conn:
        # Before the hub calls anybody for the client.
        await store.check_possible(conn, principal, body)
    await _challenge(request, body)
    async with app[ENGINE].begin() as conn:
        await store.check_possible(conn, principal, body)
        row = await store.insert_subscription(conn, principal, body, now)
        made = store.shown_subscription(row, principal.client_id)
        change = Change(operation="CREATE", item=store.shown_subscription(row, None))
        await queue_notifications(conn, [change], now)
    app[WEBHOOKS].poke()
    return web.json_response(made, status=201)


async def update_subscription(request: web.Request) -> web.Response:
    """Replace a subscription of the client itself; its webhooks prove themselves anew."""
    principal = require_scope(request, "write_subscriptions")
    subscription_id = path_id(request)
    body = check_subscription(await read_object(request))
    app, now = request.app, request.app[CLOCK]()
    async with reading_briefly(app[ENGINE]) as conn:
        await store.subscription_row(conn, subscription_id, principal.client_id)
        await store.check_program(conn, principal, body)
    await _challenge(request, body)
    async with app[ENGINE].begin() as conn:
        old = await store.subscription_row(conn, subscription_id, principal.client_id)
        await store.check_program(conn, principal, body)
        row = await store.replace_subscription(conn, old, body, now)
        made = store.shown_subscription(row, principal.client_id)
        change = Change(operation="UPDATE", item=store.shown_subscription(row, None))
        await queue_notifications(conn, [change], now)
    app[WEBHOOKS].poke()
    return web.json_response(made)


async def delete_subscription(request: web.Request) -> web.Response:
    """Remove a subscription; the operator may remove those of VENs too."""
    principal = require_scope(request, "write_subscriptions")
    subscription_id, now = path_id(request), request.app[CLOCK]()
    async with request.app[ENGINE].begin() as conn:
        row = await store.subscription_row(conn, subscription_id, _sight(principal))
        await store.delete_subscription(conn, subscription_id)
        change = Change(operation="DELETE", item=store.shown_subscription(row, None))
        await queue_notifications(conn, [change], now)
    request.app[WEBHOOKS].poke()
    return web.json_response(store.shown_subscription(row, principal.client_id))


async def _challenge(request: web.Request, body: JsonObject) -> None:
    """Let each webhook of a subscription prove itself."""
    webhooks = request.app[WEBHOOKS]
    urls = {wanted["callbackUrl"] for wanted in body["objectOperations"]}
    for url in urls:
        webhooks.check_url(url)
    for url in sorted(urls):
        await webhooks.challenge(url)


def _kinds(request: web.Request) -> frozenset[str]:
    """Return the object types that a request filters on; empty: no filter."""
    kinds = frozenset(
        kind
        for text in request.query.getall("objects", [])
        for kind in text.split(",")
        if kind
    )
    if unknown := kinds - OBJECT_TYPES:
        raise ProblemError(400, f"objects: {min(unknown)} is no type of object.")
    return kinds


def _sight(principal: Principal) -> str | None:
    """Return the client whose subscriptions are seen; None: those of all."""
    return None if principal.role is Role.BL else principal.client_id
