"""Operator API: how the links to the DSO are doing."""

from aiohttp import web

from dalen_hub.grid.routes import trafo_of
from dalen_hub.grid.upstream.link import LINKS
from dalen_hub.vtn.principal import require_operator


def add_upstream_routes(app: web.Application) -> None:
    """Add the route. Needs LINKS and CONFIG in the app."""
    app.router.add_get("/api/v1/trafos/{trafo_id}/upstream", _get_upstream)


async def _get_upstream(request: web.Request) -> web.Response:
    """Answer with the state of each link, its documents and what was remarked."""
    require_operator(request)
    links = request.app[LINKS].get(trafo_of(request).id, ())
    return web.json_response({"links": [link.body() for link in links]})
