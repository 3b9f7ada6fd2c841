"""Settlement over HTTP: statements and offers for the operator, its own for a home."""

from aiohttp import hdrs, web

from dalen_hub.appkeys import CLOCK, CONFIG
from dalen_hub.grid.routes import trafo_of
from dalen_hub.grid.trafo import Trafo
from dalen_hub.vtn.principal import require_home, require_operator
from dalen_hub.vtn.problems import ProblemError

from .bodies import offers_body, own_statement_body, statement_body
from .offers import NoOffersError, offers_of
from .service import (
    STATEMENTS,
    NoStatementError,
    Settled,
    Statements,
    month_before,
    settled,
)

_PRIVATE = {hdrs.CACHE_CONTROL: "no-store"}


def add_settlement_routes(app: web.Application) -> None:
    """Add settlement and offers. Needs ENGINE, CLOCK and CONFIG in the app."""
    app[STATEMENTS] = Statements()
    path = "/api/v1/trafos/{trafo_id}"
    app.add_routes(
        [
            web.get(f"{path}/settlement", _get_settlement),
            web.get(f"{path}/settlement.csv", _get_settlement_csv),
            web.get(f"{path}/offers", _get_offers),
            web.get("/dalen/v1/statement", _get_own),
        ]
    )


async def _get_settlement(request: web.Request) -> web.Response:
    """Answer with the statement of a month."""
    require_operator(request)
    made = await _settled(request, trafo_of(request))
    return web.json_response(statement_body(made), headers=_PRIVATE)


async def _get_settlement_csv(request: web.Request) -> web.Response:
    """Answer with the statement of a month as a file."""
    require_operator(request)
    trafo = trafo_of(request)
    return csv_response(trafo, await _settled(request, trafo))


async def _get_offers(request: web.Request) -> web.Response:
    """Answer with what can be offered for tomorrow."""
    require_operator(request)
    try:
        offers = await offers_of(request.app, trafo_of(request))
    except NoOffersError as err:
        raise ProblemError(409, str(err)) from err
    body = offers_body(offers, request.app[CONFIG].terms)
    return web.json_response(body, headers=_PRIVATE)


async def _get_own(request: web.Request) -> web.Response:
    """Answer with what one home delivered and is paid; nothing of others."""
    principal, ven_id = require_home(request)
    trafo = request.app[CONFIG].trafo(principal.trafo_id or "")
    if trafo is None:
        raise ProblemError(404, "The transformer of this home is not here any more.")
    body = own_statement_body(await _settled(request, trafo), ven_id)
    if body is None:
        raise ProblemError(
            404,
            "This home told no power of its heat pump that month. It does so from"
            " tier T1 on.",
        )
    return web.json_response(body, headers=_PRIVATE)


def csv_response(trafo: Trafo, made: Settled) -> web.Response:
    """Return a statement as a file to keep."""
    name = f"{trafo.id}-{made.statement.month}.csv"
    disposition = f'attachment; filename="{name}"'
    return web.Response(
        text=made.statement.csv(),
        content_type="text/csv",
        charset="utf-8",
        headers={**_PRIVATE, hdrs.CONTENT_DISPOSITION: disposition},
    )


async def _settled(request: web.Request, trafo: Trafo) -> Settled:
    """Return the statement of the month that was asked for, or of the last one."""
    last = month_before(trafo, request.app[CLOCK]())
    try:
        return await settled(request.app, trafo, request.query.get("month", last))
    except NoStatementError as err:
        raise ProblemError(404, str(err)) from err
