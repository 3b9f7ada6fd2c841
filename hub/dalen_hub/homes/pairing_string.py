"""The pairing string: all that a home needs to find, and to trust, its hub."""

from dalen_hub.homes.hub_key import fingerprint

PREFIX = "DALEN1"
_HTTPS = "https://"


def pairing_string(base_url: str, code: str, public_key: bytes) -> str:
    """Return ``DALEN1:<base>:<code>:<fingerprint>``.

    ``https://`` is left out of a base that is only a host and a port.
    """
    base = base_url.rstrip("/")
    if base.startswith(_HTTPS) and "/" not in base.removeprefix(_HTTPS):
        base = base.removeprefix(_HTTPS)
    return f"{PREFIX}:{base}:{code}:{fingerprint(public_key)}"
