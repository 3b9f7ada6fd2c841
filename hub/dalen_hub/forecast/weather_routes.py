"""Operator API: the weather that forecast and settlement reckon with."""

from aiohttp import web

from dalen_hub.appkeys import ENGINE
from dalen_hub.forecast.weather import store_weather
from dalen_hub.forecast.weather_series import weather_from_csv, weather_from_json
from dalen_hub.grid.routes import ON_FORECAST_CHANGED, rows_of, trafo_of
from dalen_hub.store.times import rfc3339
from dalen_hub.vtn.principal import require_operator


def add_weather_routes(app: web.Application) -> None:
    """Add the upload of weather. Needs ENGINE and CONFIG in the app."""
    app.router.add_put("/api/v1/trafos/{trafo_id}/weather", _put_weather)


async def _put_weather(request: web.Request) -> web.Response:
    """Store weather, measured or forecast, all of it or nothing."""
    require_operator(request)
    trafo = trafo_of(request)
    rows = await rows_of(request, weather_from_json, weather_from_csv)
    async with request.app[ENGINE].begin() as conn:
        await store_weather(conn, trafo.id, rows)
    if changed := request.app.get(ON_FORECAST_CHANGED):
        changed(trafo.id)
    return web.json_response(
        {
            "stored": len(rows),
            "start": rfc3339(rows[0].time),
            "end": rfc3339(rows[-1].time),
        }
    )
