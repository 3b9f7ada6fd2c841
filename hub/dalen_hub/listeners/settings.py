"""What `hub.yaml` may say about listeners, and its validators."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import voluptuous as vol

type Network = IPv4Network | IPv6Network

_TLS: Final = ("tls_certificate", "tls_key", "tls_client_ca")
_LISTEN_HINT: Final = "Write for example 127.0.0.1:8081."


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenAt:
    """An address of this machine."""

    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """The files with which the hub serves TLS by itself.

    With ``client_ca``, homes must present a certificate of that authority.
    """

    certificate: Path
    key: Path
    client_ca: Path | None = None


def listen_at(value: Any) -> ListenAt:
    """Validate `host:port`; an IPv6 address stands in brackets."""
    try:
        url = urlsplit(f"//{value}") if isinstance(value, str) else urlsplit("")
        host, port = url.hostname, url.port
    except ValueError:
        host, port = None, None
    if not host or not port or url.path or "@" in url.netloc:
        raise vol.Invalid(f"must be host:port, got {value!r}. {_LISTEN_HINT}")
    return ListenAt(host=host, port=port)


def networks(value: Any) -> tuple[Network, ...]:
    """Validate a list of addresses and networks."""
    if not isinstance(value, list):
        raise vol.Invalid(
            f"must be a list of addresses or networks, got {value!r}. Write for"
            " example [192.168.1.5]."
        )
    return tuple(_network(item) for item in value)


def tls_faults(raw: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is missing where TLS is set up by half."""
    given = [key for key in _TLS if raw.get(key) is not None]
    for name in ("tls_certificate", "tls_key"):
        if given and name not in given:
            yield f"{name}: is missing. {given[0]} needs it; name a PEM file."


def _network(value: Any) -> Network:
    """Validate one address or network."""
    try:
        return ip_network(value)
    except ValueError as err:
        raise vol.Invalid(
            f"must be the addresses of proxies, got {value!r}. Write for example"
            " 192.168.1.5 or 172.16.0.0/12."
        ) from err
