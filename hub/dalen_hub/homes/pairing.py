"""Pairing over HTTP: show a home what it joins, then let it join once."""

from collections.abc import Sequence

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.appkeys import (
    CLOCK,
    CONFIG,
    ENGINE,
    HUB_KEY,
    PAIRING_ATTEMPTS,
    PRINCIPALS,
)
from dalen_hub.consent.texts import consent_text
from dalen_hub.homes.attempts import address_key
from dalen_hub.homes.invites import (
    Invite,
    InviteState,
    find_invite,
    note_member,
    use_invite,
)
from dalen_hub.homes.joining import parse_attempt, parse_code, parse_join
from dalen_hub.homes.registry import Registered, register_home
from dalen_hub.homes.signals import membership_changed
from dalen_hub.homes.unseen import end_member
from dalen_hub.listeners.addresses import client_address
from dalen_hub.store.database import durable, reading
from dalen_hub.vtn.bodies import JsonObject, read_object
from dalen_hub.vtn.paths import NUDGE_PATH, VTN_PATH, absolute
from dalen_hub.vtn.problems import ProblemError
from dalen_hub.vtn.program_store import ensure_caps_program

_PREFIX_CHARS = 4
_REFUSALS = {
    InviteState.UNKNOWN: (404, "The code is not known. Check it letter by letter."),
    InviteState.USED: (
        410,
        "The code was used. If that was this home and the answer got lost, its"
        " unfinished membership ends within a day. Ask the collective for a new invite.",
    ),
    InviteState.EXPIRED: (
        410,
        "The code expired. Ask the collective for a new invite.",
    ),
}
_KINDS = {
    InviteState.UNKNOWN: "unknown-code",
    InviteState.USED: "used-code",
    InviteState.EXPIRED: "expired-code",
}


async def post_preview(request: web.Request) -> web.Response:
    """Answer with what a code is for; the code stays valid."""
    body = await read_object(request)
    code, attempt = parse_code(body), parse_attempt(body)
    async with reading(request.app[ENGINE]) as conn:
        invite = await _open_invite(request, conn, code, attempt)
    config, key = request.app[CONFIG], request.app[HUB_KEY]
    trafo = config.trafo(invite.trafo_id)
    return web.json_response(
        {
            "hub_name": config.name,
            "collective": config.collective,
            "trafo_name": invite.trafo_id if trafo is None else trafo.name,
            "public_key": key.public_key_base64,
            "vtn_url": absolute(config, VTN_PATH),
            "consent": consent_text(config.collective).as_json(),
        }
    )


async def post_join(request: web.Request) -> web.Response:
    """Let a home join: the code, the client, the home and the consent, or nothing.

    A home whose first answer got lost, and which says the same ``attempt``, joins
    anew; what was made for it before goes.
    """
    body = await read_object(request)
    code, attempt = parse_code(body), parse_attempt(body)
    app, now = request.app, request.app[CLOCK]()
    async with durable(app[ENGINE]) as conn:
        invite = await _open_invite(request, conn, code, attempt)
        join = parse_join(body, consent_text(app[CONFIG].collective), now)
        again = invite.unseen is not None
        if not await use_invite(conn, code, now, again=again):
            raise _refusal(InviteState.USED)
        if invite.unseen is not None:
            await end_member(conn, invite.unseen, now)
        program_id = await ensure_caps_program(conn, now)
        made = await register_home(
            conn,
            trafo_id=invite.trafo_id,
            facts=join.facts,
            consent=join.consent,
            now=now,
        )
        await note_member(conn, code, made.home.ven_id, attempt)
    if invite.unseen is not None:
        app[PRINCIPALS].forget(invite.unseen.client_id)
    membership_changed(app, invite.trafo_id)
    return web.json_response(
        _membership(request, made, program_id),
        status=201,
        headers={"Cache-Control": "no-store"},
    )


async def _open_invite(
    request: web.Request, conn: AsyncConnection, code: str, attempt: str | None
) -> Invite:
    """Return the invite of a code that can be used.

    Raises a 404, 410 or 429 problem otherwise, and counts wrong codes.
    """
    guard, now = request.app[PAIRING_ATTEMPTS], request.app[CLOCK]()
    keys = _attempt_keys(request, code)
    _refuse_when_waiting(guard.wait_s(keys, now))
    invite = await find_invite(conn, code, now, attempt)
    if invite.state is InviteState.UNKNOWN:
        guard.count_wrong(keys, now)
    if invite.state is not InviteState.OPEN:
        raise _refusal(invite.state)
    return invite


def _attempt_keys(request: web.Request, code: str) -> Sequence[str]:
    """Return by what wrong tries are counted: the sender and the code's begin."""
    prefix = code.strip().upper()[:_PREFIX_CHARS]
    return address_key(client_address(request)), f"code:{prefix}"


def _refuse_when_waiting(wait_s: int) -> None:
    """Raise a 429 problem while a sender must wait."""
    if wait_s:
        raise ProblemError(
            429,
            f"Too many wrong codes. Try again in {wait_s} s.",
            kind="too-many-tries",
            headers={"Retry-After": str(wait_s)},
        )


def _refusal(state: InviteState) -> ProblemError:
    """Return the answer to a code that cannot be used."""
    status, detail = _REFUSALS[state]
    return ProblemError(status, detail, kind=_KINDS[state])


def _membership(request: web.Request, made: Registered, program_id: str) -> JsonObject:
    """Return what a home needs to take part; its secret is shown only here."""
    config = request.app[CONFIG]
    return {
        "client_id": made.client_id,
        "client_secret": made.client_secret,
        "ven_id": made.home.ven_id,
        "ven_name": made.home.ven_name,
        "vtn_url": absolute(config, VTN_PATH),
        "program_id": program_id,
        "nudge_url": absolute(config, NUDGE_PATH),
        "tier": made.home.tier,
    }
