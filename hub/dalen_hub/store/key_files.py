"""Key files in the data folder, readable by the hub's own user only."""

from collections.abc import Callable
import os
from pathlib import Path
import secrets

from dalen_hub.store.errors import KeyFileError

_KEY_BYTES = 32


def random_key() -> bytes:
    """Return 256 random bits."""
    return secrets.token_bytes(_KEY_BYTES)


def private_folder(folder: Path) -> None:
    """Make a folder that only its owner may enter."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)


def read_or_create_key(path: Path, make: Callable[[], bytes] = random_key) -> bytes:
    """Return the 32 bytes of a key file, and make the file at first use.

    Raises KeyFileError when the file holds something else: a new key would
    silently invalidate every secret that was made with the old one.
    """
    private_folder(path.parent)
    if not path.exists():
        _create(path, make())
    key = path.read_bytes()
    if len(key) != _KEY_BYTES:
        raise KeyFileError(
            f"{path} does not hold a key of {_KEY_BYTES} bytes. Restore it from a "
            "backup; if there is none, delete it and let every home join again."
        )
    return key


def _create(path: Path, key: bytes) -> None:
    """Write a key file at once, unless another process was first."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        # A link, unlike a rename, never replaces the key of another process.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
