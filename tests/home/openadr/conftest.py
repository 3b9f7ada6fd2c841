"""A VTN on loopback and a client of it."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
import pytest

from custom_components.dalen.openadr.client import OpenAdrClient

from .builders import NOW
from .vtn_server import CLIENT_ID, CLIENT_SECRET, VtnServer


@dataclass(slots=True)
class TestClock:
    """A clock that stands still until a test moves it."""

    __test__ = False

    now: datetime = NOW

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now

    def forward(self, seconds: float) -> None:
        """Move the time."""
        self.now += timedelta(seconds=seconds)


type MakeClient = Callable[..., OpenAdrClient]


@pytest.fixture
def clock() -> TestClock:
    """Return a clock that the test moves."""
    return TestClock()


@pytest.fixture
def vtn() -> VtnServer:
    """Return the state of the VTN."""
    return VtnServer()


@pytest.fixture
async def server(socket_enabled: None, vtn: VtnServer) -> AsyncGenerator[TestServer]:
    """Serve the VTN on loopback."""
    running = TestServer(vtn.app(), host="127.0.0.1")
    await running.start_server()
    yield running
    await running.close()


@pytest.fixture
async def session(server: TestServer) -> AsyncGenerator[ClientSession]:
    """Return a session as Home Assistant would pass it."""
    async with ClientSession() as opened:
        yield opened


@pytest.fixture
def make_client(
    server: TestServer, session: ClientSession, vtn: VtnServer, clock: TestClock
) -> MakeClient:
    """Return a maker of clients with other credentials or another address."""

    def make(
        url: str | None = None,
        client_id: str = CLIENT_ID,
        client_secret: str = CLIENT_SECRET,
    ) -> OpenAdrClient:
        base = url or vtn.url_of(server)
        return OpenAdrClient(session, base, client_id, client_secret, clock)

    return make


@pytest.fixture
def client(make_client: MakeClient) -> OpenAdrClient:
    """Return a client with the right credentials."""
    return make_client()
