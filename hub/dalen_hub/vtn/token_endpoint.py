"""The token endpoint: client credentials, in a header or in the body (RFC 6749)."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote_plus

from aiohttp import web

from dalen_hub.appkeys import CLOCK, CONFIG, ENGINE, RATE_LIMITS, SUSPECT, TOKENS
from dalen_hub.store.database import reading_briefly
from dalen_hub.vtn.bodies import read_limited
from dalen_hub.vtn.clients import prove_client
from dalen_hub.vtn.paths import TOKEN_PATH, absolute
from dalen_hub.vtn.principal import SCOPES
from dalen_hub.vtn.tokens import TOKEN_LIFE

_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class TokenRefusedError(Exception):
    """Ends a token request with an error of RFC 6749 section 5.2."""

    def __init__(self, error: str, description: str, *, basic: bool = False) -> None:
        """Keep the error code, what to do, and whether Basic was used."""
        super().__init__(description)
        self.error = error
        self.description = description
        self.basic = basic


@dataclass(frozen=True, slots=True, kw_only=True)
class _Credentials:
    """What a client presents; its secret stays out of ``repr``."""

    client_id: str
    secret: str
    basic: bool

    def __repr__(self) -> str:
        """Return the id only."""
        return f"_Credentials({self.client_id})"


async def get_auth_server(request: web.Request) -> web.Response:
    """Tell where tokens are given out."""
    return web.json_response({"tokenURL": absolute(request.app[CONFIG], TOKEN_PATH)})


async def post_token(request: web.Request) -> web.Response:
    """Give a token to a client that proves its secret."""
    try:
        return await _grant(request)
    except TokenRefusedError as refused:
        headers = dict(_NO_STORE)
        if refused.basic:
            headers["WWW-Authenticate"] = 'Basic realm="dalen"'
        return web.json_response(
            {"error": refused.error, "error_description": refused.description},
            status=401 if refused.error == "invalid_client" else 400,
            headers=headers,
        )


async def _grant(request: web.Request) -> web.Response:
    """Check a token request and answer with a token."""
    form = await _form(request)
    if (grant_type := form.get("grant_type")) != "client_credentials":
        raise TokenRefusedError(
            "unsupported_grant_type" if grant_type else "invalid_request",
            "Send grant_type=client_credentials.",
        )
    credentials = _credentials(request, form)
    async with reading_briefly(request.app[ENGINE]) as conn:
        proven = await prove_client(conn, credentials.client_id, credentials.secret)
    if proven is None:
        request[SUSPECT] = credentials.client_id
        request.app[RATE_LIMITS].count_failure(request)
        raise TokenRefusedError(
            "invalid_client",
            "The client is unknown, revoked, or its secret is wrong.",
            basic=credentials.basic,
        )
    scopes = _scopes(form.get("scope", ""), SCOPES[proven.role])
    now = request.app[CLOCK]()
    return web.json_response(
        {
            "access_token": request.app[TOKENS].issue(
                credentials.client_id, scopes, now, proven.secret_tag
            ),
            "token_type": "Bearer",
            "expires_in": int(TOKEN_LIFE.total_seconds()),
            "scope": " ".join(sorted(scopes)),
        },
        headers=_NO_STORE,
    )


async def _form(request: web.Request) -> dict[str, str]:
    """Return the form of a token request."""
    if request.content_type != "application/x-www-form-urlencoded":
        raise TokenRefusedError(
            "invalid_request",
            "Send a form: Content-Type application/x-www-form-urlencoded.",
        )
    raw = await read_limited(request)
    try:
        pairs = parse_qsl(
            raw.decode(), keep_blank_values=True, max_num_fields=20, errors="strict"
        )
    except ValueError as error:
        raise TokenRefusedError("invalid_request", "The form is broken.") from error
    if len({name for name, _ in pairs}) != len(pairs):
        raise TokenRefusedError("invalid_request", "A field is there twice.")
    return dict(pairs)


def _credentials(request: web.Request, form: Mapping[str, str]) -> _Credentials:
    """Return the credentials of a request, from one place only."""
    header = request.headers.get("Authorization", "")
    if header.lower().startswith("basic "):
        credentials = _basic(header[len("basic ") :])
        other = form.get("client_id", credentials.client_id) != credentials.client_id
        if "client_secret" in form or other:
            raise TokenRefusedError(
                "invalid_request", "Send the credentials in one place only."
            )
        return credentials
    if "client_id" in form and "client_secret" in form:
        return _Credentials(
            client_id=form["client_id"], secret=form["client_secret"], basic=False
        )
    raise TokenRefusedError(
        "invalid_client", "Send the client's id and secret.", basic=True
    )


def _basic(encoded: str) -> _Credentials:
    """Read the header of HTTP Basic; id and secret are form-encoded in it."""
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
        client_id, separator, secret = text.partition(":")
        parts = [unquote_plus(part, errors="strict") for part in (client_id, secret)]
    except (binascii.Error, UnicodeDecodeError) as error:
        raise TokenRefusedError(
            "invalid_client", "The Authorization header is broken.", basic=True
        ) from error
    if not separator:
        raise TokenRefusedError(
            "invalid_client", "The Authorization header has no secret.", basic=True
        )
    return _Credentials(client_id=parts[0], secret=parts[1], basic=True)


def _scopes(asked: str, allowed: frozenset[str]) -> frozenset[str]:
    """Return what is granted: what is asked for, as far as the role allows it."""
    if not asked.strip():
        return allowed
    if granted := allowed & frozenset(asked.split()):
        return granted
    raise TokenRefusedError(
        "invalid_scope", f"This client may ask for: {' '.join(sorted(allowed))}."
    )
