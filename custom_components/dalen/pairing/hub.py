"""Ask a hub what it wants, and join it."""

from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from hmac import compare_digest
from http import HTTPStatus
from typing import Final

from aiohttp import ClientSession
from yarl import URL

from custom_components.dalen.openadr import fields
from custom_components.dalen.openadr.address import is_no_weaker, parse_url
from custom_components.dalen.openadr.answer import read_json
from custom_components.dalen.openadr.errors import (
    ModelError,
    ProblemError,
    VtnUnreachableError,
)
from custom_components.dalen.openadr.reports import Tier
from custom_components.dalen.openadr.transport import (
    Clock,
    json_body,
    requested,
    utc_now,
)

from .consent import Consent
from .errors import PairingError, PairingFailure
from .membership import ConsentGiven, HomeFacts, Membership
from .pairing_string import PairingString

_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a hub says about itself before a home joins it."""

    hub_name: str
    collective: str
    trafo_name: str
    public_key: bytes
    vtn_url: str
    consent: Consent


async def preview(
    session: ClientSession,
    pairing: PairingString,
    *,
    attempt: str | None = None,
    clock: Clock = utc_now,
) -> Preview:
    """Return what the hub wants; the code stays usable. Raises PairingError.

    The hub's key must have the fingerprint of the pairing string. ``attempt`` is
    that of ``join``.
    """
    body = {"code": pairing.code, **_attempt(attempt)}
    answer = await _asked(session, pairing, "preview", body, clock)
    return _understood(lambda: _preview(pairing, answer))


async def join(
    session: ClientSession,
    pairing: PairingString,
    *,
    consent: ConsentGiven,
    home: HomeFacts,
    attempt: str | None = None,
    clock: Clock = utc_now,
) -> Membership:
    """Join the hub; this uses the code up. Raises PairingError.

    The membership never shares more than the resident agreed with, whatever the
    hub answers. ``attempt``, a random text of at least 128 bits, lets this home use
    the code again if the answer gets lost.
    """
    if consent.tier is Tier.T3 and consent.valid_until is None:
        raise PairingError(
            PairingFailure.REFUSED, "Sharing for research (T3) needs an end date."
        )
    body = {
        "code": pairing.code,
        "consent": consent.as_json(),
        "home": asdict(home),
        **_attempt(attempt),
    }
    answer = await _asked(session, pairing, "join", body, clock)
    return _understood(lambda: _membership(pairing, answer, consent.tier))


def _attempt(attempt: str | None) -> dict[str, str]:
    """Return how a home says that it tries again."""
    return {} if attempt is None else {"attempt": attempt}


def _preview(pairing: PairingString, answer: object) -> Preview:
    """Return the preview in an answer, after checking the hub's key."""
    source = fields.as_mapping(answer, "the preview")
    return Preview(
        public_key=_checked_key(pairing, fields.required_text(source, "public_key")),
        hub_name=fields.required_text(source, "hub_name"),
        collective=fields.required_text(source, "collective"),
        trafo_name=fields.required_text(source, "trafo_name"),
        vtn_url=_checked_url(pairing, source, "vtn_url"),
        consent=Consent.read(source.get("consent")),
    )


def _membership(pairing: PairingString, answer: object, agreed: Tier) -> Membership:
    """Return the membership in an answer."""
    source = fields.as_mapping(answer, "the membership")
    for key in ("vtn_url", "nudge_url"):
        _checked_url(pairing, source, key)
    granted = Membership.read({**source, "base_url": pairing.base_url})
    tier = min(granted.tier, agreed)
    return Membership.read({**granted.as_json(), "tier": tier.name})


def _checked_key(pairing: PairingString, text: str) -> bytes:
    """Return the hub's public key when its fingerprint is right."""
    try:
        key = b64decode(text, validate=True)
    except ValueError as err:
        raise ModelError("public_key is not base64") from err
    fingerprint = sha256(key).hexdigest()[: len(pairing.fingerprint)]
    if len(key) != _KEY_BYTES or not compare_digest(fingerprint, pairing.fingerprint):
        raise PairingError(
            PairingFailure.WRONG_HUB,
            "The hub that answers is not the hub of the pairing string. Do not "
            "continue; tell your collective.",
        )
    return key


def _checked_url(pairing: PairingString, source: Mapping[str, object], key: str) -> str:
    """Return an address that the hub names, when it is as safe as its own."""
    text = fields.required_text(source, key)
    url = parse_url(text)
    if url is None or not is_no_weaker(url, URL(pairing.base_url)):
        raise PairingError(
            PairingFailure.INSECURE,
            f"The hub names an address ({key}) that is not https. Tell your collective.",
        )
    return text


def _understood[T](read: Callable[[], T]) -> T:
    """Return what was read; an answer without sense is no hub's answer."""
    try:
        return read()
    except ModelError as err:
        raise PairingError(
            PairingFailure.UNREACHABLE,
            f"What answers at this address is not a Dalen hub ({err}).",
        ) from err


async def _asked(
    session: ClientSession,
    pairing: PairingString,
    what: str,
    body: Mapping[str, object],
    clock: Clock,
) -> object:
    """Send one pairing request and return the JSON of the answer."""
    url = URL(f"{pairing.base_url}/dalen/v1/pairing/{what}")
    data, headers = json_body(body)
    try:
        async with requested(
            session, "POST", url, data=data, headers=headers
        ) as response:
            return await read_json(response, clock())
    except ProblemError as err:
        raise _refusal(err) from err
    except VtnUnreachableError as err:
        raise PairingError(PairingFailure.UNREACHABLE, str(err)) from err


def _refusal(err: ProblemError) -> PairingError:
    """Return the pairing error for the hub's refusal."""
    return PairingError(
        _failure(err),
        err.detail or err.title or str(err),
        retry_after_s=err.retry_after_s,
    )


def _failure(err: ProblemError) -> PairingFailure:
    """Return why the hub refused."""
    words = f"{err.type} {err.title} {err.detail}".lower()
    match err.status:
        case HTTPStatus.NOT_FOUND:
            # A server that is no hub answers 404 too, but without a problem body.
            return (
                PairingFailure.UNKNOWN_CODE if err.title else PairingFailure.UNREACHABLE
            )
        case HTTPStatus.GONE:
            return (
                PairingFailure.EXPIRED
                if "expired" in words
                else PairingFailure.USED_CODE
            )
        case HTTPStatus.TOO_MANY_REQUESTS:
            return PairingFailure.TOO_MANY_TRIES
        case HTTPStatus.CONFLICT:
            return PairingFailure.CONSENT_CHANGED
        case status if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return PairingFailure.UNREACHABLE
    changed = "consent" in words and ("changed" in words or "sha256" in words)
    return PairingFailure.CONSENT_CHANGED if changed else PairingFailure.REFUSED
