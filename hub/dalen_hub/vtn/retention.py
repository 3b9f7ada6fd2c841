"""Keep reports no longer than the operator says."""

import asyncio
from collections.abc import AsyncGenerator
import contextlib
from datetime import datetime, timedelta

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from dalen_hub.appkeys import CLOCK, CONFIG, ENGINE
from dalen_hub.vtn.report_store import remove_reports_before

_AT_ONCE = 500
_EVERY_S = 3_600.0


async def remove_old_reports(
    engine: AsyncEngine, now: datetime, kept: timedelta
) -> int:
    """Remove reports that are older than is kept; return how many.

    In small steps, so that no home waits for long.
    """
    total = 0
    while True:
        async with engine.begin() as conn:
            removed = await remove_reports_before(conn, now - kept, most=_AT_ONCE)
        total += removed
        if removed < _AT_ONCE:
            return total


async def run_retention(app: web.Application) -> AsyncGenerator[None]:
    """Remove old reports every hour while the application runs."""
    task = asyncio.create_task(_for_ever(app), name="retention")
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _for_ever(app: web.Application) -> None:
    """Remove old reports every hour."""
    kept = timedelta(days=app[CONFIG].keep_reports_days)
    while True:
        await remove_old_reports(app[ENGINE], app[CLOCK](), kept)
        await asyncio.sleep(_EVERY_S)
