"""The links in the running hub: a task each, that polls as long as the hub runs."""

import asyncio
from collections.abc import AsyncIterator
import logging
import random
from typing import Final

from aiohttp import web

from dalen_hub.appkeys import CLOCK, CONFIG
from dalen_hub.grid.upstream.link import LINKS, Link, make_links
from dalen_hub.grid.upstream.poll import poll, restore
from dalen_hub.grid.upstream.reports import send_reports
from dalen_hub.grid.upstream.routes import add_upstream_routes
from dalen_hub.grid.upstream.stops import follow_emergency

_LOGGER = logging.getLogger(__name__)

# A server that is away is asked less often, but at least this often.
_LONGEST_S: Final = 900.0
_JITTER: Final = 0.1


def add_upstream(app: web.Application) -> None:
    """Let a hub follow the DSOs of its transformers. Needs CONFIG."""
    app[LINKS] = make_links(app[CONFIG].trafos)
    add_upstream_routes(app)
    if app[LINKS]:
        app.cleanup_ctx.append(_run_links)


async def run_once(app: web.Application, link: Link) -> None:
    """Poll a link once, and do what follows from it."""
    if await poll(app, link):
        now = app[CLOCK]()
        await follow_emergency(app, link, now)
        await send_reports(app, link, now)


def wait_s(link: Link, spread: float) -> float:
    """Return how long to wait; ``spread`` from -1 to 1 keeps hubs apart."""
    usual_s = link.settings.poll.total_seconds()
    backed_off_s = usual_s * 2 ** min(link.failures, 8)
    longest_s = max(usual_s, _LONGEST_S)
    return float(min(backed_off_s, longest_s) * (1.0 + _JITTER * spread))


async def _run_links(app: web.Application) -> AsyncIterator[None]:
    """Poll all links while the application runs."""
    links = [link for several in app[LINKS].values() for link in several]
    for link in links:
        await restore(app, link)
    tasks = [
        asyncio.create_task(_run(app, link), name=f"dso {link.trafo.id}")
        for link in links
    ]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def _run(app: web.Application, link: Link) -> None:
    """Poll a link for ever; a failure must not end it."""
    while True:
        work = asyncio.ensure_future(run_once(app, link))
        try:
            await asyncio.wait([work])
        except asyncio.CancelledError:
            work.cancel()
            await asyncio.wait([work])
            raise
        error = None if work.cancelled() else work.exception()
        if error is not None:
            link.failures += 1
            _LOGGER.error(
                "The DSO's orders of %s could not be followed; the hub tries again",
                link.trafo.id,
                exc_info=error,
            )
        await asyncio.sleep(wait_s(link, random.uniform(-1.0, 1.0)))
