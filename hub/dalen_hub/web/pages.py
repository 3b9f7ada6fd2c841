"""The page of one transformer, with what its reader may see and do."""

from aiohttp import web

from dalen_hub.appkeys import CONFIG, ENGINE
from dalen_hub.grid.trafo import Trafo

from .operators import operator_of
from .page import render, request_texts
from .source import read_chart
from .steering import homes_view, quality_lines, why_lines
from .view import StatusView, status_view


def here_of(request: web.Request, trafo: Trafo) -> str:
    """Return the path of the page of a transformer, below the base."""
    is_only = len(request.app[CONFIG].trafos) == 1
    return "" if is_only else f"trafos/{trafo.id}"


async def trafo_view(request: web.Request, trafo: Trafo) -> StatusView:
    """Return what one trafo shows, in the language of the request."""
    texts = request_texts(request)
    return status_view(
        await read_chart(request.app, trafo),
        texts,
        trafo.time_zone,
        why=why_lines(request.app, trafo, texts),
    )


async def status_page(
    request: web.Request,
    trafo: Trafo,
    status: int = 200,
    message: str | None = None,
    *,
    template: str = "status.html",
) -> web.Response:
    """Show one trafo through a template; ``message`` says why something was refused."""
    operator, texts = await operator_of(request), request_texts(request)
    is_whole = template == "status.html" and ENGINE in request.app
    return render(
        request,
        template,
        status=status,
        here=here_of(request, trafo),
        view=await trafo_view(request, trafo),
        time_zone=trafo.time_zone.key,
        several=len(request.app[CONFIG].trafos) > 1,
        operator=operator,
        message=message,
        quality=await quality_lines(request.app, trafo, texts) if is_whole else None,
        homes=await homes_view(request.app, trafo, texts)
        if is_whole and operator is not None
        else None,
    )
