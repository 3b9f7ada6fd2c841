"""The page about settlement and offers: sums for all, homes for the operator."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from aiohttp import web

from dalen_hub.appkeys import CLOCK, CONFIG
from dalen_hub.grid.trafo import Trafo
from dalen_hub.settlement.offers import NoOffersError, offers_of
from dalen_hub.settlement.routes import csv_response
from dalen_hub.settlement.service import (
    FRESH,
    FRESH_FOR_ALL,
    STATEMENTS,
    NoStatementError,
    Settled,
    month_before,
    month_of,
    settled,
)

from .operators import Operator, operator_of
from .page import LANGUAGE_PARAMETER, render, request_texts
from .security import secure
from .settlement_view import (
    OffersView,
    is_public,
    month_name,
    offers_view,
    statement_view,
)
from .source import UnknownTrafoError, find_trafo

_MONTHS_SHOWN: Final = 12


def add_settlement_pages(app: web.Application) -> None:
    """Add the page and its file."""
    path = "/trafos/{trafo_id}/settlement"
    app.add_routes([web.get(path, _page), web.get(f"{path}.csv", _csv)])


async def _page(request: web.Request) -> web.Response:
    """Show a month: its sums, and to the operator its homes and what to offer."""
    trafo = _trafo(request)
    operator, texts = await operator_of(request), request_texts(request)
    now = request.app[CLOCK]()
    month = request.query.get("month", month_before(trafo, now))
    months = _months(trafo, now, with_running=operator is not None)
    view, problem = None, ""
    if month not in months:
        problem = texts("settlement.no_month")
    elif (made := await _made(request, trafo, month, operator)) is None:
        problem = texts("settlement.nothing")
    elif operator is None and not is_public(made):
        problem = texts("settlement.few_homes")
    else:
        view = statement_view(made, texts, with_homes=operator is not None)
    offers, no_offers = await _offers(request, trafo) if operator else (None, "")
    return render(
        request,
        "settlement.html",
        here=f"trafos/{trafo.id}/settlement",
        trafo=trafo,
        month=month if month in months else "",
        months=[(each, month_name(each, texts)) for each in months],
        language=request.query.get(LANGUAGE_PARAMETER, ""),
        view=view,
        problem=problem,
        operator=operator,
        offers=offers,
        no_offers=no_offers,
    )


async def _csv(request: web.Request) -> web.Response:
    """Give the operator a statement as a file."""
    trafo = _trafo(request)
    operator = await operator_of(request)
    if operator is None:
        raise web.HTTPForbidden
    last = month_before(trafo, request.app[CLOCK]())
    made = await _made(request, trafo, request.query.get("month", last), operator)
    if made is None:
        raise web.HTTPNotFound
    response = csv_response(trafo, made)
    secure(response)
    return response


async def _made(
    request: web.Request, trafo: Trafo, month: str, operator: Operator | None
) -> Settled | None:
    """Return a statement, None where there is nothing to settle."""
    if STATEMENTS not in request.app:
        return None
    try:
        fresh = FRESH_FOR_ALL if operator is None else FRESH
        return await settled(request.app, trafo, month, fresh=fresh)
    except NoStatementError:
        return None


async def _offers(request: web.Request, trafo: Trafo) -> tuple[OffersView | None, str]:
    """Return what can be offered, or why nothing can."""
    texts = request_texts(request)
    try:
        offers = await offers_of(request.app, trafo)
    except NoOffersError:
        return None, texts("offers.nothing")
    terms = request.app[CONFIG].terms
    return offers_view(offers, terms, texts, trafo.time_zone), ""


def _months(trafo: Trafo, now: datetime, *, with_running: bool) -> Sequence[str]:
    """Return the last months, the newest first."""
    running = month_of(trafo, now)
    year, number = (int(part) for part in running.split("-"))
    counted = [12 * year + number - 1 - back for back in range(_MONTHS_SHOWN + 1)]
    months = [f"{each // 12}-{each % 12 + 1:02}" for each in counted]
    return months if with_running else months[1:]


def _trafo(request: web.Request) -> Trafo:
    """Return the transformer of the path."""
    try:
        return find_trafo(request.app, request.match_info["trafo_id"])
    except UnknownTrafoError as err:
        raise web.HTTPNotFound from err
