"""What a home keeps to speak with one VTN."""

from base64 import b64decode
from dataclasses import dataclass, field
from typing import Self

from . import fields
from .errors import ModelError

_KEY_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class VtnAccount:
    """Where a VTN is and who this home is there.

    A hub of Dalen has all; any other OpenADR server has no address of its own, no
    nudges and no key. Without a program all events count.
    """

    vtn_url: str
    client_id: str
    client_secret: str = field(repr=False)
    ven_name: str
    program_id: str | None = None
    base_url: str | None = None
    nudge_url: str | None = None
    public_key: bytes | None = None

    @classmethod
    def read(cls, value: object) -> Self:
        """Return an account from JSON; raise ModelError."""
        source = fields.as_mapping(value, "the account")
        return cls(
            vtn_url=fields.required_text(source, "vtn_url"),
            client_id=fields.required_text(source, "client_id"),
            client_secret=fields.required_text(source, "client_secret"),
            ven_name=fields.required_text(source, "ven_name"),
            program_id=fields.text(source, "program_id"),
            base_url=fields.text(source, "base_url"),
            nudge_url=fields.text(source, "nudge_url"),
            public_key=_public_key(fields.text(source, "public_key")),
        )

    @property
    def is_hub(self) -> bool:
        """Tell if this is a hub of Dalen, which the house joined."""
        return self.base_url is not None


def _public_key(text: str | None) -> bytes | None:
    """Return a raw Ed25519 key; raise ModelError for what is none."""
    if text is None:
        return None
    try:
        key = b64decode(text, validate=True)
    except ValueError as err:
        raise ModelError("public_key is not base64") from err
    if len(key) != _KEY_BYTES:
        raise ModelError(f"public_key does not have {_KEY_BYTES} bytes")
    return key
