"""Who sends a request, also behind a proxy that the operator trusts."""

from collections.abc import Iterable
from ipaddress import ip_address
from typing import Final

from aiohttp import web

from dalen_hub.appkeys import CONFIG
from dalen_hub.listeners.kinds import peer_of
from dalen_hub.listeners.settings import Network

FORWARDED_FOR: Final = "X-Forwarded-For"


def client_address(request: web.Request) -> str | None:
    """Return the address of whoever sent a request.

    The header of a proxy is believed only if the proxy is in ``trusted_proxies``.
    """
    peer = peer_of(request) or request.remote
    trusted = request.app[CONFIG].trusted_proxies
    if peer is None or not trusted or not _is_in(peer, trusted):
        return peer
    return _first_unknown(request.headers.getall(FORWARDED_FOR, ()), trusted) or peer


def _first_unknown(headers: Iterable[str], trusted: Iterable[Network]) -> str | None:
    """Return the last address that is no trusted proxy: each proxy adds one.

    What stands before it was written by somebody who is not trusted.
    """
    named = [each.strip() for header in headers for each in header.split(",")]
    for address in reversed(named):
        if not _is_in(address, trusted):
            return address
    return None


def _is_in(address: str, known: Iterable[Network]) -> bool:
    """Return whether an address is in one of some networks."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    return any(parsed in each for each in known)
