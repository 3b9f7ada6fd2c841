"""The key by which homes recognise their hub."""

import base64
import hashlib
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
import jwt

from dalen_hub.store.key_files import read_or_create_key

HUB_KEY_FILE = "hub.key"
_FINGERPRINT_CHARS = 16
_EDDSA: Final = "EdDSA"
_JWS: Final = jwt.PyJWS(algorithms=[_EDDSA])


class HubKey:
    """The Ed25519 key of a hub. Homes pin its public half when they join."""

    def __init__(self, seed: bytes) -> None:
        """Take the key of a seed of 32 bytes."""
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.public_key: bytes = self._private.public_key().public_bytes(
            Encoding.Raw, PublicFormat.Raw
        )

    @classmethod
    def open(cls, data_dir: Path) -> HubKey:
        """Read the key of a data folder; make it at first start."""
        return cls(read_or_create_key(data_dir / HUB_KEY_FILE))

    @property
    def public_key_base64(self) -> str:
        """Return the 32 bytes of the public key as text."""
        return base64.b64encode(self.public_key).decode()

    @property
    def fingerprint(self) -> str:
        """Return the short name of the public key."""
        return fingerprint(self.public_key)

    def sign(self, message: bytes) -> bytes:
        """Return the signature, 64 bytes, of a message."""
        return self._private.sign(message)

    def sign_jws(self, payload: bytes, kind: str) -> str:
        """Return a payload as a compact JWS (RFC 7515); ``kind`` is its ``typ``."""
        return _JWS.encode(
            payload, self._private, algorithm=_EDDSA, headers={"typ": kind}
        )


def fingerprint(public_key: bytes) -> str:
    """Return the first 16 hex digits of the SHA-256 of a raw public key."""
    return hashlib.sha256(public_key).hexdigest()[:_FINGERPRINT_CHARS]
