"""Access tokens: short-lived JWTs that only this hub can make and read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jwt

from dalen_hub.store.identifiers import new_random_id
from dalen_hub.store.key_files import read_or_create_key
from dalen_hub.store.times import to_epoch
from dalen_hub.vtn.problems import ProblemError

TOKEN_KEY_FILE = "token.key"
TOKEN_LIFE = timedelta(hours=1)
_ALGORITHM = "HS256"
_MAX_VERIFIED = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenClaims:
    """What a valid token says."""

    client_id: str
    scopes: frozenset[str]
    expires_at: int
    secret_tag: str = ""
    """Names the secret for which the token was given."""


class Tokens:
    """Issues and checks the tokens of one hub.

    A signature is checked once; the time and the client at every request.
    """

    def __init__(self, key: bytes, issuer: str, audience: str) -> None:
        """Keep the key and for whom tokens are."""
        self._key = key
        self._issuer = issuer
        self._audience = audience
        self._verified: dict[str, TokenClaims] = {}

    @classmethod
    def open(cls, data_dir: Path, public_url: str) -> Tokens:
        """Read the key of a data folder; make it at first use."""
        key = read_or_create_key(data_dir / TOKEN_KEY_FILE)
        return cls(key, public_url, f"{public_url.rstrip('/')}/openadr3")

    def issue(
        self,
        client_id: str,
        scopes: Iterable[str],
        now: datetime,
        secret_tag: str = "",
    ) -> str:
        """Return a token that holds for an hour, or until the secret changes."""
        claims = {
            "sid": secret_tag,
            "iss": self._issuer,
            "aud": self._audience,
            "sub": client_id,
            "jti": new_random_id(),
            "iat": to_epoch(now),
            "exp": to_epoch(now + TOKEN_LIFE),
            "scope": " ".join(sorted(scopes)),
        }
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM)

    def verify(self, token: str, now: datetime) -> TokenClaims:
        """Return what a token says. Raises a 401 problem when it does not hold."""
        known = self._verified.get(token)
        if known is None:
            known = self._read(token)
            if len(self._verified) >= _MAX_VERIFIED:
                self._verified.clear()
            self._verified[token] = known
        if known.expires_at <= to_epoch(now):
            self._verified.pop(token, None)
            raise _invalid("The token expired. Get a new one from the token URL.")
        return known

    def _read(self, token: str) -> TokenClaims:
        """Check the signature and the form of a token."""
        claims = self._decode(token)
        expires_at, scope = claims["exp"], claims["scope"]
        if type(expires_at) is not int or not isinstance(scope, str):
            raise _invalid("The token has no valid form.")
        return TokenClaims(
            client_id=claims["sub"],
            scopes=frozenset(scope.split()),
            expires_at=expires_at,
            secret_tag=str(claims.get("sid", "")),
        )

    def _decode(self, token: str) -> dict[str, Any]:
        """Check the signature, the issuer and the audience."""
        try:
            return jwt.decode(
                token,
                self._key,
                algorithms=[_ALGORITHM],
                issuer=self._issuer,
                audience=self._audience,
                options={
                    "require": ["iss", "aud", "sub", "iat", "exp", "scope"],
                    # The hub's own clock decides; it is not the machine's in tests.
                    "verify_exp": False,
                    "verify_iat": False,
                },
            )
        except jwt.InvalidTokenError as error:
            raise _invalid("The token is not one of this hub.") from error


def _invalid(detail: str) -> ProblemError:
    """Return the answer to a token that does not hold (RFC 6750 section 3)."""
    challenge = 'Bearer realm="dalen", error="invalid_token"'
    return ProblemError(401, detail, headers={"WWW-Authenticate": challenge})
