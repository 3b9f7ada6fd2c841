"""The access token of a VEN (OAuth 2 client credentials, RFC 6749 4.4)."""

from asyncio import Lock
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from math import isfinite
from typing import Final
from urllib.parse import quote_plus, urlencode

from aiohttp import ClientSession
from yarl import URL

from .address import is_no_weaker, parse_url
from .answer import read_json
from .errors import AuthenticationFailedError, ProblemError, UnexpectedAnswerError
from .transport import Clock, requested

_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}
_GRANT: Final = {"grant_type": "client_credentials"}

# RFC 6749 leaves out how long a token lasts when it is not said.
_DEFAULT_LIFE_S: Final = 300.0
_MAX_LIFE_S: Final = 24 * 3600.0
_MARGIN_S: Final = 60.0

_REFUSED: Final = {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Token:
    """A token and the instant from which it is not used any more."""

    text: str
    renew_at: datetime


class TokenSource:
    """Gives an access token, and gets a new one shortly before it expires."""

    def __init__(
        self,
        session: ClientSession,
        vtn_url: URL,
        client_id: str,
        client_secret: str,
        clock: Clock,
    ) -> None:
        """Keep the credentials; nothing is sent yet."""
        self._session = session
        self._vtn_url = vtn_url
        self._client_id = client_id
        self._client_secret = client_secret
        self._clock = clock
        self._token: _Token | None = None
        self._token_url: URL | None = None
        self._lock = Lock()

    async def token(self) -> str:
        """Return a token that holds; raise AuthenticationFailedError."""
        async with self._lock:
            if self._token is None or self._clock() >= self._token.renew_at:
                self._token = await self._fetched()
            return self._token.text

    def forget(self, text: str) -> None:
        """Stop using a token that was refused, unless it was renewed meanwhile."""
        if self._token is not None and self._token.text == text:
            self._token = None

    async def _fetched(self) -> _Token:
        """Get a token: credentials as HTTP Basic, else in the body."""
        try:
            try:
                return await self._asked(_GRANT, self._basic())
            except ProblemError as err:
                if err.status not in _REFUSED:
                    raise
            return await self._asked(_GRANT | self._in_body(), {})
        except ProblemError as err:
            # The token endpoint can have moved: look it up again next time.
            self._token_url = None
            if err.status in _REFUSED | {HTTPStatus.FORBIDDEN}:
                raise AuthenticationFailedError(
                    "the hub does not accept this home's credentials; "
                    "join the neighbourhood again"
                ) from err
            raise

    def _basic(self) -> dict[str, str]:
        """Return the credentials as a header (RFC 6749 2.3.1: encoded first)."""
        pair = f"{quote_plus(self._client_id)}:{quote_plus(self._client_secret)}"
        return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}

    def _in_body(self) -> dict[str, str]:
        """Return the credentials as form fields."""
        return {"client_id": self._client_id, "client_secret": self._client_secret}

    async def _asked(self, form: dict[str, str], headers: dict[str, str]) -> _Token:
        """Send one token request."""
        if self._token_url is None:
            self._token_url = await self._discovered()
        async with requested(
            self._session,
            "POST",
            self._token_url,
            headers=_FORM | headers,
            data=urlencode(form).encode(),
        ) as response:
            return self._read(await read_json(response, self._clock()))

    async def _discovered(self) -> URL:
        """Return the token endpoint that the VTN names.

        OpenADR 3.0 has no such thing: its token endpoint is in a fixed place.
        """
        url = self._vtn_url / "auth" / "server"
        try:
            async with requested(self._session, "GET", url) as response:
                answer = await read_json(response, self._clock())
        except ProblemError as err:
            if err.status != HTTPStatus.NOT_FOUND:
                raise
            return self._vtn_url / "auth" / "token"
        named = answer.get("tokenURL") if isinstance(answer, dict) else None
        token_url = parse_url(named) if isinstance(named, str) else None
        if token_url is None:
            raise UnexpectedAnswerError(f"{url} does not name a token endpoint")
        if not is_no_weaker(token_url, self._vtn_url):
            raise UnexpectedAnswerError(
                f"{url} names a token endpoint that is not https; not used"
            )
        return token_url

    def _read(self, answer: object) -> _Token:
        """Return the token of a good answer."""
        source = answer if isinstance(answer, dict) else {}
        text = source.get("access_token")
        if not isinstance(text, str) or not text.isascii() or not text.isprintable():
            raise UnexpectedAnswerError("the token endpoint gave no access token")
        life_s = _life_s(source.get("expires_in"))
        margin_s = min(_MARGIN_S, life_s / 4)
        renew_at = self._clock() + timedelta(seconds=life_s - margin_s)
        return _Token(text=text, renew_at=renew_at)


def _life_s(value: object) -> float:
    """Return how long a token lasts, within reason."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _DEFAULT_LIFE_S
    if isinstance(value, float) and not isfinite(value):
        return _DEFAULT_LIFE_S
    return float(min(max(value, 0), _MAX_LIFE_S))
