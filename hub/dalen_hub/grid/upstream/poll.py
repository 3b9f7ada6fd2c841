"""One poll of a link: read, judge, store, and let the caps follow."""

import asyncio
from datetime import datetime
import logging

from aiohttp import web

from dalen_hub.appkeys import CLOCK, ENGINE
from dalen_hub.forecast.model import forecasts_from_rows
from dalen_hub.forecast.uploaded import store_forecast
from dalen_hub.grid.routes import ON_FORECAST_CHANGED
from dalen_hub.grid.upstream.client import DsoUnreachableError, Fetched
from dalen_hub.grid.upstream.ledger import Ledger, still_good, take
from dalen_hub.grid.upstream.link import Link, LinkState
from dalen_hub.grid.upstream.orders import Finding, GridOrders, Remark
from dalen_hub.grid.upstream.settings import SecretError
from dalen_hub.grid.upstream.store import (
    FORECAST_SOURCE,
    forget_forecast,
    load_documents,
    replace_documents,
)
from dalen_hub.store.database import reading

_LOGGER = logging.getLogger(__name__)


async def restore(app: web.Application, link: Link) -> None:
    """Let the last good documents count from before the hub started."""
    facts = link.facts(app[CLOCK]())
    async with reading(app[ENGINE]) as conn:
        stored = await load_documents(conn, link.trafo.id, link.settings.program)
    good = {
        key: each
        for key, each in stored.items()
        if still_good(each, link.adapter, facts)
    }
    link.ledger = Ledger(good=good)
    link.orders = link.ledger.orders(link.adapter, facts)


async def poll(app: web.Application, link: Link) -> bool:
    """Read the server once; return whether it answered.

    Where it does not, the last good documents stay in force.
    """
    now = app[CLOCK]()
    try:
        fetched = await asyncio.to_thread(link.client.fetch, now)
    except (DsoUnreachableError, SecretError) as err:
        _note_trouble(link, str(err))
        return False
    if link.failures:
        _LOGGER.info("The DSO's server of %s answers again", link.trafo.id)
    link.failures, link.heard_at, link.trouble = 0, now, None
    if fetched.complaint is not None:
        _note_program(link, fetched.complaint, now)
        return True
    await _take(app, link, fetched, now)
    return True


def _note_trouble(link: Link, text: str) -> None:
    """Remember that a server does not answer; log it once."""
    if link.trouble != text:
        _LOGGER.warning(
            "The DSO's server of %s cannot be read: %s The last good orders stay in"
            " force.",
            link.trafo.id,
            text,
        )
    link.failures += 1
    link.state, link.trouble = LinkState.UNREACHABLE, text


def _note_program(link: Link, complaint: str, now: datetime) -> None:
    """Remark once that a program is missing or of another profile."""
    finding = Finding(
        remark=Remark.PROGRAM, document=link.settings.program, detail=complaint
    )
    if not link.ledger.told or link.ledger.told[-1].finding != finding:
        link.ledger = link.ledger.remarked([finding], now)
    link.state, link.trouble = LinkState.REFUSED, complaint


async def _take(
    app: web.Application, link: Link, fetched: Fetched, now: datetime
) -> None:
    """Take over what a server shows."""
    before = link.ledger
    ledger = take(before, fetched.documents, link.adapter, link.facts(now))
    orders = ledger.orders(link.adapter, link.facts(now))
    new = [each for each in orders.findings if each not in link.orders.findings]
    ledger = ledger.remarked(new, now)
    if ledger.good != before.good:
        await _store(app, link, ledger, orders, now)
    has_moved = (
        orders.limits_kw != link.orders.limits_kw
        or orders.pumps_kw != link.orders.pumps_kw
        or orders.safe_mode_kw != link.orders.safe_mode_kw
        or orders.forecasts != link.orders.forecasts
    )
    link.ledger, link.orders = ledger, orders
    link.state = LinkState.REFUSED if ledger.refused else LinkState.OK
    _log(link, before)
    if has_moved and (changed := app.get(ON_FORECAST_CHANGED)):
        changed(link.trafo.id)


async def _store(
    app: web.Application,
    link: Link,
    ledger: Ledger,
    orders: GridOrders,
    now: datetime,
) -> None:
    """Store documents, and forecasts as if they had been uploaded; all or nothing."""
    async with app[ENGINE].begin() as conn:
        await replace_documents(
            conn, link.trafo.id, link.settings.program, ledger.good.values()
        )
        if orders.forecasts != link.orders.forecasts:
            await forget_forecast(conn, link.trafo.id, now)
            for rows in orders.forecasts.values():
                ahead = [row for row in rows if row.time >= now]
                forecasts = forecasts_from_rows(ahead, FORECAST_SOURCE)
                await store_forecast(conn, link.trafo.id, forecasts, now)


def _log(link: Link, before: Ledger) -> None:
    """Log the remarks that are new."""
    known = set(map(id, before.told))
    for told in link.ledger.told:
        if id(told) not in known:
            finding = told.finding
            _LOGGER.warning(
                "DSO's document %r of %s: %s %s",
                finding.document,
                link.trafo.id,
                finding.remark.value,
                finding.detail,
            )
