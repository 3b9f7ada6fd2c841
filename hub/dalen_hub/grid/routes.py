"""Operator API: forecasts and measured load in, aggregates out."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from aiohttp import web

from dalen_hub.appkeys import CLOCK, CONFIG, ENGINE
from dalen_hub.forecast.model import forecasts_from_rows
from dalen_hub.forecast.uploaded import SOURCE, store_forecast
from dalen_hub.grid.chart import chart_body, trafo_body
from dalen_hub.grid.findings import (
    SHOWN,
    finding_bodies,
    recent_findings,
    store_findings,
)
from dalen_hub.grid.load_quality import take_readings
from dalen_hub.grid.quality import Finding
from dalen_hub.grid.quarter_hours import QUARTER
from dalen_hub.grid.series import SeriesError, check_forecast, check_readings
from dalen_hub.grid.series_csv import rows_from_csv
from dalen_hub.grid.series_json import forecast_rows_from_json, reading_rows_from_json
from dalen_hub.grid.trafo import Trafo
from dalen_hub.grid.upstream.link import LINKS
from dalen_hub.store.database import reading
from dalen_hub.store.times import rfc3339
from dalen_hub.vtn.bodies import read_limited
from dalen_hub.vtn.principal import require_operator
from dalen_hub.vtn.problems import ProblemError

type Parser[T] = Callable[[str], list[T]]

ON_FORECAST_CHANGED: Final = web.AppKey[Callable[[str], None]]("on_forecast_changed")
"""Optional. Is told the id of a trafo after a forecast of it was stored."""

ON_LOAD_RECORDED: Final = web.AppKey[Callable[[str], None]]("on_load_recorded")
"""Optional. Is told the id of a trafo after readings of its meter were stored."""

_JSON: Final = "application/json"
_CSV: Final = "text/csv"


def add_grid_routes(app: web.Application) -> None:
    """Add the operator API. Needs ENGINE, CLOCK and CONFIG in the app."""
    app.add_routes(
        [
            web.get("/api/v1/trafos", _list_trafos),
            web.get("/api/v1/trafos/{trafo_id}/chart", _get_chart),
            web.put("/api/v1/trafos/{trafo_id}/forecast", _put_forecast),
            web.post("/api/v1/trafos/{trafo_id}/load", _post_load),
            web.get("/api/v1/trafos/{trafo_id}/quality", _get_quality),
        ]
    )


async def _list_trafos(request: web.Request) -> web.Response:
    """Answer with the transformers of this hub."""
    bodies = []
    for trafo in request.app[CONFIG].trafos:
        body = trafo_body(trafo)
        if links := request.app.get(LINKS, {}).get(trafo.id):
            body["upstream"] = [link.summary() for link in links]
        bodies.append(body)
    return web.json_response(bodies)


async def _get_chart(request: web.Request) -> web.Response:
    """Answer with the aggregates of one transformer; anybody may see them."""
    body = await chart_body(request.app, trafo_of(request))
    return web.json_response(body, headers={"Cache-Control": "no-store"})


async def _put_forecast(request: web.Request) -> web.Response:
    """Store a forecast of the unsteered load, all of it or nothing."""
    require_operator(request)
    trafo = trafo_of(request)
    rows = await rows_of(
        request,
        forecast_rows_from_json,
        lambda text: rows_from_csv(text, with_p90=True),
    )
    with _refusing():
        check_forecast(rows, trafo.rating_kva)
    forecasts = forecasts_from_rows(rows, SOURCE)
    now = request.app[CLOCK]()
    async with request.app[ENGINE].begin() as conn:
        stored = await store_forecast(conn, trafo.id, forecasts, now)
    if changed := request.app.get(ON_FORECAST_CHANGED):
        changed(trafo.id)
    return web.json_response(
        {
            "stored": stored,
            "start": rfc3339(rows[0].time),
            "end": rfc3339(rows[-1].time + QUARTER),
            "p90": "assumed" if rows[0].p90_kw is None else "given",
        }
    )


async def _post_load(request: web.Request) -> web.Response:
    """Store measured load, all of it or nothing, and say what was wrong with it."""
    require_operator(request)
    trafo = trafo_of(request)
    rows = await rows_of(
        request,
        reading_rows_from_json,
        lambda text: rows_from_csv(text, with_p90=False),
    )
    now = request.app[CLOCK]()
    try:
        check_readings(rows, trafo.rating_kva, now)
    except SeriesError as err:
        await _note_refusal(request, trafo, err, now)
        raise ProblemError(422, str(err), kind="series") from err
    async with request.app[ENGINE].begin() as conn:
        findings = await take_readings(conn, trafo, rows, now)
    if recorded := request.app.get(ON_LOAD_RECORDED):
        recorded(trafo.id)
    return web.json_response(
        {"stored": len(rows), "findings": finding_bodies(findings)}
    )


async def _note_refusal(
    request: web.Request, trafo: Trafo, err: SeriesError, now: datetime
) -> None:
    """Note that an upload was refused for a fault of the meter."""
    if err.fault is None:
        return
    finding = Finding(fault=err.fault, column=0, count=1, first=now, is_repaired=False)
    async with request.app[ENGINE].begin() as conn:
        await store_findings(conn, trafo.id, [finding], now)


async def _get_quality(request: web.Request) -> web.Response:
    """Answer with what was wrong with the readings of the last week."""
    require_operator(request)
    trafo, now = trafo_of(request), request.app[CLOCK]()
    async with reading(request.app[ENGINE]) as conn:
        findings = await recent_findings(conn, trafo.id, now - SHOWN)
    return web.json_response({"findings": finding_bodies(findings)})


def trafo_of(request: web.Request) -> Trafo:
    """Return the transformer of the address; raise a 404 problem."""
    config, trafo_id = request.app[CONFIG], request.match_info["trafo_id"]
    trafo = config.trafo(trafo_id)
    if trafo is None:
        known = ", ".join(each.id for each in config.trafos)
        raise ProblemError(
            404, f"This hub has no transformer {trafo_id!r}. It has {known}."
        )
    return trafo


async def rows_of[T](
    request: web.Request, from_json: Parser[T], from_csv: Parser[T]
) -> list[T]:
    """Return the rows of the body; raise a problem where it cannot be read."""
    parsers = {_JSON: from_json, _CSV: from_csv}
    parser = parsers.get(request.content_type)
    if parser is None:
        raise ProblemError(
            415, f"Content-Type must be {_JSON} or {_CSV}, got {request.content_type}."
        )
    raw = await read_limited(request)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as err:
        raise ProblemError(400, "The body is not UTF-8 text.") from err
    with _refusing():
        return parser(text)


@contextmanager
def _refusing() -> Iterator[None]:
    """Turn a refused series into a 422 problem."""
    try:
        yield
    except SeriesError as err:
        raise ProblemError(422, str(err), kind="series") from err
