"""Notifiers over HTTP: how changes can be pushed, and the MQTT topics of each kind."""

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.appkeys import CLOCK, ENGINE, MQTT, TOKENS
from dalen_hub.store.database import reading_briefly
from dalen_hub.vtn.bodies import JsonObject
from dalen_hub.vtn.mqtt_access import Admitted
from dalen_hub.vtn.mqtt_topics import discovered
from dalen_hub.vtn.paths import VTN_PATH
from dalen_hub.vtn.principal import Principal, Role, require_scope
from dalen_hub.vtn.problems import ProblemError
from dalen_hub.vtn.program_store import get_program
from dalen_hub.vtn.queries import path_id
from dalen_hub.vtn.ven_store import ven_row

_TOPICS = f"{VTN_PATH}/notifiers/mqtt/topics"
_COLLECTIONS = ("programs", "events", "reports", "subscriptions", "vens", "resources")
_OF_VEN = ("events", "programs", "resources")


def add_routes(app: web.Application) -> None:
    """Add the paths of notifiers."""
    app.router.add_get(f"{VTN_PATH}/notifiers", list_notifiers)
    for name in _COLLECTIONS:
        app.router.add_get(f"{_TOPICS}/{name}", topics_of_collection)
    app.router.add_get(f"{_TOPICS}/programs/{{id}}", topics_of_program)
    app.router.add_get(f"{_TOPICS}/programs/{{id}}/events", topics_of_program)
    app.router.add_get(f"{_TOPICS}/vens/{{id}}", topics_of_ven)
    for name in _OF_VEN:
        app.router.add_get(f"{_TOPICS}/vens/{{id}}/{name}", topics_of_ven)


async def list_notifiers(request: web.Request) -> web.Response:
    """Answer with the ways to push; the broker then knows the token of the client.

    The standard asks for read_all, which VENs do not have, although the answer is
    for them; so any client may read it.
    """
    principal = require_scope(request, "read_targets")
    found: JsonObject = {"WEBHOOK": True}
    if await _admitted(request, principal):
        found["MQTT"] = {
            "URIS": [request.app[MQTT].settings.public_uri],
            "serialization": "JSON",
            "authentication": {
                "method": "OAUTH2_BEARER_TOKEN",
                "username": "{clientID}",
            },
        }
    return web.json_response(found)


async def topics_of_collection(request: web.Request) -> web.Response:
    """Answer the operator with the topics of all objects of a kind."""
    require_scope(request, "read_all")
    return await _answer(request, one=False)


async def topics_of_program(request: web.Request) -> web.Response:
    """Answer the operator with the topics of a program, or of its events."""
    require_scope(request, "read_all")
    program_id = path_id(request)
    async with reading_briefly(request.app[ENGINE]) as conn:
        await get_program(conn, program_id)
    return await _answer(request, one=not request.path.endswith("/events"))


async def topics_of_ven(request: web.Request) -> web.Response:
    """Answer with the topics of a VEN, or of what it may see; a VEN of its own."""
    principal = require_scope(request, "read_ven_objects")
    ven_id = path_id(request)
    async with reading_briefly(request.app[ENGINE]) as conn:
        await _check_ven(conn, principal, ven_id)
    return await _answer(request, one=request.path.endswith(f"/vens/{ven_id}"))


async def _check_ven(conn: AsyncConnection, principal: Principal, ven_id: str) -> None:
    """Raise a 404 problem unless a VEN is there for the client."""
    await ven_row(conn, ven_id)
    if principal.role is not Role.BL and principal.ven_id != ven_id:
        raise ProblemError(404, "There is no VEN with this id.")


async def _answer(request: web.Request, *, one: bool) -> web.Response:
    """Answer with the topics that the path asks for."""
    if MQTT not in request.app:
        raise ProblemError(404, "This hub has no MQTT notifier; see /notifiers.")
    path = request.path.removeprefix(f"{_TOPICS}/")
    return web.json_response({"topics": discovered(path, one=one)})


async def _admitted(request: web.Request, principal: Principal) -> bool:
    """Let the broker know the client's token; tell whether it can come in."""
    if MQTT not in request.app or (
        principal.role is not Role.BL and principal.ven_id is None
    ):
        return False
    token = request.headers["Authorization"].partition(" ")[2].strip()
    claims = request.app[TOKENS].verify(token, request.app[CLOCK]())
    client = Admitted(
        client_id=principal.client_id,
        ven_id=principal.ven_id,
        secret_tag=principal.secret_tag,
        expires_at=claims.expires_at,
        token=token,
    )
    return await request.app[MQTT].admit(client)
