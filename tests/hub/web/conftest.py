"""The hub's pages over real HTTP, with numbers that a test chooses."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
import pytest

from dalen_hub.appkeys import CONFIG
from dalen_hub.config import HubConfig
from dalen_hub.grid.trafo import Trafo
from dalen_hub.listeners.kinds import LISTENERS
from dalen_hub.web import CHART_SOURCE, add_web_routes

AMSTERDAM = ZoneInfo("Europe/Amsterdam")

type Client = TestClient[web.Request, web.Application]
type Serve = Callable[..., Awaitable[Client]]


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker of tests that need a browser."""
    config.addinivalue_line("markers", "browser: needs Chromium; skipped without")


def hub_config(*names: str, language: str = "en") -> HubConfig:
    """Return a hub with one trafo for each name; ids are dalen, dalen-2, ..."""
    return HubConfig(
        name="Hub <Dalen>",
        collective="Energie Collectief Dalen",
        language=language,
        time_zone=AMSTERDAM,
        public_url="https://hub.example",
        trafos=tuple(
            Trafo(
                id="dalen" if index == 0 else f"dalen-{index + 1}",
                name=name,
                rating_kva=400.0,
                limit_kw=304.0,
                time_zone=AMSTERDAM,
            )
            for index, name in enumerate(names or ("Dalen dorp",))
        ),
    )


@pytest.fixture
async def serve(socket_enabled: None) -> AsyncIterator[Serve]:
    """Return a function that serves the pages with the given chart body."""
    clients: list[Client] = []

    async def start(body: dict[str, Any], *names: str, language: str = "en") -> Client:
        async def source(_: web.Application, trafo: Trafo) -> dict[str, Any]:
            return body | {
                "trafo": body["trafo"] | {"id": trafo.id, "name": trafo.name}
            }

        async def chart(request: web.Request) -> web.Response:
            trafo = request.app[CONFIG].trafo(request.match_info["trafo_id"])
            assert trafo is not None
            return web.json_response(await source(request.app, trafo))

        app = web.Application()
        app[CONFIG] = hub_config(*names, language=language)
        app[CHART_SOURCE] = source
        app[LISTENERS] = {}
        app.router.add_get("/api/v1/trafos/{trafo_id}/chart", chart)
        add_web_routes(app)
        client: Client = TestClient(TestServer(app))
        await client.start_server()
        clients.append(client)
        return client

    yield start
    for client in clients:
        await client.close()
