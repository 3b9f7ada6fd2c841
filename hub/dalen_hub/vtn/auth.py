"""Authenticate requests, and let clients get a token.

The public names of clients are here too: ``create_client``, ``revoke_client``.
"""

from aiohttp import web
from aiohttp.typedefs import Handler

from dalen_hub.appkeys import CLOCK, ENGINE, PRINCIPAL, PRINCIPALS, TOKENS
from dalen_hub.vtn.clients import create_client, revoke_client
from dalen_hub.vtn.principal import Principal, Role, principal_of
from dalen_hub.vtn.principals import Principals
from dalen_hub.vtn.problems import API_PREFIXES, ProblemError, problem_middleware

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
    """Add the problems and the authentication to an application, once."""
    for needed in (problem_middleware, middleware):
        if needed not in app.middlewares:
            app.middlewares.append(needed)
    if PRINCIPALS not in app:
        app[PRINCIPALS] = Principals()


async def authenticate(request: web.Request) -> Principal | None:
    """Return who presents a token; None when there is no bearer token.

    Raises a 401 problem when the token or its client does not hold any more.
    """
    header = request.headers.get("Authorization", "")
    if not header.lower().startswith(_BEARER):
        return None
    app, now = request.app, request.app[CLOCK]()
    claims = app[TOKENS].verify(header[len(_BEARER) :].strip(), now)
    principals, engine = app[PRINCIPALS], app[ENGINE]
    principal = await principals.of_token(engine, claims.client_id, claims.scopes, now)
    if principal is None:
        raise ProblemError(
            401,
            "The client of this token was revoked.",
            headers={"WWW-Authenticate": 'Bearer realm="dalen", error="invalid_token"'},
        )
    if principal.ven_id is not None:
        await principals.seen(engine, principal.ven_id, now)
    return principal
