"""A hub's side of signed orders, written apart from the code under test."""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
import jwt

TARGET = "home-0123456789abcdef0123456789abcdef"
FOREVER = int(datetime(2030, 1, 1, tzinfo=UTC).timestamp())
TYPE = "dalen-order+jws"


@dataclass(slots=True)
class Signer:
    """A hub that signs; a new content gets a new revision."""

    seed: bytes = bytes(range(32))
    revision: int = 1_700_000_000_000
    _signed: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def private(self) -> Ed25519PrivateKey:
        """Return the private key."""
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @property
    def public_key(self) -> bytes:
        """Return the raw public key."""
        return self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def served(self, event: dict[str, Any]) -> dict[str, Any]:
        """Return an event signed; the same content keeps its signature."""
        content = json.dumps(event, sort_keys=True)
        if content not in self._signed:
            self.revision += 1
            self._signed[content] = self.sign(event)
        return deepcopy(self._signed[content])

    def sign(self, event: dict[str, Any], /, **claims: Any) -> dict[str, Any]:
        """Return an event with a signature, in which some claims can differ."""
        changed = event.get("modificationDateTime", "2026-01-01T00:00:00Z")
        says = {
            "ven": TARGET,
            "program": event.get("programID"),
            "event": event.get("eventName"),
            "rev": self.revision,
            "iat": int(datetime.fromisoformat(changed).timestamp()),
            "exp": FOREVER,
            "sha256": digest(event),
        }
        return with_signature(event, self.jws(says | claims))

    def jws(self, claims: Any, typ: str = TYPE) -> str:
        """Return claims as a compact JWS."""
        return jwt.PyJWS(algorithms=["EdDSA"]).encode(
            json.dumps(claims).encode(), self.private, "EdDSA", {"typ": typ}
        )


def with_signature(event: dict[str, Any], *values: Any) -> dict[str, Any]:
    """Return an event that carries a signature in its first interval."""
    signed = deepcopy(event)
    if isinstance(signed.get("intervals"), list) and signed["intervals"]:
        carrier = {"type": "X-DALEN-SIGNATURE", "values": list(values)}
        signed["intervals"][0].setdefault("payloads", []).append(carrier)
    return signed


def digest(event: dict[str, Any]) -> str:
    """Return the digest of an event without a signature."""
    order = {
        key: event[key]
        for key in ("programID", "eventName", "priority", "intervalPeriod")
        if event.get(key) is not None
    }
    steps = json.loads(json.dumps(event.get("intervals") or []))
    steps = steps if isinstance(steps, list) else []
    for payload in (p for step in steps for p in step.get("payloads", [])):
        payload["values"] = [
            float(v) if isinstance(v, int | float) and not isinstance(v, bool) else v
            for v in payload["values"]
        ]
    order |= {"targets": [TARGET], "intervals": steps}
    text = json.dumps(order, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()
