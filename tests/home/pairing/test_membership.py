"""Reading, changing and ending a membership, on real HTTP."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
import json
from typing import Any

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
import pytest

from custom_components.dalen.openadr.client import OpenAdrClient
from custom_components.dalen.openadr.errors import ProblemError, UnexpectedAnswerError
from custom_components.dalen.openadr.reports import Tier
from custom_components.dalen.openadr.transport import utc_now
from custom_components.dalen.pairing import change_membership, leave, read_membership
from tests.home.openadr.vtn_server import CLIENT_ID, CLIENT_SECRET, VtnServer, problem


@pytest.fixture
def vtn() -> VtnServer:
    """Return the state of the hub."""
    return VtnServer()


@pytest.fixture
async def server(socket_enabled: None, vtn: VtnServer) -> AsyncGenerator[TestServer]:
    """Serve the hub on loopback."""
    running = TestServer(vtn.app(), host="127.0.0.1")
    await running.start_server()
    yield running
    await running.close()


@pytest.fixture
def base_url(server: TestServer) -> str:
    """Return the address of the hub."""
    return str(server.make_url("")).rstrip("/")


@pytest.fixture
async def client(server: TestServer, vtn: VtnServer) -> AsyncGenerator[OpenAdrClient]:
    """Return the client of a home that joined."""
    async with ClientSession() as session:
        url = vtn.url_of(server)
        client = OpenAdrClient(session, url, CLIENT_ID, CLIENT_SECRET, utc_now)
        await client.events()
        yield client


async def test_read(client: OpenAdrClient, vtn: VtnServer, base_url: str) -> None:
    """The tier and its end date."""
    state: dict[str, Any] = {
        "ven_id": "v1",
        "tier": "T3",
        "valid_until": "2027-03-01T00:00:00Z",
        "consent": {"given_at": "2026-11-23T16:00:00Z"},
    }
    vtn.next_answers.append(lambda: web.json_response(state))
    read = await read_membership(client, base_url)
    assert (read.tier, read.valid_until) == (Tier.T3, datetime(2027, 3, 1, tzinfo=UTC))
    assert vtn.requests[-1] == "GET dalen/v1/membership"
    state["tier"] = "T7"
    vtn.next_answers.append(lambda: web.json_response(state))
    with pytest.raises(UnexpectedAnswerError, match="T7"):
        await read_membership(client, base_url)


async def test_change(client: OpenAdrClient, vtn: VtnServer, base_url: str) -> None:
    """The new tier, with an end date only where there is one."""
    bodies: list[Any] = []

    async def put(request: web.Request) -> web.Response:
        bodies.append((request.method, json.loads(await request.text())))
        return web.Response(status=204)

    vtn.handler = put
    await change_membership(client, base_url, Tier.T0)
    until = datetime(2027, 3, 1, tzinfo=UTC)
    await change_membership(client, base_url, Tier.T3, until)
    assert bodies == [
        ("PUT", {"tier": "T0"}),
        ("PUT", {"tier": "T3", "valid_until": "2027-03-01T00:00:00Z"}),
    ]


@pytest.mark.parametrize("status", [204, 404, 410])
async def test_leave(
    client: OpenAdrClient, vtn: VtnServer, base_url: str, status: int
) -> None:
    """Having left before is fine."""
    vtn.next_answers.append(lambda: web.Response(status=status))
    await leave(client, base_url)
    assert vtn.requests[-1] == "DELETE dalen/v1/membership"


async def test_leave_when_the_hub_is_out_of_order(
    client: OpenAdrClient, vtn: VtnServer, base_url: str
) -> None:
    """The caller must know that the hub still thinks that this home takes part."""
    vtn.next_answers.append(lambda: problem(503, "Busy"))
    with pytest.raises(ProblemError):
        await leave(client, base_url)
