"""The composition root: makes one application of the hub's rooms."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
import functools
from pathlib import Path
from typing import Final

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from dalen_hub.appkeys import (
    CLOCK,
    CONFIG,
    ENGINE,
    HUB_KEY,
    ON_MEMBERSHIP_CHANGED,
    TOKENS,
    Clock,
)
from dalen_hub.caps.planner import CapPlanner
from dalen_hub.caps.publish import publish_caps
from dalen_hub.config import HubConfig
from dalen_hub.grid.routes import ON_FORECAST_CHANGED, add_grid_routes
from dalen_hub.homes.hub_key import HubKey
from dalen_hub.homes.routes import add_pairing_routes
from dalen_hub.vtn.app import add_vtn_routes
from dalen_hub.vtn.bodies import MAX_BODY_BYTES
from dalen_hub.vtn.program_store import ensure_caps_program
from dalen_hub.vtn.tokens import Tokens
from dalen_hub.web import add_web_routes

PLANNER: Final = web.AppKey("planner", CapPlanner)


def utc_now() -> datetime:
    """Return the present instant of the machine's clock, in UTC."""
    return datetime.now(UTC)


def create_app(
    config: HubConfig,
    engine: AsyncEngine,
    *,
    data_dir: Path,
    clock: Clock = utc_now,
) -> web.Application:
    """Return the hub as an application that is ready to be served.

    ``engine`` comes from ``open_database`` and stays the caller's: the application
    does not close it. ``data_dir`` holds the hub's keys. The planner runs from
    start to clean-up.
    """
    app = web.Application(client_max_size=MAX_BODY_BYTES)
    app[CONFIG] = config
    app[ENGINE] = engine
    app[CLOCK] = clock
    app[TOKENS] = Tokens.open(data_dir, config.public_url)
    app[HUB_KEY] = HubKey.open(data_dir)
    _add_planner(app)
    add_vtn_routes(app)
    add_pairing_routes(app)
    add_grid_routes(app)
    add_web_routes(app)
    app.router.add_get("/health", _health)
    return app


def _add_planner(app: web.Application) -> None:
    """Let the planner hear of every change that caps depend on."""
    planner = CapPlanner(
        app[CONFIG].trafos, functools.partial(publish_caps, app), app[CLOCK]
    )
    app[PLANNER] = planner
    app[ON_MEMBERSHIP_CHANGED] = planner.poke
    app[ON_FORECAST_CHANGED] = planner.poke
    app.cleanup_ctx.append(_run_planner)


async def _run_planner(app: web.Application) -> AsyncIterator[None]:
    """Make the program of the caps, and plan while the application runs."""
    async with app[ENGINE].begin() as conn:
        await ensure_caps_program(conn, app[CLOCK]())
    app[PLANNER].start()
    yield
    await app[PLANNER].stop()


async def _health(_request: web.Request) -> web.Response:
    """Answer that the hub runs."""
    return web.json_response({"status": "ok"})
