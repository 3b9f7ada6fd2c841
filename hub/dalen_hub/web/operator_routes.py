"""What an operator can do on the pages: sign in, and order or end a stop."""

from collections.abc import Mapping
from datetime import timedelta
import math
from typing import Final

from aiohttp import hdrs, web

from dalen_hub.appkeys import CLOCK, ENGINE, RATE_LIMITS
from dalen_hub.caps.stop import Cause, StopError
from dalen_hub.caps.stop_orders import release_stop, start_stop
from dalen_hub.caps.stop_routes import LONGEST_REASON
from dalen_hub.grid.trafo import Trafo
from dalen_hub.listeners.kinds import ingress_path
from dalen_hub.vtn.problems import ProblemError

from .language import LANGUAGES, Texts
from .operators import (
    COOKIE,
    SESSIONS,
    Sessions,
    is_genuine,
    is_own_form,
    operator_of,
    set_cookie,
    sign_in,
)
from .page import LANGUAGE_PARAMETER, render, request_texts
from .pages import here_of, status_page
from .security import base_path
from .source import UnknownTrafoError, find_trafo
from .steering import homes_view

_MOST_MINUTES: Final = 120


def add_operator_routes(app: web.Application) -> None:
    """Add what operators do to the pages."""
    app[SESSIONS] = Sessions()
    path = "/trafos/{trafo_id}"
    app.add_routes(
        [
            web.post(f"{path}/sign-in", _sign_in),
            web.post(f"{path}/sign-out", _sign_out),
            web.get(f"{path}/homes", _homes_part),
            web.post(f"{path}/stop", _order),
            web.post(f"{path}/stop/end", _end),
        ]
    )


async def _sign_in(request: web.Request) -> web.Response:
    """Sign an operator in."""
    trafo, texts = _trafo(request), request_texts(request)
    form = await request.post()
    limits = request.app.get(RATE_LIMITS)
    try:
        if limits is not None:
            limits.check_address(request)
    except ProblemError:
        return await status_page(request, trafo, 429, texts("operator.too_often"))
    if not is_own_form(request) or ENGINE not in request.app:
        return await status_page(request, trafo, 403, texts("operator.not_genuine"))
    token = await sign_in(request, str(form.get("credentials", "")))
    if token is None:
        if limits is not None:
            limits.count_failure(request)
        return await status_page(request, trafo, 403, texts("operator.wrong"))
    response = _back(request, trafo)
    set_cookie(request, response, token)
    return response


async def _sign_out(request: web.Request) -> web.Response:
    """Sign an operator out."""
    trafo, operator = _trafo(request), await operator_of(request)
    form = await request.post()
    response = _back(request, trafo)
    if operator is not None and is_genuine(request, operator, form.get("csrf")):
        request.app[SESSIONS].end(request.cookies.get(COOKIE, ""))
        response.del_cookie(COOKIE, path=base_path(ingress_path(request)))
    return response


async def _homes_part(request: web.Request) -> web.Response:
    """Show the homes, to replace those on a page."""
    trafo, operator = _trafo(request), await operator_of(request)
    if operator is None:
        raise web.HTTPForbidden
    view = await homes_view(request.app, trafo, request_texts(request))
    return render(request, "homes_part.html", homes=view)


async def _order(request: web.Request) -> web.Response:
    """Order an emergency stop."""
    trafo, texts = _trafo(request), request_texts(request)
    operator, form = await operator_of(request), await request.post()
    if operator is None or not is_genuine(request, operator, form.get("csrf")):
        return await status_page(request, trafo, 403, texts("operator.not_genuine"))
    if wrong := _wrong(trafo, form, texts):
        return await status_page(request, trafo, 422, wrong)
    try:
        await start_stop(
            request.app,
            trafo,
            cause=Cause.OPERATOR,
            by=operator.by,
            reason=str(form["reason"]).strip(),
            now=request.app[CLOCK](),
            duration=timedelta(minutes=_minutes(form)),
        )
    except StopError:
        return await status_page(request, trafo, 409, texts("stop.in_force_already"))
    return _back(request, trafo)


async def _end(request: web.Request) -> web.Response:
    """End the emergency stop in force."""
    trafo, operator = _trafo(request), await operator_of(request)
    form = await request.post()
    if operator is None or not is_genuine(request, operator, form.get("csrf")):
        texts = request_texts(request)
        return await status_page(request, trafo, 403, texts("operator.not_genuine"))
    await release_stop(request.app, trafo, by=operator.by, now=request.app[CLOCK]())
    return _back(request, trafo)


def _wrong(trafo: Trafo, form: Mapping[str, object], texts: Texts) -> str | None:
    """Return what is wrong with an order, None where it can be given."""
    if str(form.get("name", "")).strip().casefold() != trafo.name.casefold():
        return texts("stop.wrong_name", name=trafo.name)
    if not 0 < len(str(form.get("reason", "")).strip()) <= LONGEST_REASON:
        return texts("stop.wrong_reason")
    if not 1 <= _minutes(form) <= _MOST_MINUTES:
        return texts("stop.wrong_minutes")
    return None


def _minutes(form: Mapping[str, object]) -> float:
    """Return how long a stop shall last, 0 where that is no number."""
    try:
        minutes = float(str(form.get("minutes", "")))
    except ValueError:
        return 0.0
    return minutes if math.isfinite(minutes) else 0.0


def _back(request: web.Request, trafo: Trafo) -> web.Response:
    """Send the browser back to the page, so that a reload sends nothing again."""
    asked = request.query.get(LANGUAGE_PARAMETER)
    query = f"?{LANGUAGE_PARAMETER}={asked}" if asked in LANGUAGES else ""
    location = f"{base_path(ingress_path(request))}{here_of(request, trafo)}{query}"
    return web.Response(status=303, headers={hdrs.LOCATION: location})


def _trafo(request: web.Request) -> Trafo:
    """Return the transformer of the path."""
    try:
        return find_trafo(request.app, request.match_info["trafo_id"])
    except UnknownTrafoError as err:
        raise web.HTTPNotFound from err
