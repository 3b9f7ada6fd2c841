"""What a page says about the stop, the reasons, the readings and the homes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
import math
from typing import Final

from aiohttp import web

from dalen_hub.appkeys import CLOCK, ENGINE
from dalen_hub.caps.explained import EXPLAINED, Explained
from dalen_hub.caps.site import Place
from dalen_hub.caps.site_store import places_of
from dalen_hub.caps.stop import Stop
from dalen_hub.caps.stop_store import open_stop
from dalen_hub.grid.chart import is_online
from dalen_hub.grid.findings import SHOWN, finding_text, recent_findings
from dalen_hub.grid.quality import Finding
from dalen_hub.grid.trafo import Trafo
from dalen_hub.grid.upstream.ledger import Told
from dalen_hub.grid.upstream.link import LINKS, Link, LinkState
from dalen_hub.grid.upstream.orders import Remark
from dalen_hub.homes.registry import Home, homes_of_trafo
from dalen_hub.store.database import reading

from .language import Texts
from .sentence import day_and_time, shown_level_w

_MOST_FINDINGS: Final = 12
_MOST_REMARKS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One finding about readings, or about what the grid operator ordered."""

    when: str
    text: str
    is_repaired: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeRow:
    """One home, for the operator; texts."""

    name: str
    contact: str
    place: str
    cap: str
    why: str
    acknowledged: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HomesView:
    """The homes of a transformer, for the operator."""

    rows: tuple[HomeRow, ...]
    waiting: int
    paused: int
    is_stopped: bool


def why_lines(app: web.Application, trafo: Trafo, texts: Texts) -> tuple[str, ...]:
    """Return how room is shared and what is full, in a few sentences."""
    explained = app[EXPLAINED].get(trafo.id) if EXPLAINED in app else None
    return tuple(_why(explained, trafo, texts))


def _why(explained: Explained | None, trafo: Trafo, texts: Texts) -> Iterator[str]:
    """Yield the sentences."""
    if explained is not None and explained.source != "stop":
        where = ", ".join(each[texts.language] for each in explained.bottlenecks)
        if explained.source == "release":
            yield texts("why.release")
        elif where and explained.source == "plan":
            yield texts("why.plan", where=where)
        elif where:
            yield texts("why.measured", where=where)
        if not math.isinf(explained.frame_w):
            cap = texts.number(shown_level_w(explained.frame_w))
            yield texts("why.frame", cap=cap)
    floor = texts.number(100 * trafo.fairness_floor)
    yield texts(f"policy.{trafo.policy.value}", floor=floor)


async def quality_lines(
    app: web.Application, trafo: Trafo, texts: Texts
) -> tuple[Line, ...] | None:
    """Return what was wrong with readings lately, None where nobody can know."""
    if ENGINE not in app:
        return None
    now = app[CLOCK]()
    async with reading(app[ENGINE]) as conn:
        findings = await recent_findings(conn, trafo.id, now - SHOWN)
    links = app.get(LINKS, {}).get(trafo.id, ())
    return (
        *(line for link in links for line in _link_lines(link, texts, now)),
        *(
            _line(each, texts, now, trafo.time_zone)
            for each in findings[:_MOST_FINDINGS]
        ),
    )


def _link_lines(link: Link, texts: Texts, now: datetime) -> Iterator[Line]:
    """Yield what is the matter with a link to the grid operator, newest first."""
    zone = link.trafo.time_zone
    if link.state is LinkState.UNREACHABLE:
        heard = link.heard_at
        yield Line(
            when=""
            if heard is None
            else day_and_time(heard.astimezone(zone), now.astimezone(zone), texts),
            text=texts("dso.unreachable", program=link.settings.program),
            is_repaired=False,
        )
    recent = [told for told in link.ledger.told if now - told.at <= SHOWN]
    for told in reversed(recent[-_MOST_REMARKS:]):
        yield _remark_line(told, texts, now, zone)


def _remark_line(told: Told, texts: Texts, now: datetime, zone: tzinfo) -> Line:
    """Return one remark on a document of the grid operator in words."""
    remark = told.finding.remark
    return Line(
        when=day_and_time(told.at.astimezone(zone), now.astimezone(zone), texts),
        text=texts(f"dso.{remark.value}", document=told.finding.document),
        is_repaired=remark not in {Remark.REFUSED, Remark.PROGRAM},
    )


def _line(finding: Finding, texts: Texts, now: datetime, zone: tzinfo) -> Line:
    """Return one finding in words."""
    return Line(
        when=day_and_time(finding.first.astimezone(zone), now.astimezone(zone), texts),
        text=finding_text(finding, texts.language),
        is_repaired=finding.is_repaired,
    )


async def homes_view(app: web.Application, trafo: Trafo, texts: Texts) -> HomesView:
    """Return the homes with their caps, for the operator."""
    now = app[CLOCK]()
    async with reading(app[ENGINE]) as conn:
        homes = await homes_of_trafo(conn, trafo.id)
        places = await places_of(conn, trafo.id)
        found = await open_stop(conn, trafo.id)
    stop = found[1] if found is not None and found[1].in_force(now) else None
    explained = app[EXPLAINED].get(trafo.id) if EXPLAINED in app else None
    rows = tuple(
        _row(home, places, explained, stop, trafo, texts, now) for home in homes
    )
    return HomesView(
        rows=rows,
        waiting=sum(row.acknowledged is False for row in rows),
        paused=0 if explained is None else explained.paused,
        is_stopped=stop is not None,
    )


def _row(
    home: Home,
    places: Mapping[str, Place],
    explained: Explained | None,
    stop: Stop | None,
    trafo: Trafo,
    texts: Texts,
    now: datetime,
) -> HomeRow:
    """Return one home in words."""
    cap = None if explained is None else explained.homes.get(home.ven_id)
    is_free = cap is None or cap.reason.value in {"free", "monitor", "paused"}
    return HomeRow(
        name=home.nickname or home.ven_name,
        contact=texts("homes.online") if is_online(home, now) else texts("homes.away"),
        place=_place(places.get(home.ven_id, Place()), trafo, texts),
        cap=texts("no_limit")
        if cap is None or is_free
        else f"{texts.number(shown_level_w(cap.cap_w))}\N{NO-BREAK SPACE}W",
        why="" if cap is None else cap.sentences[texts.language],
        acknowledged=None if stop is None else home.target in stop.acknowledged,
    )


def _place(place: Place, trafo: Trafo, texts: Texts) -> str:
    """Return phase and cable, such as "L2? · Molenstraat"; a guess has a "?"."""
    parts = []
    if place.phase is not None:
        parts.append(f"L{place.phase + 1}{'?' if place.is_estimated else ''}")
    names = {cable.id: cable.name for cable in trafo.cables}
    if place.cable in names:
        parts.append(names[place.cable])
    return " · ".join(parts) or texts("homes.nowhere")
