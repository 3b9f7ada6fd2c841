"""The one line of text that leads a home to its hub."""

from dataclasses import dataclass
import re
from typing import Final, Self

from yarl import URL

from custom_components.dalen.openadr.address import is_secure_url, parse_url

from .errors import PairingError, PairingFailure

_PREFIX: Final = "DALEN1:"
_FINGERPRINT: Final = re.compile(r"[0-9a-f]{16}")

# Crockford's base32: no I, L, O and U.
_SYMBOLS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None})
_CODE_LENGTH: Final = 12
_CHECK_MODULUS: Final = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class PairingString:
    """Where the hub is, the one-time code, and the fingerprint of its key.

    ``base_url`` has no slash at the end. ``fingerprint`` is the first 16 hex
    characters of the SHA-256 of the hub's public key.
    """

    base_url: str
    code: str
    fingerprint: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the parts of a pasted text; raise PairingError.

        White space and invisible characters are ignored anywhere, so that a line
        that was broken by a mail program does no harm.
        """
        compact = "".join(
            char for char in text if char.isprintable() and not char.isspace()
        )
        if compact[: len(_PREFIX)].upper() != _PREFIX:
            raise _malformed(f"it does not begin with {_PREFIX}")
        parts = compact[len(_PREFIX) :].rsplit(":", 2)
        if len(parts) != 3:
            raise _malformed("it is not complete")
        base, code, fingerprint = parts
        if not _FINGERPRINT.fullmatch(fingerprint.lower()):
            raise _malformed("the end is not a fingerprint of 16 characters")
        return cls(
            code=parse_code(code),
            base_url=str(_base_url(base)).rstrip("/"),
            fingerprint=fingerprint.lower(),
        )


def parse_code(text: str) -> str:
    """Return a code as the hub writes it, XXXX-XXXX-XXXX.

    Lower case, O for 0, and I or L for 1 are put right. Raises PairingError:
    malformed for a wrong length or character, checksum for a typing error.
    """
    symbols = text.upper().translate(_MISREAD)
    if (
        not text.isascii()
        or len(symbols) != _CODE_LENGTH
        or not set(symbols) <= set(_SYMBOLS)
    ):
        raise _malformed("the code is not 12 letters and digits")
    values = [_SYMBOLS.index(symbol) for symbol in symbols]
    if check_value(values[:-1]) != values[-1]:
        raise PairingError(
            PairingFailure.CHECKSUM,
            "The code in the pairing string has a typing error. Compare it with the "
            "letter of your collective.",
        )
    return f"{symbols[:4]}-{symbols[4:8]}-{symbols[8:]}"


def check_value(values: list[int]) -> int:
    """Return the check value of a code: weights 1, 2, 3…, modulo 31."""
    weighted = sum(value * weight for weight, value in enumerate(values, start=1))
    return weighted % _CHECK_MODULUS


def _base_url(base: str) -> URL:
    """Return the address of the hub; a bare host means https."""
    url = parse_url(base if "://" in base else f"https://{base}")
    if url is None or url.query_string or url.fragment or url.user:
        raise _malformed("the address of the hub is not right")
    if not is_secure_url(url):
        raise PairingError(
            PairingFailure.INSECURE,
            f"{url.host} is outside your home network, so it must use https. Ask "
            "your collective for a pairing string with https.",
        )
    return url


def _malformed(reason: str) -> PairingError:
    """Return the error for a text that is no pairing string."""
    return PairingError(
        PairingFailure.MALFORMED,
        f"This is not a pairing string: {reason}. Copy the whole text that begins "
        f"with {_PREFIX}",
    )
