"""Reports over HTTP: written by a home about itself, as far as it consented."""

from aiohttp import web

from dalen_hub.appkeys import CLOCK, ENGINE
from dalen_hub.store.batcher import Batcher
from dalen_hub.store.database import reading
from dalen_hub.vtn import report_store as store
from dalen_hub.vtn.answers import json_list, json_text
from dalen_hub.vtn.bodies import read_object
from dalen_hub.vtn.ingest import Sent
from dalen_hub.vtn.paths import VTN_PATH
from dalen_hub.vtn.principal import Principal, Role, require_home, require_scope
from dalen_hub.vtn.problems import ProblemError
from dalen_hub.vtn.queries import id_filter, page_of, path_id
from dalen_hub.vtn.report_store import ReportFilter
from dalen_hub.vtn.schemas import report as check_report

_NEW_REPORTS: web.AppKey[Batcher[Sent, str | ProblemError]] = web.AppKey("new_reports")


def add_routes(app: web.Application) -> None:
    """Add the paths of reports."""
    app[_NEW_REPORTS] = Batcher(store.insert_reports)
    path = f"{VTN_PATH}/reports"
    app.router.add_get(path, list_reports)
    app.router.add_post(path, create_report)
    app.router.add_get(f"{path}/{{id}}", get_report)
    app.router.add_put(f"{path}/{{id}}", update_report)
    app.router.add_delete(f"{path}/{{id}}", delete_report)


async def list_reports(request: web.Request) -> web.Response:
    """Answer with the reports that the client may see."""
    principal = require_scope(request, "read_ven_objects")
    wanted = ReportFilter(
        program_id=id_filter(request, "programID"),
        event_id=id_filter(request, "eventID"),
        client_name=request.query.get("clientName"),
    )
    async with reading(request.app[ENGINE]) as conn:
        found = await store.report_texts(
            conn, _sight(principal), wanted, page_of(request)
        )
    return json_list(found)


async def get_report(request: web.Request) -> web.Response:
    """Answer with one report."""
    principal = require_scope(request, "read_ven_objects")
    async with reading(request.app[ENGINE]) as conn:
        row = await store.report_row(conn, path_id(request), _sight(principal))
    return web.json_response(store.shown_report(row))


async def create_report(request: web.Request) -> web.Response:
    """Take in a new report of a home."""
    sent = await _sent(request)
    made = await request.app[_NEW_REPORTS].add(request.app[ENGINE], sent)
    return json_text(_accepted(made), status=201)


async def update_report(request: web.Request) -> web.Response:
    """Replace a report of the home itself; it passes the gate again."""
    sent = await _sent(request)
    async with request.app[ENGINE].begin() as conn:
        made = await store.replace_report(conn, path_id(request), sent)
    # After the transaction, which keeps the count of what was refused.
    return json_text(_accepted(made))


async def delete_report(request: web.Request) -> web.Response:
    """Remove a report of the home itself, and what it told."""
    _, ven_id = _reporter(request)
    async with request.app[ENGINE].begin() as conn:
        gone = await store.delete_report(
            conn, path_id(request), ven_id, request.app[CLOCK]()
        )
    return web.json_response(gone)


async def _sent(request: web.Request) -> Sent:
    """Return the report in a request."""
    principal, ven_id = _reporter(request)
    body = check_report(await read_object(request))
    return Sent(
        client_id=principal.client_id,
        ven_id=ven_id,
        targets=principal.targets,
        body=body,
        now=request.app[CLOCK](),
    )


def _accepted(made: str | ProblemError) -> str:
    """Return a report that was accepted; raise the problem of another."""
    if isinstance(made, ProblemError):
        raise made
    return made


def _reporter(request: web.Request) -> tuple[Principal, str]:
    """Return the home that reports. Raises a 401 or 403 problem otherwise."""
    require_scope(request, "write_reports")
    return require_home(request)


def _sight(principal: Principal) -> str | None:
    """Return the home whose reports a client sees; None: those of all homes."""
    if principal.role is Role.BL:
        return None
    return principal.ven_id or ""
