"""Operators on the pages: who signed in, and that it is really they who send a form.

Inside Home Assistant nobody signs in: its ingress lets administrators in only. On
every other listener the id and the secret of a client with the role bl are asked.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
import hashlib
import hmac
import secrets
from typing import Final

from aiohttp import web
from sqlalchemy import select

from dalen_hub.appkeys import CLOCK, ENGINE
from dalen_hub.listeners.kinds import Kind, ingress_path, kind_of
from dalen_hub.store.database import reading
from dalen_hub.store.tables import client
from dalen_hub.vtn.clients import prove_client, secret_tag
from dalen_hub.vtn.principal import Role

from .security import base_path

COOKIE: Final = "dalen_operator"
SESSION_FOR: Final = timedelta(hours=8)
_MOST_SESSIONS: Final = 1_000
_LONGEST_BY: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """Who acts on a page; ``csrf`` must come back with every form."""

    by: str
    csrf: str
    may_sign_out: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Session:
    """Somebody who signed in."""

    client_id: str
    secret_tag: str
    csrf: str
    until: datetime


class Sessions:
    """Who is signed in. Kept in memory: a restart signs everybody out."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self.secret = secrets.token_bytes(32)
        self._sessions: dict[bytes, _Session] = {}

    def begin(self, client_id: str, tag: str, now: datetime) -> str:
        """Return the cookie of a new session."""
        self._sessions = {k: s for k, s in self._sessions.items() if now < s.until}
        if len(self._sessions) >= _MOST_SESSIONS:
            self._sessions.clear()
        token = secrets.token_urlsafe(32)
        self._sessions[_key(token)] = _Session(
            client_id=client_id,
            secret_tag=tag,
            csrf=secrets.token_urlsafe(32),
            until=now + SESSION_FOR,
        )
        return token

    def find(self, token: str, now: datetime) -> _Session | None:
        """Return the session of a cookie, None for one that is over."""
        session = self._sessions.get(_key(token))
        return session if session is not None and now < session.until else None

    def end(self, token: str) -> None:
        """Forget a session."""
        self._sessions.pop(_key(token), None)


SESSIONS: Final = web.AppKey("operator_sessions", Sessions)


def _key(token: str) -> bytes:
    """Return what is kept of a cookie: nobody can sign in with it."""
    return hashlib.sha256(token.encode()).digest()


async def operator_of(request: web.Request) -> Operator | None:
    """Return the operator behind a request, None for everybody else."""
    if kind_of(request) is Kind.INGRESS:
        return _from_home_assistant(request)
    token = request.cookies.get(COOKIE)
    if token is None or ENGINE not in request.app:
        return None
    session = request.app[SESSIONS].find(token, request.app[CLOCK]())
    if session is None or not await _still_holds(request, session):
        return None
    return Operator(by=session.client_id, csrf=session.csrf)


def _from_home_assistant(request: web.Request) -> Operator:
    """Return the user whom Home Assistant let in."""
    user = request.headers.get("X-Remote-User-Name") or "administrator"
    digest = hmac.new(request.app[SESSIONS].secret, user.encode(), hashlib.sha256)
    by = f"home assistant: {user}"[:_LONGEST_BY]
    return Operator(by=by, csrf=digest.hexdigest(), may_sign_out=False)


async def _still_holds(request: web.Request, session: _Session) -> bool:
    """Return whether the client still is an operator, with the same secret."""
    async with reading(request.app[ENGINE]) as conn:
        row = (
            await conn.execute(select(client).where(client.c.id == session.client_id))
        ).one_or_none()
    if row is None or row.revoked_at is not None or row.role != Role.BL:
        return False
    return secret_tag(row.secret_hash) == session.secret_tag


async def sign_in(request: web.Request, credentials: str) -> str | None:
    """Return the cookie for ``ID:SECRET``, None where it is not an operator's."""
    client_id, _, secret = credentials.strip().partition(":")
    async with reading(request.app[ENGINE]) as conn:
        proven = await prove_client(conn, client_id, secret)
    if proven is None or proven.role is not Role.BL:
        return None
    now = request.app[CLOCK]()
    return request.app[SESSIONS].begin(client_id, proven.secret_tag, now)


def set_cookie(request: web.Request, response: web.Response, token: str) -> None:
    """Give the browser the cookie of a session; scripts and other sites get none."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(SESSION_FOR.total_seconds()),
        path=base_path(ingress_path(request)),
        httponly=True,
        samesite="Strict",
        secure=request.secure,
    )


def is_own_form(request: web.Request) -> bool:
    """Return whether the browser says that a page of this hub sent the form."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") in {
        "same-origin",
        "none",
    }


def is_genuine(request: web.Request, operator: Operator, csrf: object) -> bool:
    """Return whether a form was on a page that this operator was given."""
    if not is_own_form(request) or not isinstance(csrf, str):
        return False
    return hmac.compare_digest(csrf.encode(), operator.csrf.encode())
