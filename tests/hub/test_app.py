"""The composed hub: parts find each other, start and stop in order."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from dalen_hub.app import PLANNER
from dalen_hub.config import HubConfig
from tests.hub.helpers import NUDGE, VTN, FrozenClock
from tests.hub.whole_hub import FORECAST, caps_kw, forecast_body, upload, whole_hub

RUNNING = datetime(2026, 11, 23, 16, tzinfo=UTC)


async def test_upload_wakes_the_home_that_it_concerns(
    config: HubConfig, engine: AsyncEngine, data_dir: Path, clock: FrozenClock
) -> None:
    """The background planner acts by itself, and the nudge follows the caps."""
    async with whole_hub(config, engine, data_dir, clock) as hub:
        home, operator = await hub.home(), await hub.operator()
        await hub.app[PLANNER].run_due()
        stream = await home.call("GET", NUDGE)
        assert (
            await stream.content.readuntil(b"\n\n") == b"event: changed\ndata: {}\n\n"
        )
        response = await operator.call("PUT", FORECAST, forecast_body(RUNNING, [312.6]))
        assert response.ok
        async with asyncio.timeout(10):
            assert await stream.content.readline() == b"event: changed\n"
        assert (await caps_kw(home))[RUNNING] == 1.0


async def test_restart_keeps_members_and_caps(
    config: HubConfig, engine: AsyncEngine, data_dir: Path, clock: FrozenClock
) -> None:
    """Tokens, events and their ids outlive the process."""
    async with whole_hub(config, engine, data_dir, clock) as hub:
        home, operator = await hub.home(), await hub.operator()
        await upload(hub, operator, forecast_body(RUNNING, [312.6]))
        before = await home.ok("GET", f"{VTN}/events")
    async with whole_hub(config, engine, data_dir, clock) as hub:
        response = await hub.client.get(
            f"{VTN}/events", headers={"Authorization": f"Bearer {home.token}"}
        )
        assert await response.json() == before


async def test_planner_ends_with_the_hub(
    config: HubConfig, engine: AsyncEngine, data_dir: Path, clock: FrozenClock
) -> None:
    """No task is left over."""
    async with whole_hub(config, engine, data_dir, clock):
        assert "cap planner" in {task.get_name() for task in asyncio.all_tasks()}
    assert "cap planner" not in {task.get_name() for task in asyncio.all_tasks()}


async def test_page_is_served(
    config: HubConfig, engine: AsyncEngine, data_dir: Path, clock: FrozenClock
) -> None:
    """People find a page at the root."""
    async with whole_hub(config, engine, data_dir, clock) as hub:
        response = await hub.client.get("/")
        assert response.status == 200
        assert response.content_type == "text/html"
