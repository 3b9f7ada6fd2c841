"""The pages, the parts of them that refresh, and their files."""

from pathlib import Path
from typing import Final

from aiohttp import hdrs, web

from dalen_hub.appkeys import CONFIG
from dalen_hub.grid.chart import chart_body

from .assets import ASSET_NAMES, ASSETS_DIR
from .operator_routes import add_operator_routes
from .page import render, request_texts
from .pages import status_page, trafo_view
from .security import secure
from .settlement_routes import add_settlement_pages
from .source import CHART_SOURCE, UnknownTrafoError, find_trafo
from .steering import quality_lines

STATIC_DIR: Final = Path(__file__).parent / "static"
STATIC_NAMES: Final = frozenset(path.name for path in STATIC_DIR.iterdir())


def add_web_routes(app: web.Application) -> None:
    """Add the status page to the hub.

    Needs CONFIG in the app. The numbers come from `CHART_SOURCE`, which is the
    hub's own store unless the app names another source before.
    """
    if CHART_SOURCE not in app:
        app[CHART_SOURCE] = chart_body
    add_operator_routes(app)
    add_settlement_pages(app)
    app.add_routes(
        [
            web.get("/", _home),
            web.get("/overview", _overview_part),
            web.get("/trafos/{trafo_id}", _trafo_page),
            web.get("/trafos/{trafo_id}/status", _status_part),
            web.get("/trafos/{trafo_id}/table", _table_part),
            web.get("/trafos/{trafo_id}/quality", _quality_part),
            web.get("/static/{name}", _static),
            web.get("/assets/{name}", _asset),
        ]
    )


async def _home(request: web.Request) -> web.Response:
    """Show the only trafo, or the list of all."""
    trafos = request.app[CONFIG].trafos
    if len(trafos) == 1:
        return await status_page(request, trafos[0])
    return await _overview(request, "overview.html")


async def _overview_part(request: web.Request) -> web.Response:
    """Show the list of trafos, to replace the one on a page."""
    return await _overview(request, "overview_part.html")


async def _overview(request: web.Request, template: str) -> web.Response:
    """Show every trafo with its sentence."""
    views = [await trafo_view(request, trafo) for trafo in request.app[CONFIG].trafos]
    return render(request, template, views=views)


async def _trafo_page(request: web.Request) -> web.Response:
    """Show one trafo."""
    return await _trafo(request, "status.html")


async def _status_part(request: web.Request) -> web.Response:
    """Show the sentence and the figures of one trafo, to replace those on a page."""
    return await _trafo(request, "status_part.html")


async def _table_part(request: web.Request) -> web.Response:
    """Show the table of one trafo, to replace the one on a page."""
    return await _trafo(request, "table_part.html")


async def _quality_part(request: web.Request) -> web.Response:
    """Show what was wrong with the readings, to replace what is on a page."""
    try:
        trafo = find_trafo(request.app, request.match_info["trafo_id"])
    except UnknownTrafoError:
        return render(request, "unknown_trafo.html", status=404)
    lines = await quality_lines(request.app, trafo, request_texts(request))
    return render(request, "quality_part.html", quality=lines)


async def _trafo(request: web.Request, template: str) -> web.Response:
    """Show the trafo that the path names, or say that there is none."""
    try:
        trafo = find_trafo(request.app, request.match_info["trafo_id"])
    except UnknownTrafoError:
        return render(request, "unknown_trafo.html", status=404)
    return await status_page(request, trafo, template=template)


async def _static(request: web.Request) -> web.StreamResponse:
    """Serve one of the hub's own files."""
    return _file(request, STATIC_DIR, STATIC_NAMES)


async def _asset(request: web.Request) -> web.StreamResponse:
    """Serve one of the third-party files."""
    return _file(request, ASSETS_DIR, ASSET_NAMES)


def _file(
    request: web.Request, directory: Path, names: frozenset[str]
) -> web.StreamResponse:
    """Serve a file that is on the list; the list keeps every other path out."""
    name = request.match_info["name"]
    path = directory / name
    if name not in names or not path.is_file():
        raise web.HTTPNotFound
    response = web.FileResponse(path)
    # Always ask again: an updated hub must not run with yesterday's script.
    response.headers[hdrs.CACHE_CONTROL] = "no-cache"
    secure(response)
    return response
