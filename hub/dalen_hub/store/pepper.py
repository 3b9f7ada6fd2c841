"""The pepper: without it, the hashes in the database tell nothing.

Secrets here have at least 55 random bits and may be tried a few times only, so
a keyed hash is enough; a slow password hash would only slow the hub down.
"""

import hashlib
import hmac
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.store.key_files import read_or_create_key

PEPPER_FILE = "pepper.key"
PEPPER_OPTION = "dalen_pepper"


class Pepper:
    """Hashes secrets for one database."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        """Keep the key, out of reach of ``repr`` and thus of logs."""
        self._key = key

    @classmethod
    def open(cls, data_dir: Path) -> Pepper:
        """Read the pepper of a data folder; make it at first use."""
        return cls(read_or_create_key(data_dir / PEPPER_FILE))

    def digest(self, purpose: str, secret: str) -> bytes:
        """Return the HMAC-SHA256 of a secret; purposes never share a hash."""
        message = f"{purpose}\0{secret}".encode()
        return hmac.digest(self._key, message, hashlib.sha256)


def pepper_of(conn: AsyncConnection) -> Pepper:
    """Return the pepper that belongs to the database of a connection.

    Raises LookupError when the engine was not made by ``open_database``.
    """
    pepper = conn.sync_engine.get_execution_options().get(PEPPER_OPTION)
    if isinstance(pepper, Pepper):
        return pepper
    raise LookupError("open the database with store.database.open_database")
