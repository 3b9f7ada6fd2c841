"""Send the DSO the reports that it asks for, each once, or again when it changed."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
import hashlib
import logging
from typing import Any, Final

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.appkeys import ENGINE
from dalen_hub.grid.chart import is_online
from dalen_hub.grid.load import MONITOR_ONLY, quarter_hour_pumps
from dalen_hub.grid.upstream.client import DsoUnreachableError
from dalen_hub.grid.upstream.document import Document
from dalen_hub.grid.upstream.link import Link
from dalen_hub.grid.upstream.nlflex import Kind, baseline_kw, group_baseline_kw, kind_of
from dalen_hub.grid.upstream.nlflex_reports import (
    ACK,
    DELIVERED,
    DELTA,
    STATUS,
    acknowledgement,
    delivered,
    flex_delta,
    last_end,
    operational_status,
)
from dalen_hub.grid.upstream.settings import ProfileName, SecretError
from dalen_hub.grid.upstream.store import note_report, sent_reports
from dalen_hub.homes.registry import Home, homes_of_trafo
from dalen_hub.store.database import reading

_LOGGER = logging.getLogger(__name__)

# Homes report a quarter hour soon after it.
_REPORTED: Final = timedelta(minutes=30)
# What a heat pump draws uncapped on a usual cold day, of its nameplate.
_USUAL_SHARE: Final = 0.55


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    """A report to send; ``content`` tells whether it was sent like this before."""

    event_id: str
    kind: str
    content: str
    report: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """What the reports are about; ``pumps_kw`` by dispatch and quarter hour."""

    party: str
    homes: Sequence[Home]
    assets: Sequence[str]
    pumps_kw: Mapping[str, Mapping[datetime, float]]


async def send_reports(app: web.Application, link: Link, now: datetime) -> None:
    """Send what is due; what the server does not take now is tried again later."""
    if link.settings.profile is not ProfileName.NLFLEX_1_0 or not link.settings.party:
        return
    documents = list(link.ledger.good.values())
    try:
        assets = await asyncio.to_thread(link.client.resource_names)
        async with reading(app[ENGINE]) as conn:
            sent = await sent_reports(conn, link.trafo.id)
            group = await _group(conn, link, documents, assets, now)
        for due in _due(documents, group, now):
            if sent.get((due.event_id, due.kind), "") == due.content:
                continue
            await asyncio.to_thread(link.client.send, due.report)
            async with app[ENGINE].begin() as conn:
                await note_report(
                    conn, link.trafo.id, due.event_id, due.kind, due.content, now
                )
    except (DsoUnreachableError, SecretError) as err:
        _LOGGER.warning("No reports to the DSO of %s: %s", link.trafo.id, err)


async def _group(
    conn: AsyncConnection,
    link: Link,
    documents: Sequence[Document],
    assets: Sequence[str],
    now: datetime,
) -> _Group:
    """Read what the reports are about."""
    homes = [
        home
        for home in await homes_of_trafo(conn, link.trafo.id)
        if home.heat_pump_kind != MONITOR_ONLY
    ]
    pumps = {}
    for document in _finished(documents, now):
        start = min(step.start for step in document.steps())
        found = await quarter_hour_pumps(
            conn, link.trafo.id, start, last_end(document), steered_only=True
        )
        # Who is silent draws what the others draw.
        pumps[document.id] = {
            quarter: each.power_kw * max(len(homes), each.homes) / each.homes
            for quarter, each in found.items()
        }
    return _Group(
        party=link.settings.party or "", homes=homes, assets=assets, pumps_kw=pumps
    )


def _finished(documents: Sequence[Document], now: datetime) -> list[Document]:
    """Return the dispatches of which all was measured."""
    return [
        each
        for each in documents
        if kind_of(each) is Kind.DISPATCH and last_end(each) + _REPORTED <= now
    ]


def _due(documents: Sequence[Document], group: _Group, now: datetime) -> Iterator[_Due]:
    """Yield all reports as they should be by now."""
    base_kw = group_baseline_kw(documents)
    for document in documents:
        kind, version = kind_of(document), document.modified.isoformat()
        if kind is Kind.DISPATCH:
            report = acknowledgement(document, group.party)
            yield _Due(event_id=document.id, kind=ACK, content=version, report=report)
        if kind is Kind.BASELINE:
            yield _offer(document, group)
        if kind is Kind.ANCHOR and group.assets:
            yield _statuses(document, group, now)
    for document in _finished(documents, now):
        if base_kw is None:
            continue
        report = delivered(document, group.party, base_kw, group.pumps_kw[document.id])
        yield _Due(
            event_id=document.id,
            kind=DELIVERED,
            content=document.modified.isoformat(),
            report=report,
        )


def _offer(document: Document, group: _Group) -> _Due:
    """Return how far the group can go below its baseline: to the floors."""
    usual_kw = sum(_USUAL_SHARE * home.nameplate_w for home in group.homes) / 1000
    floors_kw = sum(home.floor_w for home in group.homes) / 1000
    offered_kw = max(0.0, min(baseline_kw(document), usual_kw) - floors_kw)
    return _Due(
        event_id=document.id,
        kind=DELTA,
        content=f"{document.modified.isoformat()} {offered_kw:.2f}",
        report=flex_delta(document, group.party, offered_kw),
    )


def _statuses(document: Document, group: _Group, now: datetime) -> _Due:
    """Return how the assets are doing that the DSO knows, by the names of homes."""
    homes = {home.ven_name: home for home in group.homes}
    statuses = {
        asset: "PENDING"
        if asset not in homes
        else ("NORMAL" if is_online(homes[asset], now) else "ERROR")
        for asset in group.assets
    }
    text = repr(sorted(statuses.items())).encode()
    return _Due(
        event_id=document.id,
        kind=STATUS,
        content=hashlib.sha256(text).hexdigest()[:32],
        report=operational_status(document, group.party, statuses),
    )
