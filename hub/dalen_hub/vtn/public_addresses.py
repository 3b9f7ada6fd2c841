"""Which addresses the hub may call on behalf of a client: public ones only.

A webhook on a private address would let a client look around in the hub's own
network. The address is checked when it is used, so that a name cannot point
elsewhere later.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address
import socket
from typing import override

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

_NAT64 = 0x0064_FF9B << 96


class PrivateAddressError(OSError):
    """An address is not one of the public internet."""


class PublicResolver(AbstractResolver):
    """Resolves names; one with any private address does not exist."""

    def __init__(self) -> None:
        """Ask the machine's own resolver."""
        self._resolver = ThreadedResolver()

    @override
    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,
    ) -> list[ResolveResult]:
        """Return the addresses of a name."""
        found = await self._resolver.resolve(host, port, family)
        for result in found:
            check_public(result["host"])
        return found

    @override
    async def close(self) -> None:
        """Close nothing."""
        await self._resolver.close()


def check_public(address: str) -> None:
    """Raise PrivateAddressError unless an address is public."""
    if not _is_public(ip_address(address.partition("%")[0])):
        raise PrivateAddressError(f"{address} is not a public address")


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether an address, also one inside another, is public."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if int(address) >> 32 == _NAT64 >> 32:
            inner = IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is not None:
            return _is_public(inner)
    return address.is_global and not address.is_multicast
