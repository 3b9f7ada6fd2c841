"""The audit over HTTP: the operator reads it, and has its chains checked."""

from typing import Any

from aiohttp import web

from dalen_hub.appkeys import ENGINE
from dalen_hub.audit.chain import Chain, Entry, Verdict
from dalen_hub.audit.log import newest, verify
from dalen_hub.store.database import reading
from dalen_hub.store.times import rfc3339
from dalen_hub.vtn.principal import require_operator
from dalen_hub.vtn.problems import ProblemError
from dalen_hub.vtn.queries import page_of

PATH = "/api/v1/audit"


def add_audit_routes(app: web.Application) -> None:
    """Add the audit. Needs ENGINE in the app."""
    app.router.add_get(PATH, _get_audit)
    app.router.add_get(f"{PATH}/verification", _get_verification)


async def _get_audit(request: web.Request) -> web.Response:
    """Answer with a page of a chain, the newest entries first."""
    require_operator(request)
    page, chain = page_of(request), _chain(request)
    async with reading(request.app[ENGINE]) as conn:
        entries = await newest(conn, chain, skip=page.skip, limit=page.limit)
    return web.json_response([entry_body(entry) for entry in entries])


async def _get_verification(request: web.Request) -> web.Response:
    """Answer with what a check of both chains found."""
    require_operator(request)
    async with reading(request.app[ENGINE]) as conn:
        found = {chain.value: await verify(conn, chain) for chain in Chain}
    return web.json_response(
        {name: verdict_body(verdict) for name, verdict in found.items()}
    )


def entry_body(entry: Entry) -> dict[str, Any]:
    """Return an entry as it is shown."""
    note = entry.note
    return {
        "number": entry.number,
        "at": rfc3339(note.at),
        "client_id": note.client_id,
        "what": note.what,
        "reason": note.reason,
        "status": note.status,
        "times": note.times,
        "hash": entry.hash.hex(),
    }


def verdict_body(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as it is shown."""
    return {
        "intact": verdict.broken_at is None,
        "broken_at": verdict.broken_at,
        "entries": verdict.entries,
        "first": verdict.first,
        "last": verdict.last,
        "head": verdict.head.hex(),
    }


def _chain(request: web.Request) -> Chain:
    """Return which chain is asked for: what was refused, unless it says otherwise."""
    text = request.query.get("chain", Chain.DENIED.value)
    if text not in set(Chain):
        raise ProblemError(400, f"chain must be one of {', '.join(Chain)}.")
    return Chain(text)
