"""The client of ElaadNL (openadr3-client), as business logic and as a VEN.

It knows no asyncio, so each cycle runs in a thread against the real server.
"""

import asyncio
from collections.abc import Callable, Generator
from dataclasses import dataclass

from openadr3_client.bl.http_factory import BusinessLogicHttpClientFactory
from openadr3_client.oadr310._bl.client import BusinessLogicClient
from openadr3_client.oadr310._ven.client import VirtualEndNodeClient
from openadr3_client.plugin import ValidatorPlugin, ValidatorPluginRegistry
from openadr3_client.ven.http_factory import VirtualEndNodeHttpClientFactory
from openadr3_client.version import OADRVersion
import pytest

from dalen_hub.vtn.auth import create_client
from tests.hub.helpers import TOKEN, VTN, Caller, Hub


@dataclass(frozen=True, slots=True, kw_only=True)
class Clients:
    """Both ends, and the home of the VEN."""

    bl: BusinessLogicClient
    ven: VirtualEndNodeClient
    home: Caller
    target: str

    async def run(self, cycle: Callable[[Clients], None]) -> None:
        """Run a cycle of requests in a thread."""
        await asyncio.to_thread(cycle, self)


@pytest.fixture
async def clients(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Clients:
    """Give both ends their credentials."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    async with hub.engine.begin() as conn:
        client_id, secret = await create_client(conn, "bl", "elaad", hub.clock())
    home = await hub.home()
    (ven,) = await home.ok("GET", f"{VTN}/vens")
    url, token_url = str(hub.client.make_url(VTN)), str(hub.client.make_url(TOKEN))
    bl = BusinessLogicHttpClientFactory.create_http_bl_client(
        url,
        client_id,
        secret,
        token_url,
        ["read_all", "write_programs", "write_events", "write_vens"],
        allow_insecure_http=True,
        version=OADRVersion.OADR_310,
    )
    end = VirtualEndNodeHttpClientFactory.create_http_ven_client(
        url,
        home.facts["client_id"],
        home.facts["client_secret"],
        token_url,
        ["read_targets", "read_ven_objects", "write_reports", "write_subscriptions"],
        allow_insecure_http=True,
        version=OADRVersion.OADR_310,
    )
    assert isinstance(bl, BusinessLogicClient)
    assert isinstance(end, VirtualEndNodeClient)
    return Clients(bl=bl, ven=end, home=home, target=ven["targets"][0])


@pytest.fixture
def profile() -> Generator[Callable[[ValidatorPlugin], object]]:
    """Return how to let the client validate by a Dutch profile."""
    yield ValidatorPluginRegistry.register_plugin
    ValidatorPluginRegistry.clear_plugins()
