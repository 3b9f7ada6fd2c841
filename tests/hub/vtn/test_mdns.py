"""Tests of the announcement on the local network, with real mDNS on loopback."""

import asyncio
from dataclasses import replace
import socket

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from zeroconf import IPVersion
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from dalen_hub.config import HubConfig
from dalen_hub.config_values import is_on_local_network
from dalen_hub.vtn.mdns import SERVICE_TYPE, Announcer, run_announcer, service_of
from tests.hub.conftest import StartHub

_LOOPBACK = ["127.0.0.1"]


def socket_for_mdns() -> bool:
    """Tell whether this machine lets a program speak mDNS on loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        group = socket.inet_aton("224.0.0.251") + socket.inet_aton("127.0.0.1")
        try:
            probe.bind(("", 5353))
            probe.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
        except OSError:
            return False
    return True


async def found_service(name: str) -> AsyncServiceInfo:
    """Look for the service as a device does; return what it learns."""
    names: asyncio.Queue[str] = asyncio.Queue()

    def noticed(**told: object) -> None:
        names.put_nowait(str(told["name"]))

    looking = AsyncZeroconf(interfaces=_LOOPBACK, ip_version=IPVersion.V4Only)
    browser = AsyncServiceBrowser(looking.zeroconf, SERVICE_TYPE, handlers=[noticed])
    try:
        async with asyncio.timeout(15):
            while await names.get() != name:
                pass
            info = AsyncServiceInfo(SERVICE_TYPE, name)
            while not await info.async_request(looking.zeroconf, 1000):
                pass
    finally:
        await browser.async_cancel()
        await looking.async_close()
    return info


@pytest.mark.skipif(not socket_for_mdns(), reason="no multicast on this machine")
async def test_a_device_finds_the_hub(config: HubConfig) -> None:
    """Check the records of the Definition, over real multicast."""
    local = replace(config, name="Hub Dalen", public_url="https://192.168.1.5:8443")
    announcer = Announcer(_LOOPBACK)
    await announcer.start(service_of(local, ["dalen-caps", "tariff"]))
    try:
        info = await found_service(f"Hub Dalen.{SERVICE_TYPE}")
    finally:
        await announcer.stop()
    assert info.port == 8443
    assert info.parsed_addresses() == ["192.168.1.5"]
    assert (info.server or "").endswith(".local.")
    assert info.decoded_properties == {
        "version": "3.1.0",
        "base_path": "openadr3/3.1.0",
        "local_url": "https://192.168.1.5:8443/openadr3/3.1.0",
        "program_names": "dalen-caps,tariff",
        "requires_auth": "True",
    }


def test_names_that_do_not_fit(config: HubConfig) -> None:
    """Check a long name of the hub, and programs with commas or without room."""
    url = "http://hub.local"
    local = replace(config, name="Énergie. " * 20, public_url=url)
    programs = ["a,b", *(f"program-{n:03}" for n in range(100))]
    info = service_of(local, programs)
    assert len(info.name.removesuffix(f".{SERVICE_TYPE}").encode()) <= 63
    assert (info.server, info.port) == ("hub.local.", 80)
    names = (info.decoded_properties["program_names"] or "").split(",")
    assert names == [f"program-{n:03}" for n in range(len(names))]
    assert 15 < len(names) < 25


@pytest.mark.parametrize(
    ("url", "announced"),
    [
        ("http://192.168.1.5:8080", True),
        ("http://hub.local", True),
        ("https://[fd00::5]", True),
        ("https://hub.example.nl", False),
        ("https://93.184.215.14", False),
        ("http://127.0.0.1:8080", False),
        ("http://localhost:8080", False),
    ],
)
def test_only_a_local_hub_is_announced(url: str, *, announced: bool) -> None:
    """Check which public addresses others near by can reach."""
    assert is_on_local_network(url) is announced


async def test_a_hub_starts_before_it_is_announced(
    start_hub: StartHub, engine: AsyncEngine, config: HubConfig
) -> None:
    """Check that the question whether its name is free delays nothing."""
    assert not is_on_local_network(config.public_url)
    hub = await start_hub(engine)
    async with asyncio.timeout(0.5):
        started = run_announcer(hub.app)
        await anext(started)
    with pytest.raises(StopAsyncIteration):
        await anext(started)
