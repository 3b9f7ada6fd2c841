"""Check that an event is an order that the hub signed for this home.

The signature is a compact JWS (RFC 7515) with EdDSA (RFC 8037).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from hmac import compare_digest
import json
from typing import Any, Final, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from jwt import PyJWS
from jwt.exceptions import PyJWTError

from . import fields
from .canonical import order_digest, signature_of, without_signature
from .errors import ModelError, OpenAdrError
from .model import Event
from .reader import read_event

TYPE: Final = "dalen-order+jws"

_EDDSA: Final = "EdDSA"
_JWS: Final = PyJWS(algorithms=[_EDDSA])
_UNITS: Final = {"IMPORT_CAPACITY_LIMIT": "KW"}
_COVERED: Final = frozenset(
    {"id", "programID", "eventName", "priority", "intervalPeriod", "intervals"}
)


class Refusal(StrEnum):
    """Why an order does not count."""

    BAD_SIGNATURE = "bad_signature"
    """It was not signed with the key of the hub that the home joined."""
    OTHER_HOME = "other_home"
    """It was signed for another home."""
    WRONG_CONTENT = "wrong_content"
    """It says something else than what was signed."""
    OLD_REVISION = "old_revision"
    """A newer one was heard before."""
    SIGNATURE_REMOVED = "signature_removed"
    """The same order was signed before, and now is not."""
    EXPIRED = "expired"
    """It is over; it would change nothing."""


class OrderRefusedError(OpenAdrError):
    """An order that does not count; ``reason`` says why."""

    def __init__(self, reason: Refusal) -> None:
        """Keep the reason."""
        super().__init__(f"an order of the hub does not count: {reason}")
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOrder:
    """An event as far as its signature covers it.

    ``revision`` grows with every change of the event with this name.
    """

    event: Event
    revision: int
    digest: str
    expires: datetime

    @property
    def key(self) -> str:
        """Return by what revisions of one order are known as such."""
        return order_key(self.event)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claims:
    """What a signature says."""

    ven: str
    program: str
    event: str
    revision: int
    issued: datetime
    expires: datetime
    digest: str

    @classmethod
    def read(cls, value: object) -> Self:
        """Return the claims in JSON; raise ModelError."""
        source = fields.as_mapping(value, "the signature")
        return cls(
            ven=fields.required_text(source, "ven"),
            program=fields.required_text(source, "program"),
            event=fields.required_text(source, "event"),
            revision=fields.whole_number(source, "rev") or 0,
            issued=_instant(source, "iat"),
            expires=_instant(source, "exp"),
            digest=fields.required_text(source, "sha256"),
        )


def order_key(event: Event) -> str:
    """Return the program and the name of an event, as one text."""
    return f"{event.program_id}/{event.name}"


def verify(event: Event, key: bytes, target: str) -> SignedOrder:
    """Return the order in an event, whatever its revision and the time.

    ``key`` is the raw public Ed25519 key of the hub. Raises OrderRefusedError. What
    the signature does not cover, such as units and rounds, is not looked at.
    """
    claims = _claims(signature_of(event.source), key)
    if claims.ven != target:
        raise OrderRefusedError(Refusal.OTHER_HOME)
    if (claims.program, claims.event) != (event.program_id, event.name):
        raise OrderRefusedError(Refusal.WRONG_CONTENT)
    if not _is_same(claims.digest, _digest(event.source, target)):
        raise OrderRefusedError(Refusal.WRONG_CONTENT)
    return SignedOrder(
        event=_covered(event, claims.issued),
        revision=claims.revision,
        digest=claims.digest,
        expires=claims.expires,
    )


def _claims(signature: object, key: bytes) -> _Claims:
    """Return what a good signature says."""
    if not isinstance(signature, str):
        raise OrderRefusedError(Refusal.BAD_SIGNATURE)
    public = Ed25519PublicKey.from_public_bytes(key)
    try:
        signed = _JWS.decode_complete(signature, public, algorithms=[_EDDSA])
        if signed["header"].get("typ") != TYPE:
            raise OrderRefusedError(Refusal.BAD_SIGNATURE)
        return _Claims.read(json.loads(signed["payload"]))
    except (PyJWTError, ModelError, ValueError, RecursionError) as err:
        raise OrderRefusedError(Refusal.BAD_SIGNATURE) from err


def _digest(source: Mapping[str, Any], target: str) -> str:
    """Return the digest of an event; one that has none is not what was signed."""
    try:
        return order_digest(source, target)
    except ValueError as err:
        raise OrderRefusedError(Refusal.WRONG_CONTENT) from err


def _is_same(digest: str, other: str) -> bool:
    """Tell if two digests are the same."""
    return compare_digest(digest.encode(errors="replace"), other.encode())


def _covered(event: Event, issued: datetime) -> Event:
    """Return an event with nothing in it that the signature does not cover.

    The identity is not covered; it only names the event in reports.
    """
    source = without_signature(event.source)
    source = {key: source[key] for key in source.keys() & _COVERED}
    return in_order_units(replace(read_event(source), created=issued))


def in_order_units(event: Event) -> Event:
    """Return an order with the unit that all signed orders have: KW."""
    return replace(event, units=_UNITS)


def _instant(source: Mapping[str, object], key: str) -> datetime:
    """Return an instant in seconds since 1970; raise ModelError."""
    seconds = fields.whole_number(source, key)
    if seconds is None:
        raise ModelError(f"{key} is missing")
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError) as err:
        raise ModelError(f"{key} is not a time") from err
