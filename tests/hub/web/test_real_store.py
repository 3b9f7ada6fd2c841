"""The page shows what is in the hub's own store."""

from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
import pytest

from dalen_hub.appkeys import CLOCK, CONFIG, ENGINE
from dalen_hub.store.database import open_database
from dalen_hub.store.tables import cap_level
from dalen_hub.web import add_web_routes

from .conftest import hub_config

NOW = datetime(2026, 11, 23, 18, 7, tzinfo=UTC)


@pytest.mark.usefixtures("socket_enabled")
async def test_a_decided_level_reaches_the_page(tmp_path: Path) -> None:
    """Without a source of its own the page reads the database."""
    engine = await open_database(tmp_path)
    app = web.Application()
    app[CONFIG], app[ENGINE], app[CLOCK] = hub_config(), engine, lambda: NOW
    add_web_routes(app)
    async with engine.begin() as conn:
        await conn.execute(
            cap_level.insert().values(
                trafo_id="dalen",
                start=int(datetime(2026, 11, 23, 18, tzinfo=UTC).timestamp()),
                decided_at=int(NOW.timestamp()),
                p50_kw=240.0,
                p90_kw=260.0,
                forecast_source="upload",
                limit_kw=304.0,
                room_kw=44.0,
                level_w=453.6,
                homes=97,
            )
        )
    async with TestClient(TestServer(app)) as client:
        response = await client.get("/?lang=en")
        assert response.status == 200
        page = await response.text()
    await engine.dispose()
    assert "Until 19:15 every heat pump gets at most 450\N{NO-BREAK SPACE}W" in page
    assert "No home takes part yet." in page
