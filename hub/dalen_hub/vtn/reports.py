"""Reports over HTTP: written by a home about itself, as far as it consented."""

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from dalen_hub.appkeys import CLOCK, ENGINE
from dalen_hub.store.database import reading
from dalen_hub.vtn import report_store as store
from dalen_hub.vtn.bodies import JsonObject, read_object
from dalen_hub.vtn.event_store import get_event
from dalen_hub.vtn.ingest import admit, consent_problem, remove_measured, store_measured
from dalen_hub.vtn.paths import VTN_PATH
from dalen_hub.vtn.principal import Principal, Role, require_home, require_scope
from dalen_hub.vtn.problems import ProblemError
from dalen_hub.vtn.queries import id_filter, page_of, path_id
from dalen_hub.vtn.report_store import ReportFilter
from dalen_hub.vtn.schemas import report as check_report


def add_routes(app: web.Application) -> None:
    """Add the paths of reports."""
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
        found = await store.list_reports(
            conn, _sight(principal), wanted, page_of(request)
        )
    return web.json_response(found)


async def get_report(request: web.Request) -> web.Response:
    """Answer with one report."""
    principal = require_scope(request, "read_ven_objects")
    async with reading(request.app[ENGINE]) as conn:
        row = await store.report_row(conn, path_id(request), _sight(principal))
    return web.json_response(store.shown_report(row))


async def create_report(request: web.Request) -> web.Response:
    """Take in a new report of a home."""
    principal, ven_id = _reporter(request)
    body = check_report(await read_object(request))
    now = request.app[CLOCK]()
    async with request.app[ENGINE].begin() as conn:
        await _require_event(conn, body, principal)
        admission = await admit(conn, ven_id, body, now)
        if admission.refusal is None:
            await store_measured(conn, ven_id, admission, body, now)
            made = await store.insert_report(
                conn,
                body,
                now,
                trafo_id=admission.trafo_id,
                ven_id=ven_id,
                client_id=principal.client_id,
            )
    # After the transaction, which keeps the count of what was refused.
    if admission.refusal is not None:
        raise consent_problem(admission.refusal)
    return web.json_response(made, status=201)


async def update_report(request: web.Request) -> web.Response:
    """Replace a report of the home itself; it passes the gate again."""
    principal, ven_id = _reporter(request)
    body = check_report(await read_object(request))
    now = request.app[CLOCK]()
    async with request.app[ENGINE].begin() as conn:
        row = await store.report_row(conn, path_id(request), ven_id)
        await _require_event(conn, body, principal)
        admission = await admit(conn, ven_id, body, now)
        if admission.refusal is None:
            await remove_measured(conn, ven_id, row.body)
            await store_measured(conn, ven_id, admission, body, now)
            made = await store.replace_report(conn, row, body, now)
    if admission.refusal is not None:
        raise consent_problem(admission.refusal)
    return web.json_response(made)


async def delete_report(request: web.Request) -> web.Response:
    """Remove a report of the home itself, and what it told."""
    _, ven_id = _reporter(request)
    async with request.app[ENGINE].begin() as conn:
        row = await store.report_row(conn, path_id(request), ven_id)
        await remove_measured(conn, ven_id, row.body)
        await store.delete_report(conn, row.id)
    return web.json_response(store.shown_report(row))


def _reporter(request: web.Request) -> tuple[Principal, str]:
    """Return the home that reports. Raises a 401 or 403 problem otherwise."""
    require_scope(request, "write_reports")
    return require_home(request)


async def _require_event(
    conn: AsyncConnection, body: JsonObject, principal: Principal
) -> None:
    """Check that the event of a report is there for this home."""
    try:
        await get_event(conn, body["eventID"], principal.targets)
    except ProblemError as error:
        raise ProblemError(
            409, "There is no event with this eventID. Read the events again."
        ) from error


def _sight(principal: Principal) -> str | None:
    """Return the home whose reports a client sees; None: those of all homes."""
    if principal.role is Role.BL:
        return None
    return principal.ven_id or ""
