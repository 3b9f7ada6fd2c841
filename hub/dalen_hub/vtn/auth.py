"""Authenticate requests, and let clients get a token.

The public names of clients are here too: ``create_client``, ``revoke_client``.
"""

from aiohttp import web
from aiohttp.typedefs import Handler

from dalen_hub.appkeys import (
    CLOCK,
    ENGINE,
    PRINCIPAL,
    PRINCIPALS,
    RATE_LIMITS,
    SUSPECT,
    TOKENS,
)
from dalen_hub.audit.denials import DENIALS, Denials, note_denials
from dalen_hub.listeners.certificates import check_certificate
from dalen_hub.listeners.kinds import separate_listeners
from dalen_hub.vtn.clients import create_client, revoke_client
from dalen_hub.vtn.principal import Principal, Role, principal_of
from dalen_hub.vtn.principals import Principals
from dalen_hub.vtn.problems import API_PREFIXES, ProblemError, problem_middleware
from dalen_hub.vtn.rate_limits import RateLimits

__all__ = [
    "Principal",
    "Role",
    "add_middlewares",
    "create_client",
    "middleware",
    "principal_of",
    "revoke_client",
]

_BEARER = "bearer "


@web.middleware
async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Put who sent the request into it; refuse a token that does not hold."""
    principal = None
    if request.path.startswith(API_PREFIXES):
        principal = await authenticate(request)
    request[PRINCIPAL] = principal
    return await handler(request)


def add_middlewares(app: web.Application) -> None:
    """Add problems, audit, listeners and authentication to an application, once."""
    for needed in (problem_middleware, note_denials, separate_listeners, middleware):
        if needed not in app.middlewares:
            app.middlewares.append(needed)
    if DENIALS not in app:
        app[DENIALS] = Denials()
    if PRINCIPALS not in app:
        app[PRINCIPALS] = Principals()
    if RATE_LIMITS not in app:
        app[RATE_LIMITS] = RateLimits()


async def authenticate(request: web.Request) -> Principal | None:
    """Return who presents a token; None when there is no bearer token.

    Raises a 401 problem when the token or its client does not hold any more, and
    a 429 problem for a client that asks too often.
    """
    header = request.headers.get("Authorization", "")
    limits = request.app[RATE_LIMITS]
    if not header.lower().startswith(_BEARER):
        limits.check_address(request)
        return None
    try:
        principal = await _bearer(request, header[len(_BEARER) :].strip())
    except ProblemError:
        limits.check_address(request)
        limits.count_failure(request)
        raise
    request[SUSPECT] = principal.client_id
    limits.check_client(principal)
    check_certificate(request, principal)
    if principal.ven_id is not None:
        app = request.app
        await app[PRINCIPALS].seen(app[ENGINE], principal.ven_id, app[CLOCK]())
    return principal


async def _bearer(request: web.Request, token: str) -> Principal:
    """Return whose token it is. Raises a 401 problem when it does not hold."""
    app, now = request.app, request.app[CLOCK]()
    claims = app[TOKENS].verify(token, now)
    principal = await app[PRINCIPALS].of_token(app[ENGINE], claims, now)
    if principal is None:
        request[SUSPECT] = claims.client_id
        raise ProblemError(
            401,
            "The client of this token was revoked, or got a new secret.",
            headers={"WWW-Authenticate": 'Bearer realm="dalen", error="invalid_token"'},
        )
    return principal
