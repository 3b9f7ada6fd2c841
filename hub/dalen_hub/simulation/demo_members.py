"""The simulated homes as real members of the hub: they join, read and report."""

from datetime import datetime

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.appkeys import CONFIG, ENGINE
from dalen_hub.consent.texts import consent_text
from dalen_hub.consent.tiers import Tier
from dalen_hub.grid.trafo import Trafo
from dalen_hub.homes.facts import HomeFacts
from dalen_hub.homes.registry import ConsentGiven, Home, homes_of_trafo, register_home
from dalen_hub.homes.signals import membership_changed
from dalen_hub.vtn.bodies import JsonObject
from dalen_hub.vtn.ingest import Sent
from dalen_hub.vtn.problems import ProblemError
from dalen_hub.vtn.report_store import insert_reports
from dalen_hub.vtn.schemas import report as check_report

from .hybrid_model import HybridParameters

_LANGUAGE = "nl"


async def join_demo_homes(
    app: web.Application, trafo: Trafo, hybrids: HybridParameters, now: datetime
) -> list[Home]:
    """Return a member of the hub for each hybrid; those of an earlier run stay."""
    consent = ConsentGiven(
        text=consent_text(app[CONFIG].collective), tier=Tier.T1, language=_LANGUAGE
    )
    async with app[ENGINE].begin() as conn:
        known = {home.nickname: home for home in await homes_of_trafo(conn, trafo.id)}
        homes = []
        for index in range(hybrids.homes):
            facts = _facts(hybrids, index)
            if facts.nickname in known:
                homes.append(known[facts.nickname])
                continue
            joined = await register_home(
                conn, trafo_id=trafo.id, facts=facts, consent=consent, now=now
            )
            homes.append(joined.home)
    membership_changed(app, trafo.id)
    return homes


async def send_report(
    conn: AsyncConnection, home: Home, body: JsonObject, now: datetime
) -> None:
    """Hand in a report of a home through the same gate as one on the wire.

    Raises a ProblemError when the gate refuses it.
    """
    sent = Sent(
        client_id=home.client_id,
        ven_id=home.ven_id,
        targets=frozenset((home.target,)),
        body=check_report(body),
        now=now,
    )
    (result,) = await insert_reports(conn, [sent])
    if isinstance(result, ProblemError):
        raise result


def _facts(hybrids: HybridParameters, index: int) -> HomeFacts:
    """Return what a simulated home tells when it joins."""
    return HomeFacts(
        nickname=f"Simulated home {index + 1:02}",
        heat_pump_kind="watts",
        nameplate_w=float(hybrids.nameplate_w[index]),
        minimum_w=round(float(hybrids.minimum_w[index])),
        floor_w=0.0,
    )
