"""What every page answers with, and whose base path it believes."""

import re
from typing import Final

from aiohttp import web

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " img-src 'self'; form-action 'self'; base-uri 'self'; frame-ancestors 'self'"
)

MAX_INGRESS_LENGTH: Final = 256
# Plain segments only: no "//host", no dots, nothing that needs escaping.
_INGRESS_PATH: Final = re.compile(r"(?:/[A-Za-z0-9_-]+)+/?", re.ASCII)


def base_path(ingress_path: str | None) -> str:
    """Return the path that all links of a page are relative to.

    Home Assistant's ingress strips its prefix and names it in a header. A value
    that is not a plain absolute path is not believed: the page then stands at
    the root.
    """
    if (
        ingress_path is None
        or len(ingress_path) > MAX_INGRESS_LENGTH
        or not _INGRESS_PATH.fullmatch(ingress_path)
    ):
        return "/"
    return f"{ingress_path.rstrip('/')}/"


def secure(response: web.StreamResponse) -> None:
    """Put the security headers of the pages on a response."""
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
