"""Where the hub's interfaces are."""

from dalen_hub.config import HubConfig

VTN_PATH = "/openadr3/3.1.0"
TOKEN_PATH = f"{VTN_PATH}/auth/token"
NUDGE_PATH = "/dalen/v1/nudge"
CREDENTIALS_PATH = "/dalen/v1/credentials"


def absolute(config: HubConfig, path: str) -> str:
    """Return the public URL of a path of this hub."""
    return f"{config.public_url.rstrip('/')}{path}"
