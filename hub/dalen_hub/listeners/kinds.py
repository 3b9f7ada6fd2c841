"""What each listener serves: the homes' one has no pages and no operator's API."""

from enum import Enum
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from dalen_hub.vtn.problems import ProblemError

INGRESS_PEER: Final = "172.30.32.2"
"""The only address from which Home Assistant's ingress comes."""

INGRESS_HEADER: Final = "X-Ingress-Path"

_HEALTH: Final = "/health"
_FOR_HOMES: Final = ("/openadr3/", "/dalen/v1/", _HEALTH)


class Kind(Enum):
    """What a listener is for."""

    ALL = "all"
    """The only listener of a hub."""
    HOMES = "homes"
    OPERATOR = "operator"
    INGRESS = "ingress"
    """The pages inside Home Assistant, which checked who is there."""


LISTENERS: Final = web.AppKey[dict[int, Kind]]("listeners")
"""What is served at each local port; a port that is not there serves all."""


@web.middleware
async def separate_listeners(
    request: web.Request, handler: Handler
) -> web.StreamResponse:
    """Refuse what does not belong on the listener of a request."""
    kind = kind_of(request)
    if kind is Kind.INGRESS and not _may_use_ingress(request):
        raise ProblemError(403, "Only Home Assistant itself may come in here.")
    if kind is Kind.HOMES and not _is_for_homes(request):
        raise web.HTTPNotFound
    return await handler(request)


def kind_of(request: web.Request) -> Kind:
    """Return what the listener of a request is for."""
    listeners = request.app.get(LISTENERS)
    if not listeners or request.transport is None:
        return Kind.ALL
    here = request.transport.get_extra_info("sockname")
    return listeners.get(here[1], Kind.ALL)


def ingress_path(request: web.Request) -> str | None:
    """Return where ingress puts the pages; nobody else is believed."""
    if kind_of(request) is not Kind.INGRESS:
        return None
    return request.headers.get(INGRESS_HEADER)


def peer_of(request: web.Request) -> str | None:
    """Return the address at the other end of the connection."""
    if request.transport is None:
        return None
    peer = request.transport.get_extra_info("peername")
    return str(peer[0]) if isinstance(peer, tuple) else None


def _may_use_ingress(request: web.Request) -> bool:
    """Return whether a request comes from ingress, or asks only for the health."""
    if request.path == _HEALTH:
        return True
    return (peer_of(request) or "").removeprefix("::ffff:") == INGRESS_PEER


def _is_for_homes(request: web.Request) -> bool:
    """Return whether homes may ask for what a request asks for.

    What decides is the route that was found, not the path as it was written.
    """
    resource = request.match_info.route.resource
    # Without a route there is nothing there, or not with this method.
    path = request.path if resource is None else resource.canonical
    return path.startswith(_FOR_HOMES)
