"""A whole hub, as ``create_app`` makes it, for tests over HTTP."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy.ext.asyncio import AsyncEngine

from dalen_hub.app import PLANNER, create_app
from dalen_hub.appkeys import Clock
from dalen_hub.config import HubConfig
from dalen_hub.grid.quarter_hours import QUARTER
from dalen_hub.signing.canonical import without_signature
from dalen_hub.store.times import parse_instant, rfc3339

from .helpers import VTN, Caller, Hub

TRAFO = "kerkstraat"
FORECAST = f"/api/v1/trafos/{TRAFO}/forecast"
LOAD = f"/api/v1/trafos/{TRAFO}/load"
CHART = f"/api/v1/trafos/{TRAFO}/chart"


@asynccontextmanager
async def whole_hub(
    config: HubConfig, engine: AsyncEngine, data_dir: Path, clock: Clock
) -> AsyncGenerator[Hub]:
    """Run a hub on a free port until the end of the block."""
    app = create_app(config, engine, data_dir=data_dir, clock=clock)
    async with TestClient(TestServer(app)) as client:
        await app[PLANNER].run_due()
        yield Hub(client=client, app=app, engine=engine, clock=clock)


def forecast_body(
    start: datetime, p90_kw: list[float], **changes: object
) -> dict[str, Any]:
    """Return a forecast as it is uploaded."""
    return {
        "unit": "kW",
        "start": rfc3339(start),
        "interval": "PT15M",
        "p50": [0.9 * value for value in p90_kw],
        "p90": p90_kw,
        **changes,
    }


async def upload(hub: Hub, operator: Caller, body: dict[str, Any]) -> ClientResponse:
    """Upload a forecast, and wait until the hub acted on it."""
    response = await operator.call("PUT", FORECAST, body)
    await hub.app[PLANNER].run_due()
    return response


async def caps_kw(home: Caller) -> dict[datetime, float]:
    """Return the caps that a home reads, by quarter hour."""
    caps: dict[datetime, float] = {}
    for event in await home.ok("GET", f"{VTN}/events"):
        if event["priority"] == 0:
            continue  # An emergency stop.
        start = parse_instant(event["intervalPeriod"]["start"])
        for interval in without_signature(event)["intervals"]:
            payload, *reasons = interval["payloads"]
            assert all(each["type"].startswith("X-DALEN-REASON-") for each in reasons)
            assert payload["type"] == "IMPORT_CAPACITY_LIMIT"
            caps[start + QUARTER * interval["id"]] = payload["values"][0]
    return caps


def quarters(start: datetime, count: int) -> list[datetime]:
    """Return some quarter hours."""
    return [start + timedelta(minutes=15 * index) for index in range(count)]
