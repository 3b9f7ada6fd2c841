"""Tests of how the hub behaves towards webhooks that misbehave."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
import socket
from typing import override

from aiohttp import ClientConnectorDNSError, ClientSession, TCPConnector, web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.test_utils import TestServer
import pytest

from dalen_hub.appkeys import WEBHOOKS
from dalen_hub.vtn.public_addresses import PublicResolver
from dalen_hub.vtn.webhooks import TIMEOUT_S
from tests.hub.helpers import VTN, Hub, assert_problem

from .test_webhooks import SUBSCRIPTIONS, wish


@dataclass(slots=True)
class Rude:
    """A webhook that proves itself, and then does something else."""

    url: str = ""
    manner: str = ""
    posts: int = 0
    elsewhere: int = 0

    async def prove(self, request: web.Request) -> web.Response:
        """Repeat the text."""
        return web.Response(text=request.query["echo"])

    async def post(self, request: web.Request) -> web.Response:
        """Be rude."""
        self.posts += 1
        if self.manner == "redirects":
            raise web.HTTPTemporaryRedirect(f"{self.url}elsewhere")
        if self.manner == "hangs":
            await asyncio.sleep(30)
        return web.Response()

    async def other(self, _request: web.Request) -> web.Response:
        """Count who comes here."""
        self.elsewhere += 1
        return web.Response()


@pytest.fixture
async def rude() -> AsyncGenerator[Rude]:
    """Serve it."""
    made = Rude()
    app = web.Application()
    app.router.add_get("/", made.prove)
    app.router.add_post("/", made.post)
    app.router.add_post("/elsewhere", made.other)
    server = TestServer(app)
    await server.start_server()
    made.url = str(server.make_url("/"))
    yield made
    await server.close()


def test_the_timeout_is_what_the_standard_advises() -> None:
    """Check the bounds of the Definition, 10 to 30 s."""
    assert 10 <= TIMEOUT_S <= 30


@pytest.mark.parametrize("manner", ["redirects", "hangs"])
async def test_a_notification_follows_and_waits_for_nobody(
    hub: Hub, rude: Rude, manner: str
) -> None:
    """Check that a redirect and a timeout count as failures, tried again later."""
    operator = await hub.operator()
    sender = hub.app[WEBHOOKS]
    sender._insecure, sender._timeout_s = True, 0.3
    await operator.ok("POST", SUBSCRIPTIONS, wish(rude.url, "PROGRAM"))
    rude.manner = manner
    await operator.ok("POST", f"{VTN}/programs", {"programName": "one"})
    async with asyncio.timeout(5):
        assert await sender.send_due(hub.engine, hub.clock()) == 0
        # Not again before its pause is over.
        assert await sender.send_due(hub.engine, hub.clock()) == 0
    assert (rude.posts, rude.elsewhere) == (1, 0)


class _Faked(AbstractResolver):
    """A resolver for which a public name points into the private network."""

    @override
    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,
    ) -> list[ResolveResult]:
        """Return a public and a private address."""
        return [self._result(host, port, it) for it in self.addresses]

    addresses: Sequence[str] = ("93.184.215.14", "10.0.0.1")

    @staticmethod
    def _result(host: str, port: int, address: str) -> ResolveResult:
        """Return one address."""
        return ResolveResult(
            hostname=host, host=address, port=port, family=2, proto=0, flags=0
        )

    @override
    async def close(self) -> None:
        """Close nothing."""


async def test_a_public_name_with_a_private_address_is_not_called() -> None:
    """Check the address when it is used, so that a name cannot move later."""
    resolver = PublicResolver()
    resolver._resolver = _Faked()  # type: ignore[assignment]
    connector = TCPConnector(resolver=resolver, use_dns_cache=False)
    async with ClientSession(connector=connector) as session:
        with pytest.raises(ClientConnectorDNSError):
            await session.get("https://public.example/")


async def test_a_strict_hub_calls_nothing_on_its_own_network(
    hub: Hub, rude: Rude
) -> None:
    """Check that the webhook of these tests is refused without the flag."""
    operator = await hub.operator()
    answer = await operator.call("POST", SUBSCRIPTIONS, wish(rude.url, "PROGRAM"))
    await assert_problem(answer, 400)
    assert rude.posts == 0
