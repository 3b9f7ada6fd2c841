"""Tell the local network where this VTN is (OpenADR 3.1 Definition, discovery).

Only for a hub whose public address is one of a private network: elsewhere nobody
could use what is told.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
import contextlib
from ipaddress import ip_address
import logging
import socket
from urllib.parse import urlsplit

from aiohttp import web
from ifaddr import get_adapters
from sqlalchemy import select
from zeroconf import Error, InterfaceChoice, IPVersion, ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from dalen_hub.appkeys import CONFIG, ENGINE
from dalen_hub.config import HubConfig
from dalen_hub.store.database import reading_briefly
from dalen_hub.store.tables import program
from dalen_hub.vtn.paths import VTN_PATH, absolute

_LOGGER = logging.getLogger(__name__)

SERVICE_TYPE = "_openadr3._tcp.local."
_MOST_LABEL = 63
_MOST_VALUE = 255 - len("program_names=")
_PORTS = {"http": 80, "https": 443}


def service_of(config: HubConfig, programs: Sequence[str]) -> ServiceInfo:
    """Return what is announced: where the hub is, and its programs for everybody."""
    url = urlsplit(config.public_url)
    host = url.hostname or ""
    label = _shortened(config.name.replace(".", " "), _MOST_LABEL)
    return ServiceInfo(
        SERVICE_TYPE,
        f"{label}.{SERVICE_TYPE}",
        port=url.port or _PORTS[url.scheme],
        server=f"{_host_name(host)}.",
        addresses=_addresses(host),
        properties={
            "version": "3.1.0",
            "base_path": VTN_PATH.strip("/"),
            "local_url": absolute(config, VTN_PATH),
            "program_names": _joined(programs),
            "requires_auth": "True",
        },
    )


class Announcer:
    """Answers those who look for a VTN."""

    def __init__(
        self, interfaces: Sequence[str] | InterfaceChoice = InterfaceChoice.Default
    ) -> None:
        """Begin silent; ``interfaces`` are addresses of this machine."""
        self._interfaces = interfaces
        self._zeroconf: AsyncZeroconf | None = None

    async def start(self, service: ServiceInfo) -> None:
        """Announce; a network that does not let the hub is no reason to stop."""
        try:
            self._zeroconf = AsyncZeroconf(
                interfaces=self._interfaces, ip_version=IPVersion.V4Only
            )
            await self._zeroconf.async_register_service(service, allow_name_change=True)
        except (OSError, Error) as error:
            _LOGGER.warning("The hub cannot announce itself over mDNS: %s", error)

    async def stop(self) -> None:
        """Take the announcement back."""
        if self._zeroconf is not None:
            with contextlib.suppress(OSError):
                await self._zeroconf.async_unregister_all_services()
                await self._zeroconf.async_close()
            self._zeroconf = None


async def run_announcer(app: web.Application) -> AsyncGenerator[None]:
    """Announce the hub while the application runs."""
    async with reading_briefly(app[ENGINE]) as conn:
        rows = await conn.execute(
            select(program.c.name, program.c.body).order_by(program.c.name)
        )
        names = [row.name for row in rows if not row.body.get("targets")]
    announcer = Announcer()
    service = service_of(app[CONFIG], names)
    # It asks for a second whether its name is free; the hub serves meanwhile.
    task = asyncio.create_task(announcer.start(service), name="mdns")
    yield
    task.cancel()
    await asyncio.wait([task])
    await announcer.stop()


def _host_name(host: str) -> str:
    """Return the name of the hub on the local network."""
    if host.endswith(".local"):
        return host
    return f"{socket.gethostname().partition('.')[0]}.local"


def _addresses(host: str) -> list[bytes]:
    """Return the addresses of the hub: the one that is told, or the machine's."""
    try:
        return [ip_address(host).packed]
    except ValueError:
        found = [
            ip_address(item.ip)
            for adapter in get_adapters()
            for item in adapter.ips
            if isinstance(item.ip, str)
        ]
        return [address.packed for address in found if not address.is_loopback]


def _joined(programs: Sequence[str]) -> str:
    """Return as many names as have room in a record, with commas between."""
    joined = ""
    for name in programs:
        longer = f"{joined},{name}" if joined else name
        if "," not in name and len(longer.encode()) <= _MOST_VALUE:
            joined = longer
    return joined


def _shortened(text: str, most: int) -> str:
    """Return a text of at most so many bytes."""
    return text.encode()[:most].decode(errors="ignore")
