"""Where the pages get the numbers of a trafo from."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from aiohttp import web

from dalen_hub.appkeys import CONFIG
from dalen_hub.grid.sharing import Policy
from dalen_hub.grid.trafo import Trafo

from .chart import Chart, parse_chart

type ChartSource = Callable[[web.Application, Trafo], Awaitable[Mapping[str, Any]]]
"""Return the body of ``GET /api/v1/trafos/{id}/chart``."""

CHART_SOURCE: web.AppKey[ChartSource] = web.AppKey("chart_source")


class UnknownTrafoError(Exception):
    """This hub serves no trafo of that id."""


def find_trafo(app: web.Application, trafo_id: str) -> Trafo:
    """Return a trafo of this hub; raises UnknownTrafoError."""
    for trafo in app[CONFIG].trafos:
        if trafo.id == trafo_id:
            return trafo
    raise UnknownTrafoError(trafo_id)


async def read_chart(app: web.Application, trafo: Trafo) -> Chart:
    """Return what is known of a trafo around now."""
    chart = parse_chart(await app[CHART_SOURCE](app, trafo))
    is_uniform = (
        trafo.policy is Policy.EQUAL and trafo.phases is None and not trafo.cables
    )
    return replace(chart, is_uniform=is_uniform)
