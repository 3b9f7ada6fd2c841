"""What the tests of the hub share: a hub on a temporary folder, and its clients."""

from collections.abc import AsyncGenerator, Awaitable, Callable
import os
from pathlib import Path
from zoneinfo import ZoneInfo

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import HealthCheck, settings
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from dalen_hub.appkeys import (
    CLOCK,
    CONFIG,
    ENGINE,
    HUB_KEY,
    NUDGER,
    ON_MEMBERSHIP_CHANGED,
    TOKENS,
)
from dalen_hub.config import HubConfig
from dalen_hub.grid.trafo import Trafo
from dalen_hub.homes.hub_key import HubKey
from dalen_hub.homes.routes import add_pairing_routes
from dalen_hub.store.database import open_database
from dalen_hub.vtn.app import add_vtn_routes
from dalen_hub.vtn.nudge import Nudger
from dalen_hub.vtn.tokens import Tokens
from tests.hub.helpers import FrozenClock, Hub

PUBLIC_URL = "https://hub.example"

settings.register_profile(
    "ci",
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "nightly",
    max_examples=10_000,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture
def clock() -> FrozenClock:
    """Return a clock that stands at a cold evening in November."""
    return FrozenClock()


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """Return the data folder of a hub that never ran."""
    return tmp_path / "data"


@pytest.fixture
async def database_url() -> str | None:
    """Return where the database is: None is SQLite in the data folder.

    With DALEN_TEST_POSTGRESQL_URL the same tests run on PostgreSQL; everything
    in that database is removed first.
    """
    url = os.environ.get("DALEN_TEST_POSTGRESQL_URL")
    if url is not None:
        emptied = create_async_engine(url)
        async with emptied.begin() as conn:
            await conn.execute(text("DROP SCHEMA public CASCADE"))
            await conn.execute(text("CREATE SCHEMA public"))
        await emptied.dispose()
    return url


@pytest.fixture
async def engine(
    data_dir: Path, database_url: str | None
) -> AsyncGenerator[AsyncEngine]:
    """Open a new database."""
    opened = await open_database(data_dir, database_url)
    yield opened
    await opened.dispose()


@pytest.fixture
def config() -> HubConfig:
    """Return the configuration of a hub with two trafos."""
    zone = ZoneInfo("Europe/Amsterdam")
    return HubConfig(
        name="Dalen hub",
        collective="Energiek Dalen",
        language="nl",
        time_zone=zone,
        public_url=PUBLIC_URL,
        trafos=tuple(
            Trafo(
                id=trafo_id,
                name=name,
                rating_kva=400.0,
                limit_kw=320.0,
                forecast_file=None,
                connections=255,
                time_zone=zone,
            )
            for trafo_id, name in (("kerkstraat", "Kerkstraat"), ("brink", "De Brink"))
        ),
    )


@pytest.fixture
def membership_changes() -> list[str]:
    """Return the trafos of which the planner heard a change."""
    return []


type StartHub = Callable[[AsyncEngine], Awaitable[Hub]]


@pytest.fixture
async def start_hub(
    data_dir: Path,
    clock: FrozenClock,
    config: HubConfig,
    membership_changes: list[str],
) -> AsyncGenerator[StartHub]:
    """Return a way to start the hub's interface on a database."""
    started: list[TestClient[web.Request, web.Application]] = []

    async def start(engine: AsyncEngine) -> Hub:
        app = web.Application()
        app[ENGINE], app[CLOCK], app[CONFIG] = engine, clock, config
        app[NUDGER] = Nudger(heartbeat_s=0.05)
        app[HUB_KEY] = HubKey.open(data_dir)
        app[TOKENS] = Tokens.open(data_dir, config.public_url)
        app[ON_MEMBERSHIP_CHANGED] = membership_changes.append
        add_vtn_routes(app)
        add_pairing_routes(app)
        client = TestClient(TestServer(app))
        await client.start_server()
        started.append(client)
        return Hub(client=client, app=app, engine=engine, clock=clock)

    yield start
    for client in started:
        await client.close()


@pytest.fixture
async def hub(start_hub: StartHub, engine: AsyncEngine) -> Hub:
    """Start the hub's interface."""
    return await start_hub(engine)
