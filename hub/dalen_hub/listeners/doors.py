"""The sockets on which a hub listens, and what each is for."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
import errno
from ipaddress import ip_address
import os
import socket
import ssl

from dalen_hub.config import HubConfig
from dalen_hub.errors import HubError
from dalen_hub.listeners.kinds import Kind
from dalen_hub.listeners.settings import ListenAt
from dalen_hub.listeners.tls import server_context


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A listening socket; without a context it speaks plain HTTP."""

    listener: socket.socket
    kind: Kind
    context: ssl.SSLContext | None = None

    @property
    def port(self) -> int:
        """Return the port of the socket."""
        return int(self.listener.getsockname()[1])

    def url(self, host: str) -> str:
        """Return the address of the door on this machine or network."""
        scheme = "http" if self.context is None else "https"
        return url_of(host, self.port, scheme=scheme)


@contextmanager
def open_doors(
    config: HubConfig,
    main: socket.socket,
    *,
    operator: ListenAt | None,
    ingress: ListenAt | None,
) -> Iterator[Sequence[Door]]:
    """Open the other listeners beside the main one, and close them at the end.

    The first door is the main one. Raises ``HubError`` with what to do.
    """
    alone = operator is None and ingress is None
    homes = Kind.ALL if alone else Kind.HOMES
    tls = config.tls
    context = None if tls is None else server_context(tls, for_homes=True)
    with ExitStack() as stack:
        doors = [Door(listener=main, kind=homes, context=context)]
        for at, kind in ((operator, Kind.OPERATOR), (ingress, Kind.INGRESS)):
            if at is None:
                continue
            if at.port in {door.port for door in doors}:
                raise HubError(f"Two listeners have port {at.port}. Choose another.")
            listener = stack.enter_context(listen(at.host, at.port))
            plain = tls is None or kind is Kind.INGRESS or _is_loopback(at.host)
            doors.append(
                Door(
                    listener=listener,
                    kind=kind,
                    context=None
                    if plain or tls is None
                    else server_context(tls, for_homes=False),
                )
            )
        yield doors


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; raise ``HubError`` where that is not possible."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as err:
        # A failed bind says more than is wanted, a failed look-up has no errno.
        known = err.errno in errno.errorcode
        reason = os.strerror(err.errno or 0) if known else err.strerror
        raise HubError(
            f"Cannot listen on {host}:{port}: {reason}. Choose another --host or --port."
        ) from err


def url_of(host: str, port: int, *, scheme: str = "http") -> str:
    """Return an address of the hub on this machine or network."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"{scheme}://{f'[{reachable}]' if ':' in reachable else reachable}:{port}"


def _is_loopback(host: str) -> bool:
    """Return whether an address is this machine's own."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
