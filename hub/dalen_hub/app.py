"""The composition root: makes one application of the hub's rooms."""

from collections.abc import AsyncIterator, Callable
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
    WEBHOOKS,
    Clock,
)
from dalen_hub.audit.routes import add_audit_routes
from dalen_hub.caps.causes import Cause
from dalen_hub.caps.home_routes import add_home_routes
from dalen_hub.caps.planner import CapPlanner
from dalen_hub.caps.publish import add_control, publish_caps
from dalen_hub.caps.stop_orders import ON_STOP_CHANGED
from dalen_hub.caps.stop_routes import add_stop_routes
from dalen_hub.config import HubConfig
from dalen_hub.forecast.weather_routes import add_weather_routes
from dalen_hub.grid.routes import ON_FORECAST_CHANGED, ON_LOAD_RECORDED, add_grid_routes
from dalen_hub.grid.upstream.service import add_upstream
from dalen_hub.homes.hub_key import HubKey
from dalen_hub.homes.routes import add_pairing_routes
from dalen_hub.settlement.routes import add_settlement_routes
from dalen_hub.vtn.app import add_vtn_routes
from dalen_hub.vtn.bodies import MAX_BODY_BYTES
from dalen_hub.vtn.program_store import ensure_caps_program
from dalen_hub.vtn.tokens import Tokens
from dalen_hub.vtn.webhooks import Webhooks
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
    insecure_webhooks: bool = False,
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
    app[WEBHOOKS] = Webhooks(insecure=insecure_webhooks)
    _add_planner(app)
    add_vtn_routes(app)
    add_pairing_routes(app)
    add_grid_routes(app)
    add_upstream(app)
    add_weather_routes(app)
    add_stop_routes(app)
    add_home_routes(app)
    add_settlement_routes(app)
    add_audit_routes(app)
    add_web_routes(app)
    app.router.add_get("/health", _health)
    return app


def _add_planner(app: web.Application) -> None:
    """Let the planner hear of every change that caps depend on."""
    planner = CapPlanner(
        app[CONFIG].trafos, functools.partial(publish_caps, app), app[CLOCK]
    )
    app[PLANNER] = planner
    add_control(app)
    app[ON_MEMBERSHIP_CHANGED] = _poke(planner, Cause.MEMBERS)
    app[ON_FORECAST_CHANGED] = _poke(planner, Cause.FORECAST)
    app[ON_LOAD_RECORDED] = _poke(planner, Cause.METER)
    app[ON_STOP_CHANGED] = _poke(planner, Cause.STOP)
    app.cleanup_ctx.append(_run_planner)


def _poke(planner: CapPlanner, cause: Cause) -> Callable[[str], None]:
    """Return how a part of the hub tells the planner what happened."""
    return functools.partial(planner.poke, cause=cause)


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
