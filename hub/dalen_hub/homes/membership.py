"""The membership over HTTP: a home sees it, changes its tier, or leaves."""

import dataclasses
from datetime import datetime

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.appkeys import CLOCK, ENGINE, NUDGER, PRINCIPALS
from dalen_hub.consent.ledger import Action, Consent, history, record, tier_in_force
from dalen_hub.homes.joining import parse_choice, parse_home
from dalen_hub.homes.leaving import leave
from dalen_hub.homes.registry import change_facts
from dalen_hub.homes.signals import membership_changed
from dalen_hub.store.database import durable, reading
from dalen_hub.store.tables import consent_text
from dalen_hub.store.times import rfc3339
from dalen_hub.vtn.bodies import JsonObject, read_object
from dalen_hub.vtn.principal import require_home
from dalen_hub.vtn.problems import ProblemError


async def get_membership(request: web.Request) -> web.Response:
    """Answer with what the home shares, and since when."""
    _, ven_id = require_home(request)
    async with reading(request.app[ENGINE]) as conn:
        return web.json_response(await _membership(conn, ven_id, request.app[CLOCK]()))


async def put_membership(request: web.Request) -> web.Response:
    """Change the tier, which holds from the next report on, and the heat pumps."""
    _, ven_id = require_home(request)
    body, now = await read_object(request), request.app[CLOCK]()
    tier, valid_until = parse_choice(body, now)
    facts = parse_home(body) if "home" in body else None
    async with durable(request.app[ENGINE]) as conn:
        newest = (await _history(conn, ven_id))[-1]
        changed = dataclasses.replace(
            newest,
            action=Action.CHANGED,
            tier=tier,
            given_at=now,
            valid_until=valid_until,
        )
        if facts is not None:
            await change_facts(conn, ven_id, facts, now)
        if facts is None or (tier, valid_until) != (newest.tier, newest.valid_until):
            await record(conn, changed)
        answer = await _membership(conn, ven_id, now)
    membership_changed(request.app, newest.trafo_id)
    return web.json_response(answer)


async def delete_membership(request: web.Request) -> web.Response:
    """Let the home leave; its token and its secret are worth nothing any more."""
    principal, ven_id = require_home(request)
    app = request.app
    async with durable(app[ENGINE]) as conn:
        newest = (await _history(conn, ven_id))[-1]
        await leave(conn, principal, newest, app[CLOCK]())
    app[PRINCIPALS].forget(principal.client_id)
    app[NUDGER].end_client(principal.client_id)
    membership_changed(app, newest.trafo_id)
    return web.Response(status=204)


async def _history(conn: AsyncConnection, ven_id: str) -> list[Consent]:
    """Return the consents of a home. Raises a 410 problem when it left."""
    rows = await history(conn, ven_id)
    if not rows or rows[-1].action is Action.WITHDRAWN:
        raise ProblemError(410, "This home left. It can join again with a new invite.")
    return rows


async def _membership(conn: AsyncConnection, ven_id: str, now: datetime) -> JsonObject:
    """Return a membership as it is sent."""
    rows = await _history(conn, ven_id)
    newest = rows[-1]
    until = newest.valid_until
    text = (
        await conn.execute(
            select(consent_text.c.text_id, consent_text.c.version).where(
                consent_text.c.sha256 == newest.text_sha256
            )
        )
    ).one()
    return {
        "ven_id": ven_id,
        "tier": tier_in_force(newest, now),
        "valid_until": None if until is None else rfc3339(until),
        "consent": {
            "text_id": text.text_id,
            "version": text.version,
            "sha256": newest.text_sha256,
            "language": newest.language,
            "tier": newest.tier,
            "given_at": rfc3339(rows[0].given_at),
            "changed_at": rfc3339(newest.given_at),
        },
    }
