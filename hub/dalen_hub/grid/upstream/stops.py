"""Follow the DSO's emergencies with the hub's own emergency stop."""

from datetime import datetime, timedelta
from typing import Final

from aiohttp import web

from dalen_hub.appkeys import ENGINE
from dalen_hub.caps.stop import LONGEST, Cause, Ending, Stop, StopError
from dalen_hub.caps.stop_orders import release_stop, start_stop
from dalen_hub.caps.stop_store import last_stops, open_stop
from dalen_hub.grid.upstream.link import Link
from dalen_hub.grid.upstream.orders import Finding, Remark, StopAsked
from dalen_hub.grid.upstream.store import note_report, sent_reports
from dalen_hub.store.database import reading

_KIND: Final = "STOP"
_SHORTEST: Final = timedelta(minutes=1)
_SINCE: Final = timedelta(days=31)


async def follow_emergency(app: web.Application, link: Link, now: datetime) -> None:
    """Order the stop that a link asks for, or release the one that is over.

    A stop that somebody released is not ordered again for the same document. One
    that ended by itself is, as far as houses obey.
    """
    by = f"dso {link.settings.program}"[:64]
    asked, trafo_id = link.orders.stop, link.trafo.id
    async with reading(app[ENGINE]) as conn:
        found = await open_stop(conn, trafo_id)
        stops = await last_stops(conn, trafo_id, now - _SINCE)
        sent = await sent_reports(conn, trafo_id)
    current = found[1] if found is not None and found[1].in_force(now) else None
    if asked is None:
        if current is not None and current.by == by:
            await release_stop(app, link.trafo, by=by, now=now)
        return
    known = (asked.document_id, _KIND) in sent
    if current is None and (not known or _ended_by_itself(stops, by)):
        await _order(app, link, asked, by, now)


def _ended_by_itself(stops: tuple[Stop, ...] | list[Stop], by: str) -> bool:
    """Return whether the last stop of a link ended because its time was over."""
    own = [each for each in stops if each.by == by]
    last = max(own, key=lambda each: each.started_at, default=None)
    return last is not None and last.ending in (None, Ending.EXPIRED)


async def _order(
    app: web.Application, link: Link, asked: StopAsked, by: str, now: datetime
) -> None:
    """Order a stop; one that houses would not obey is remarked."""
    left = LONGEST if asked.end is None else asked.end - now
    try:
        await start_stop(
            app,
            link.trafo,
            cause=Cause.DSO,
            by=by,
            reason=asked.reason,
            now=now,
            duration=max(_SHORTEST, min(LONGEST, left)),
        )
    except StopError as err:
        finding = Finding(
            remark=Remark.REFUSED, document=asked.document_id, detail=str(err)
        )
        if finding not in [told.finding for told in link.ledger.told]:
            link.ledger = link.ledger.remarked([finding], now)
        return
    async with app[ENGINE].begin() as conn:
        await note_report(conn, link.trafo.id, asked.document_id, _KIND, None, now)
